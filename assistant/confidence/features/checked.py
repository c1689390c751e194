"""Features that say which checks failed."""

from __future__ import annotations

from collections.abc import Callable

from assistant.confidence.checks import CHECKS, GROSS
from assistant.confidence.features.base import Feature, View


def _failed(name: str) -> Callable[[View], float]:
    def measure(view: View) -> float:
        if name not in GROSS and view.unusable:
            return 0.0
        check = view.checks.get(name)
        return float(check is not None and not check.passed)

    return measure


CHECK_FEATURES = tuple(
    Feature(
        name=check.name,
        family="check",
        defect=True,
        measure=_failed(check.name),
        sign=-1,
        low=f"passes {check.name}",
        high=f"fails {check.name}: {{evidence}}",
        taken_for_granted=True,
        on_prefix=check.on_prefix,
    )
    for check in CHECKS
)
"""One a check: 1 when it failed, 0 when it passed or does not apply, or follows from a gross one that
failed: a refusal is no letter either. None may raise a score."""
