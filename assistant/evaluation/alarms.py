"""How often each check fails on texts that are good, and on those that are not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.confidence.checks import CHECK_NAMES, run_checks
from assistant.confidence.fitting.examples import Example
from assistant.confidence.fitting.held_out import DRAFTING_BILLIONS
from assistant.confidence.linear import Flags
from assistant.confidence.reading import Reading
from assistant.evaluation.binomial import clopper_pearson
from assistant.evaluation.judged import Judged
from assistant.evaluation.result import Alarm, CheckAlarms, Estimate

Outcomes = Sequence[dict[str, bool]]
"""For each text, whether it passed each check that applies to it."""


def outcomes_of(examples: Sequence[Example]) -> list[dict[str, bool]]:
    """Runs all checks on all examples."""
    return [
        {result.name: result.passed for result in run_checks(Reading(example.draft))}
        for example in examples
    ]


def check_alarms(judged: Judged, outcomes: Outcomes) -> tuple[CheckAlarms, ...]:
    """A row for each check, in their order.

    A check that fails on a text of a large model is taken for a false alarm, though such texts have
    faults too: the shares are upper bounds.
    """
    large = judged.params_b >= DRAFTING_BILLIONS
    drafts = ~large
    return tuple(
        CheckAlarms(
            check=name,
            large=_alarm(name, outcomes, large),
            acceptable=_alarm(name, outcomes, drafts & judged.good_third),
            unacceptable=_alarm(name, outcomes, drafts & ~judged.good_third),
        )
        for name in CHECK_NAMES
    )


def _alarm(name: str, outcomes: Outcomes, rows: Flags) -> Alarm:
    chosen = np.flatnonzero(rows).tolist()
    results = [outcomes[row][name] for row in chosen if name in outcomes[row]]
    applied, failed = len(results), results.count(False)
    low, high = clopper_pearson(failed, applied)
    return Alarm(
        drafts=len(chosen),
        applied=applied,
        failed=failed,
        share=Estimate(value=failed / applied, low=low, high=high) if applied else None,
        share_of_all=failed / max(1, len(chosen)),
    )
