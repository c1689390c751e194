"""Listens to a draft while it is written, and says when it is doomed."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.confidence.asked import Asked
from assistant.confidence.running.collapse import Margin
from assistant.confidence.running.doom import Cause, Doom
from assistant.confidence.running.limits import DEFAULT, AbortLimits
from assistant.confidence.running.loops import Loop
from assistant.confidence.running.opening import Language, Refusal
from assistant.confidence.running.settled import SettledText
from assistant.confidence.text.words import folded_words
from assistant.types import TokenLogprob


class RunningMargin:
    """Hears one generation piece by piece; costs some microseconds a token.

    Doom by text implies that the check of the same name fails on the text so far; for loops and
    refusals also on every continuation, so that nothing is aborted which the final judgement would
    have accepted. Doom by margin implies no failing check: it is a forecast.
    """

    def __init__(self, asked: Asked, limits: AbortLimits = DEFAULT, *, before: str = "") -> None:
        """Listens from here on.

        `before` is what stands before in the same text, already accepted: it counts for repetition, and
        its beginning is the one that is in some language and declines nothing.
        """
        self._limits = limits
        self._doom: Doom | None = None
        self._text = SettledText()
        self._margin = Margin(span=limits.margin_span, least=limits.margin_least)
        self._listeners: dict[Cause, Refusal | Language | Loop] = {
            "refusal": Refusal(asked),
            "language": Language(asked),
            "loop": Loop(asked, cycle_words=limits.cycle_words),
        }
        if before.strip():
            del self._listeners["refusal"]
        for atom in self._text.feed(before):
            # What was accepted so far is no reason to stop now.
            for cause, _ in self._heard(atom):
                del self._listeners[cause]

    def hear(self, text: str, logprobs: Sequence[TokenLogprob]) -> Doom | None:
        """The doom of the draft with this piece; once there, it stays."""
        if self._doom is None:
            self._doom = self._of_text(text) or self._of_margin(logprobs)
        return self._doom

    def _of_text(self, text: str) -> Doom | None:
        for atom in self._text.feed(text):
            for cause, evidence in self._heard(atom):
                return Doom(cause=cause, evidence=evidence)
        return None

    def _heard(self, atom: str) -> list[tuple[Cause, str]]:
        words = folded_words(atom)
        found = [(cause, one.hear(atom, words)) for cause, one in self._listeners.items()]
        return [(cause, evidence) for cause, evidence in found if evidence is not None]

    def _of_margin(self, logprobs: Sequence[TokenLogprob]) -> Doom | None:
        limit = self._limits.margin
        if limit is None:
            return None
        lowest = self._margin.hear(logprobs)
        if lowest is None or lowest >= limit:
            return None
        evidence = f"words hardly ahead of the next best: {lowest:.2f} nats, at least {limit:.2f}"
        return Doom(cause="margin", evidence=evidence)
