"""A request read once: what it asks for, and the text it is about. The same for each draft of it."""

from __future__ import annotations

from functools import cached_property

from assistant.confidence.inputs import instruction_of
from assistant.confidence.passages import ASK_PASSAGES, SOURCE_PASSAGES, windows
from assistant.confidence.text import demands
from assistant.confidence.text.words import folded_words
from assistant.types import DraftRequest


class Asked:
    """The request's half of a reading, each part computed at most once.

    It can be read while the draft is still being written, and is shared by all samples and rungs.
    """

    def __init__(self, request: DraftRequest) -> None:
        """Reads nothing yet."""
        self.request = request
        self.task = request.task
        self.instruction = instruction_of(request)
        self.source = request.text or request.before

    @cached_property
    def instruction_words(self) -> list[str]:
        """Folded words of the instruction."""
        return folded_words(self.instruction)

    @cached_property
    def source_words(self) -> list[str]:
        """Folded words of the text the draft works on."""
        return folded_words(self.source)

    @cached_property
    def demand(self) -> demands.Demand | None:
        """The length asked for."""
        return demands.demanded_length(self.request, self.instruction, len(self.source_words))

    @cached_property
    def items(self) -> int | None:
        """The number of separate items asked for."""
        return demands.demanded_items(self.instruction)

    @cached_property
    def ask_passages(self) -> tuple[str, ...]:
        """Passages of the instruction."""
        return windows(self.instruction, ASK_PASSAGES)

    @cached_property
    def source_passages(self) -> tuple[str, ...]:
        """Passages of the text the draft works on."""
        return windows(self.source, SOURCE_PASSAGES)
