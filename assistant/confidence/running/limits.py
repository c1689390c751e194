"""From where on a draft counts as doomed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AbortLimits:
    """How much it takes; every field errs on the side of letting a draft go on."""

    cycle_words: int = 24
    """Words that a cycle has repeated, its first turn not counted. The check of loops is content with
    a dozen; but a cheer ends, and a model that goes round in circles goes on. On 2213 judged long
    texts either saves 9.3 % of all words (22.9 % of those of texts in the bottom third) and gives up
    2 of 1445 acceptable ones, 0.14 % (95 %: 0.02 to 0.50 %), each of which fails the check, too."""

    margin: float | None = None
    """Nats; a draft whose running margin falls below it is given up, None for never, which is the
    default because it helps little. Drafts of SmolLM2-135M: -0.34, chosen on 596 (1 of 196 acceptable
    ones given up), saved 2.5 % of the tokens of 365 others, with 0 of 99 acceptable ones given up
    (95 %: up to 3.7 %, so that 1 % is not shown), and all of it at temperature 1: at 0.2 no draft comes
    near. The level differs between models, so measure yours with
    `inkladder confidence early-abort` before setting one."""

    margin_span: int = 32
    """Tokens in which a token's weight falls by 1/e: about two sentences. A span of 16 saved
    less than half as much at the same rate of false aborts."""

    margin_least: int = 16
    """Tokens before the mean counts: about a sentence, as in the check of low log-probabilities."""


DEFAULT = AbortLimits()
"""What every draft is held to; the margin is not among it."""
