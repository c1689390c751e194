"""The log-probabilities of a draft's tokens as arrays, for the features that read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.confidence.linear import Floats
from assistant.types import TokenLogprob

_LEAST = -20.0
"""Natural logs below it (one in 500 million) are an engine's way to say "never"; they would drown
every mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLogprobs:
    """`logprobs` of the written tokens, shape (tokens,), at least one, natural logs in [-20, 0].

    `runners_up` are those of the best other candidate in the same units, NaN where it is not told.
    """

    logprobs: Floats
    runners_up: Floats

    @classmethod
    def read(cls, tokens: Sequence[TokenLogprob]) -> TokenLogprobs | None:
        """The arrays; None without any token."""
        if not tokens:
            return None
        told = [(one.logprob, one.runner_up) for one in tokens]
        both = np.array(told, dtype=np.float64).T  # None becomes NaN
        return cls(
            logprobs=np.clip(np.nan_to_num(both[0], nan=_LEAST), _LEAST, 0.0),
            runners_up=np.clip(both[1], _LEAST, 0.0),
        )
