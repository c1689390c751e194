"""How many tokens a prompt has, as far as its size tells and other prompts of the same tier have taught."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.types import Message

NEWEST_WEIGHT = 0.1
"""Least weight of the newest prompt: about the last twenty count, so that another language than
yesterday's is noticed."""


class PromptTokens:
    """Tokens per byte of one tier's prompts: a running mean over complete generations.

    Bytes rather than characters: a token of Chinese has about as many bytes as one of English, and far
    fewer characters. What the chat template adds is part of the mean.
    """

    def __init__(self) -> None:
        self._per_byte = 0.0
        self._seen = 0

    def learn(self, messages: Sequence[Message], tokens: int) -> None:
        """Takes in a prompt of which the engine told `tokens`; 0 tells nothing."""
        size = _size(messages)
        if not tokens or not size:
            return
        self._seen += 1
        weight = max(NEWEST_WEIGHT, 1 / self._seen)
        self._per_byte += weight * (tokens / size - self._per_byte)

    def estimate(self, messages: Sequence[Message]) -> int | None:
        """Tokens of this prompt, at least one; None before the first one was learned."""
        return max(1, round(_size(messages) * self._per_byte)) if self._seen else None


def _size(messages: Sequence[Message]) -> int:
    # A lone surrogate, which JSON can carry, has no encoding of its own.
    return sum(len(message.content.encode("utf-8", "surrogatepass")) for message in messages)
