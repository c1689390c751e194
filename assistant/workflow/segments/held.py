"""The part of a draft that is in no segment yet, with its tokens."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import inf

from assistant.types import TokenLogprob


class HeldText:
    """Text from `start` on; places are counted in characters of the whole text.

    A token counts where its first character stands. Those of a piece with several are spread evenly,
    and one without a character counts with the next character.
    """

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start
        self._pieces: list[str] = []
        self._tokens: list[int] = []
        self._logprobs: list[TokenLogprob] = []
        self._logprob_tokens: list[int] = []
        self._taken = 0
        self._logprobs_taken = 0

    @property
    def rest(self) -> str:
        """The text as it is."""
        return "".join(self._pieces)

    def add(self, text: str, logprobs: Sequence[TokenLogprob]) -> None:
        """A further piece of it."""
        count = max(1, len(logprobs))
        places = [self.end + len(text) * number // count for number in range(count)]
        self._tokens += places
        self._logprob_tokens += places[: len(logprobs)]
        self._logprobs += logprobs
        self._pieces.append(text)
        self.end += len(text)

    def behind(self, tokens: int) -> float:
        """The place behind the first character of this token of the rest; 0: of the rest itself."""
        if tokens == 0:
            return self.start + 1
        number = self._taken + tokens - 1
        return self._tokens[number] + 1 if number < len(self._tokens) else inf

    def take(self, at: int, *, rest_too: bool) -> tuple[str, int, tuple[TokenLogprob, ...]]:
        """The text up to a place, its tokens and their log-probabilities; of all tokens with `rest_too`."""
        text = self.rest
        taken, self._pieces = text[: at - self.start], [text[at - self.start :]]
        self.start = at
        tokens = len(self._tokens) if rest_too else bisect_left(self._tokens, at)
        told = len(self._logprobs) if rest_too else bisect_left(self._logprob_tokens, at)
        logprobs = tuple(self._logprobs[self._logprobs_taken : told])
        count, self._taken, self._logprobs_taken = tokens - self._taken, tokens, told
        return taken, count, logprobs
