"""The numbers of one scorer over all judged drafts, and over one task or model."""

from __future__ import annotations

from assistant.confidence.linear import Floats
from assistant.evaluation.honesty import (
    bins_of_equal_mass,
    bins_of_equal_width,
    brier_scores,
    calibration_errors,
)
from assistant.evaluation.judged import Judged
from assistant.evaluation.pairs import Joined, mean_numbers
from assistant.evaluation.resampling import estimate, measured
from assistant.evaluation.result import Estimate, Group, Line
from assistant.evaluation.separation import aurocs, mean_auroc_within


def line_of(
    name: str, judged: Judged, probabilities: Floats, pairs: list[Joined], *, within: bool = True
) -> Line:
    """The line of a scorer.

    Args:
        name: What the line is called.
        judged: The rows it scored.
        probabilities: Its score for each of them, shape (rows,).
        pairs: Pairs whose row numbers are those of `judged`.
        within: Whether it can tell drafts of one task apart at all. The mean of a task cannot: out of
            fold it is a little lower where the fold's own drafts are better, an artefact of folding.
    """
    good, weights, tasks = judged.good_third, judged.weights, judged.tasks
    third_within = tenth_within = None
    if within:
        third_within = estimate(mean_auroc_within(good, probabilities, weights, tasks))
        tenth_within = estimate(mean_auroc_within(judged.good_tenth, probabilities, weights, tasks))
    deferral = mean_numbers(pairs, judged, probabilities)
    width = bins_of_equal_width(probabilities)
    return Line(
        name=name,
        drafts=len(judged),
        third=estimate(aurocs(good, probabilities, weights)),
        third_within=third_within,
        tenth=estimate(aurocs(judged.good_tenth, probabilities, weights)),
        tenth_within=tenth_within,
        ece=_error(judged, probabilities),
        ece_equal_width=measured(calibration_errors(good, probabilities, width, weights)),
        brier=measured(brier_scores(good, probabilities, weights)),
        **{number: estimate(values) for number, values in deferral.items()},
    )


def group_of(
    name: str, judged: Judged, probabilities: Floats, transferred: Floats | None = None
) -> Group:
    """The numbers of one group, whose rows `judged` holds alone."""
    good, weights = judged.good_third, judged.weights
    group = Group(
        name=name,
        drafts=len(judged),
        bad_share=float((~good).mean()),
        mean_score=float(probabilities.mean()),
        third=estimate(aurocs(good, probabilities, weights)),
        tenth=estimate(aurocs(judged.good_tenth, probabilities, weights)),
        ece=_error(judged, probabilities),
    )
    if transferred is None:
        return group
    return group.model_copy(
        update={
            "transferred": estimate(aurocs(good, transferred, weights)),
            "transferred_tenth": estimate(aurocs(judged.good_tenth, transferred, weights)),
            "transferred_ece": _error(judged, transferred),
        }
    )


def _error(judged: Judged, probabilities: Floats) -> Estimate:
    of_row = bins_of_equal_mass(probabilities)
    return measured(calibration_errors(judged.good_third, probabilities, of_row, judged.weights))
