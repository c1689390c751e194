"""What one run of a tier cost: by measured seconds per token where there are some, else by time.

Wall time tells what the engine was busy with, its other guests and waiting included; tokens times the
measured seconds per token of this model on this card tell what the text itself took. The second needs a
measurement, and the engine's own token counts, which a broken run never sends.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.economics.cost import SECONDS_PER_HOUR
from assistant.economics.meter import Charge, TokenCost
from assistant.economics.profile import Profile
from assistant.types import Cost, CostBasis, Usage


@dataclass(slots=True, kw_only=True)
class TierPricing:
    """Prices the runs of one tier. `gpus` cards work together on each of its requests.

    `usd_per_hour` is the price of one of these cards. `profile` is None for what nobody measured.
    """

    usd_per_hour: float = 0.0
    gpus: int = 1
    profile: Profile | None = None
    _learnt: TokenCost = field(default_factory=TokenCost, init=False)

    def run(self, charge: Charge, usage: Usage | None, *, in_flight: float) -> Cost:
        """Cost of writing, or reading. `usage` is None where the engine did not count the tokens.

        `in_flight` requests were at the engine at once, this one included: those of this process, or
        more where the engine said that it was serving others.
        """
        if self.profile is None or usage is None:
            return self._cost(charge.engine_s * self.gpus, basis="wall_time")
        return self._measured(self.profile, usage, in_flight=in_flight)

    def learn(self, cost: Cost, *, tokens: int) -> None:
        """Remembers what a text of `tokens` tokens cost, for `alone` where nothing is measured."""
        self._learnt.observe(gpu_s=cost.gpu_s, tokens=tokens)

    def alone(self, usage: Usage, *, in_flight: float) -> Cost | None:
        """What this tier would have taken for such a text at that load; None while unknown."""
        if self.profile is not None:
            return self._measured(self.profile, usage, in_flight=in_flight)
        learnt = self._learnt.estimate(usage.completion_tokens)
        return None if learnt is None else self._cost(learnt, basis="wall_time")

    def _measured(self, profile: Profile, usage: Usage, *, in_flight: float) -> Cost:
        gpu_s = profile.run_s(
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cached_tokens=usage.cached_tokens,
            in_flight=in_flight,
        )
        return self._cost(gpu_s, basis="measured")

    def _cost(self, gpu_s: float, *, basis: CostBasis) -> Cost:
        return Cost(gpu_s=gpu_s, usd=gpu_s * self.usd_per_hour / SECONDS_PER_HOUR, basis=basis)
