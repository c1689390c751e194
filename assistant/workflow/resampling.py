"""Whether several texts of the same tier are worth trying before a larger one is asked. Pure.

Trying costs c for its n texts and spares the larger tier with probability p, so it pays while c < p C, where
C is what the larger tier takes for one text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

PRIOR_TRIES: Final = 4.0
"""Weight of the first guess: four tries say as much as it does."""

PRIOR_CHANCE: Final = 0.5
"""Before any try: as likely as not."""

MEMORY: Final = 200.0
"""Tries that count: what a route's traffic was like before is forgotten."""


@dataclass(slots=True)
class _Tries:
    tries: float = 0.0
    successes: float = 0.0


@dataclass(slots=True)
class Resampling:
    """How often another try of the same tier met the bar lately, by route."""

    _routes: dict[str, _Tries] = field(default_factory=dict)

    def note(self, route: str, *, success: bool) -> None:
        """One more try, and whether its best text met the bar."""
        known = self._routes.setdefault(route, _Tries())
        kept = min(1.0, MEMORY / (known.tries + 1.0))
        known.tries = known.tries * kept + 1.0
        known.successes = known.successes * kept + float(success)

    def chance(self, route: str) -> float:
        """Probability that the next try meets the bar: the mean of a beta distribution."""
        known = self._routes.get(route) or _Tries()
        return (known.successes + PRIOR_CHANCE * PRIOR_TRIES) / (known.tries + PRIOR_TRIES)


def is_cheaper(*, again: float, larger: float, chance: float) -> bool:
    """Whether trying again pays; both costs are of one unit."""
    return again < chance * larger
