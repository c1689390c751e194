"""The model has lost its way: the words it chose are hardly ahead of the next best, or behind them."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.types import TokenLogprob

_FARTHEST = 6.0
"""Nats: a token four hundred times likelier than the next is sure, and being surer makes up for
nothing."""


class Margin:
    """Running mean of the top-2 margin, recent tokens weighing most.

    A token's margin is its log-probability less that of the best other candidate, negative where a
    likelier one was passed over; it is the token margin of UCCI's cascades, taken over a moving window
    as DeepConf's group confidence (Fu et al., 2025) is.
    """

    def __init__(self, *, span: int, least: int) -> None:
        """Nothing was heard yet; weights fall by 1/e in `span` tokens, `least` must be heard."""
        self._keep = 1 - 1 / span
        self._least = least
        self._sum, self._weight, self._heard = 0.0, 0.0, 0

    def hear(self, logprobs: Sequence[TokenLogprob]) -> float | None:
        """The lowest the mean was along these tokens, in nats; None while too few have told theirs."""
        lowest: float | None = None
        for token in logprobs:
            if token.runner_up is None:
                continue
            margin = max(-_FARTHEST, min(_FARTHEST, token.logprob - token.runner_up))
            self._sum = self._keep * self._sum + margin
            self._weight = self._keep * self._weight + 1
            self._heard += 1
            if self._heard >= self._least:
                mean = self._sum / self._weight
                lowest = mean if lowest is None else min(lowest, mean)
        return lowest
