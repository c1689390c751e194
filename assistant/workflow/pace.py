"""How soon a tier's text may be expected: what was measured, corrected by what was seen. Pure.

A request that finds its engine full waits until so many others have ended as are ahead of it. With c
requests served at once, one ends every s/c seconds, where s is the time that one takes (Little, "A proof
for the queuing formula L = λW", 1961). How long reading and writing take depends on how many are served at
once: by the measured table of the tier's card, or by the growth that the table shows for other cards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log
from typing import Final

from assistant.economics.profile import Profile
from assistant.tiers.base import EngineLoad

NEWEST_WEIGHT: Final = 0.1
"""Least weight of the newest observation: about the last twenty count, which is minutes of a busy tier."""

PRIOR_OBSERVATIONS: Final = 3
"""A measured table counts as so many observations: the first requests of a cold engine, which are slow,
must not throw it over."""

USUAL_PROMPT_TOKENS: Final = 512
"""Prompt of the bench's usual request; what was seen of a prompt of unknown size counts as one of it."""

LEAST_PROMPT_TOKENS: Final = 64
"""Shorter prompts begin no sooner: scheduling and the first step take the time, not the reading."""

FIRST_TOKEN_GROWTH: Final = 0.75
"""Time to the first token goes with this power of the requests served at once: between 1 and 32 of them it
grew by powers of 0.66 to 0.80 in the measured tables of three models."""

NEXT_TOKEN_GROWTH: Final = 0.15
"""The same for each further token: powers of 0.08 to 0.22."""

OUTLIER: Final = 4.0
"""An observation counts as at most so many times what was expected, once some are known: a cold start or a
long queue must not decide for the next twenty."""

OUTLIERS_FROM: Final = 3
"""Observations after which one can be told to be out of the way."""

FORECASTS_UNHEARD: Final = 32
"""Forecasts in a row without an observation, after which one is left out: a forecast that keeps everybody
away would never be found to be wrong."""

SHORTEST_S: Final = 1e-6
"""A time that a coarse clock shows as none has a logarithm all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Seconds from now until a text's first and last token."""

    first_token_s: float
    last_token_s: float


@dataclass(slots=True)
class _Ratio:
    """Exponentially weighted geometric mean of observed over assumed times; 1 before the first one."""

    observations: int
    known: bool
    _log: float = 0.0

    @property
    def value(self) -> float:
        return exp(self._log)

    def observe(self, seconds: float, *, assumed_s: float) -> None:
        newest = log(max(seconds, SHORTEST_S) / assumed_s)
        if self.observations >= OUTLIERS_FROM:
            newest = min(newest, self._log + log(OUTLIER))
        self.known = True
        self.observations += 1
        self._log += max(NEWEST_WEIGHT, 1 / self.observations) * (newest - self._log)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """The requests at one engine: `served` at once, `ahead` of a new one, and `places` for all of them."""

    served: float
    ahead: float
    places: float


@dataclass(slots=True)
class Pace:
    """The pace of one tier, behind which are `engines` equal engines.

    `profile` is the measured table of its model on its card, None where nobody measured it.
    """

    profile: Profile | None = None
    engines: int = 1
    _first: _Ratio = field(init=False)
    _next: _Ratio = field(init=False)
    _sized: bool = field(init=False)
    _unheard: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Believes the table, as far as there is one."""
        first = self.profile is not None and self.profile.ttft is not None
        further = self.profile is not None and self.profile.tpot is not None
        self._first = _Ratio(PRIOR_OBSERVATIONS if first else 0, known=first)
        self._next = _Ratio(PRIOR_OBSERVATIONS if further else 0, known=further)
        self._sized = first

    def learn(
        self,
        *,
        ttft_s: float,
        tpot_s: float | None,
        in_flight: float,
        prompt_tokens: int | None = None,
    ) -> None:
        """Takes in one generation.

        Args:
            ttft_s: seconds from the call to the first token.
            tpot_s: seconds for each further one; None for a text too short to tell.
            in_flight: requests that its engine served at once, this one included.
            prompt_tokens: what it read, as far as that is known; told always or never.
        """
        self._unheard = 0
        served = max(1.0, in_flight)
        self._sized = self._sized or prompt_tokens is not None
        self._first.observe(
            ttft_s, assumed_s=self._assumed_first_s(prompt_tokens or USUAL_PROMPT_TOKENS, served)
        )
        if tpot_s is not None:
            self._next.observe(tpot_s, assumed_s=self._assumed_next_s(served))

    def expected(
        self,
        *,
        prompt_tokens: int,
        completion_tokens: int,
        load: EngineLoad | None,
        in_flight: float,
        slots: int,
    ) -> Expected | None:
        """When a text of `completion_tokens` asked for now would begin and end.

        None while nothing is known, and now and then where nothing was learned for long: then the tier is
        to be asked, to see.

        Args:
            prompt_tokens: what it would read.
            completion_tokens: what it would write.
            load: what the engines said last of themselves, those of other clients included.
            in_flight: requests of this tier now, those that wait for a place included, the new one not.
            slots: so many of them may be at the engines at once.
        """
        if not (self._first.known and self._next.known):
            return None
        if self._unheard == FORECASTS_UNHEARD:
            self._unheard = 0
            return None
        self._unheard += 1
        line = self._line(load, in_flight, slots)
        first_s = self._first_s(prompt_tokens, line.served + 1)
        further_s = max(completion_tokens - 1, 0) * self._next_s(line.served + 1)
        wait_s = line.ahead * (first_s + further_s) / line.places
        return Expected(first_token_s=wait_s + first_s, last_token_s=wait_s + first_s + further_s)

    def _line(self, load: EngineLoad | None, in_flight: float, slots: int) -> _Line:
        """Where a new request would stand.

        Our own requests, which we know now, count where they are more than an engine said a moment ago.
        """
        ours = min(in_flight, slots) / self.engines
        kept_back = max(0.0, in_flight - slots + 1) / self.engines
        running, waiting = (0.0, 0.0) if load is None else (load.running, load.waiting)
        if not waiting:
            served = max(running, ours)
            return _Line(
                served=served, ahead=kept_back, places=max(slots / self.engines, served, 1.0)
            )
        # An engine where some wait is full: it serves as many at once as it can.
        served = max(running, 1.0)
        return _Line(
            served=served, ahead=kept_back + max(waiting, ours - served) + 1, places=served
        )

    def _first_s(self, prompt_tokens: int, served: float) -> float:
        size = prompt_tokens if self._sized else USUAL_PROMPT_TOKENS
        return self._first.value * self._assumed_first_s(size, served)

    def _next_s(self, served: float) -> float:
        return self._next.value * self._assumed_next_s(served)

    def _assumed_first_s(self, prompt_tokens: int, served: float) -> float:
        tokens = max(prompt_tokens, LEAST_PROMPT_TOKENS)
        measured_s = self.profile and self.profile.ttft_s(prompt_tokens=tokens, in_flight=served)
        # Without a table any unit does: the ratio to it is what is learned.
        return measured_s or tokens / USUAL_PROMPT_TOKENS * served**FIRST_TOKEN_GROWTH

    def _assumed_next_s(self, served: float) -> float:
        if self.profile is None or self.profile.tpot is None:
            return float(served**NEXT_TOKEN_GROWTH)
        return self.profile.tpot.at(served)
