"""The numbers that the README tells of the shipped scorer; `make readme` writes them into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assistant.confidence.artefact import Artefact, HeadMetrics, ScoreCounts, load_artefact
from assistant.confidence.threshold import (
    NoSafeThreshold,
    SafeThreshold,
    measured_at,
    safe_threshold,
)

README = Path(__file__).parents[2] / "README.md"

BEGIN = "<!-- scorer: written by `make readme` -->"
END = "<!-- /scorer -->"

RISKS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
LEVEL = 0.95
"""Confidence at which the README tells risks."""

BARS = (0.5, 0.6, 0.7, 0.8)

BANDS = ((0.99, "from .99"), (0.97, ".97 to .99"), (0.9, ".90 to .97"), (0.0, "below .90"))
"""Planted defects by how well they are found: the goal for each kind is .97."""

MUCH = 0.02
"""A defect that is found so much worse without embeddings is told with that number, too."""


def block(artefact: Artefact) -> str:
    """Everything between the two markers, with them."""
    every = next(one for one in artefact.counts if one.task is None)
    parts = (
        _about(artefact), _heads(artefact), _tasks(artefact.held_out.full), *_beginnings(artefact),
        _planted(artefact), _bars(every),
    )  # fmt: skip
    return "\n\n".join((BEGIN, *parts, END))


def written(readme: str, artefact: Artefact) -> str:
    """The README with the numbers of this artefact."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{block(artefact)}{after}"


def _about(artefact: Artefact) -> str:
    origin = artefact.origin
    return (
        f"Artefact `{artefact.fingerprint}`, fitted to {origin.rows:,} judged texts of {origin.prompts}"
        f" prompts, to {origin.excerpts}\nexcerpts of them and to {origin.planted:,} texts with planted"
        f' defects. "Bad" is a text judged {number(origin.bar)} or\nless of 1, the worst third.'
        " AUROC of finding bad texts, .5 is chance:"
    )


def _heads(artefact: Artefact) -> str:
    full, text, base = artefact.held_out.full, artefact.held_out.text, artefact.held_out.baselines
    rows = [
        "| | pooled | within one task | calibration error | 95 % of each |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {number(head.auroc)} | {number(head.within_task)}"
            f" | {number(head.calibration_error)} | {_ranges(head)} |"
            for name, head in (("the scorer", full), ("without sentence embeddings", text))
        ),
        f"| text length alone | {number(base.length_auroc)} | {number(base.length_within_task)}"
        f" | {number(base.length_calibration_error)} | |",
        f"| mean of the task alone | {number(base.task_mean_auroc)} | |"
        f" {number(base.task_mean_calibration_error)} | |",
    ]
    return "\n".join(rows)


def _tasks(full: HeadMetrics) -> str:
    inside = sorted(full.by_task.items(), key=lambda one: (-one[1], one[0]))
    told = ", ".join(f"{name.replace('_', ' ')} {number(value)}" for name, value in inside)
    small = (
        ""
        if full.drafting_models is None
        else f" Of texts by models below 10 billion parameters, pooled: {number(full.drafting_models)}."
    )
    return f"Within each task: {told}.{small}"


def _beginnings(artefact: Artefact) -> Iterator[str]:
    """Of an artefact that has a head for them."""
    prefix = artefact.prefix
    if prefix is not None:
        told = "; ".join(
            f"{stage.extent:.0f} words {number(stage.auroc)} ({_ends(stage.intervals['auroc'])}),"
            f" {number(stage.within_task or 0)}, {number(stage.calibration_error)}"
            for stage in prefix.held_out.words
        )
        yield (
            "While a text is still being written it is judged by its beginning. Pooled, within one task and"
            f" calibration error after\n{told}. A beginning is held back below `min_score` -"
            f" {number(prefix.allowance, digits=2)}."
        )


def _planted(artefact: Artefact) -> str:
    full, text = artefact.held_out.full.planted, artefact.held_out.text.planted
    left = dict(sorted(full.items(), key=lambda one: (-one[1], one[0])))
    rows = ["| AUROC | planted defects against acceptable texts |", "|---|---|"]
    for least, name in BANDS:
        inside = [kind for kind, value in left.items() if round(value, 3) >= least]
        told = ", ".join(_kind(kind, left.pop(kind), text[kind]) for kind in inside)
        if told:
            rows.append(f"| {name} | {told} |")
    return "\n".join(rows)


def _kind(kind: str, full: float, text: float) -> str:
    without = f" ({number(text)} without embeddings)" if full - text >= MUCH else ""
    return f"{kind.replace('_', ' ')} {number(full)}{without}"


def _bars(every: ScoreCounts) -> str:
    drafts = sum(cell[1] for cell in every.cells)
    rows = [
        f"What a bar lets through, of {drafts:,} held-out drafts of {every.prompts} prompts by the"
        " drafting models:",
        "",
        "| rule | accepts from | accepted | of those bad |",
        "|---|---|---|---|",
        *_given(every),
        *_bounded(every),
    ]
    return "\n".join(rows)


def _given(every: ScoreCounts) -> Iterator[str]:
    for bar in BARS:
        found = measured_at(every, bar, confidence_level=LEVEL)
        if found is not None:
            yield (
                f"| `min_score: {bar:g}` | {number(bar, digits=2)} | {found.accepted_share:.0%}"
                f" | {found.bad_share:.0%}, at most {found.upper_bound:.0%} at 95 % |"
            )


def _bounded(every: ScoreCounts) -> Iterator[str]:
    compiled = [
        (risk, safe_threshold(every, max_risk=risk, confidence_level=LEVEL)) for risk in RISKS
    ]
    unsafe = [risk for risk, found in compiled if isinstance(found, NoSafeThreshold)]
    if unsafe:
        yield f"| `max_risk: {max(unsafe):g}` or less | nothing is safe | 0% | |"
    for risk, found in compiled:
        if isinstance(found, SafeThreshold):
            yield (
                f"| `max_risk: {risk:g}` | {number(found.threshold, digits=2)}"
                f" | {found.accepted_share:.0%} | {found.bad_share:.0%} |"
            )


def _ranges(head: HeadMetrics) -> str:
    """Bootstrap intervals of a row, in the order of its numbers."""
    names = ("auroc", "within_task", "calibration_error")
    return "; ".join(_ends(head.intervals[name]) for name in names)


def _ends(interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{number(low)} to {number(high)}"


def number(value: float, *, digits: int = 3) -> str:
    """As the README tells shares: `.776`."""
    return f"{value:.{digits}f}".removeprefix("0")


if __name__ == "__main__":
    README.write_text(
        written(README.read_text(encoding="utf-8"), load_artefact()), encoding="utf-8"
    )
