"""One draft read once: everything checks and features look at, computed when first asked for."""

from __future__ import annotations

from functools import cached_property

from assistant.confidence.inputs import ScoringInput, instruction_of
from assistant.confidence.passages import (
    ASK_PASSAGES,
    DRAFT_PASSAGES,
    SOURCE_PASSAGES,
    Passages,
    windows,
)
from assistant.confidence.text import demands, facts, language
from assistant.confidence.text.words import folded_words, lines, sentences
from assistant.types import Task

REWRITING: frozenset[Task] = frozenset({"rewrite", "proofread", "tone", "translate"})
"""Tasks that give the writer's own text back: its facts must survive without being asked for."""

FROM_SOURCE: frozenset[Task] = REWRITING | {"shorten", "expand", "summarize"}
"""Tasks whose content comes from the writer's text."""

AT_CURSOR: frozenset[Task] = frozenset({"continue", "fill"})
"""Tasks that write on at the cursor: a sentence may begin before the draft and end after it."""

ABOUT_SOURCE: frozenset[Task] = FROM_SOURCE | AT_CURSOR
"""Tasks whose subject is the text: their instruction only says what to do with it."""

LISTS: frozenset[Task] = frozenset({"titles", "outline"})
"""Tasks whose lines are not sentences."""


class Reading:
    """A draft, its request, and what both say, each part computed at most once."""

    def __init__(self, draft: ScoringInput) -> None:
        """Reads nothing yet."""
        self.draft = draft
        self.request = draft.request
        self.task = draft.request.task
        self.text = draft.text
        self.instruction = instruction_of(draft.request)
        self.source = draft.request.text or draft.request.before

    @cached_property
    def words(self) -> list[str]:
        """Folded words of the draft."""
        return folded_words(self.text)

    @cached_property
    def lines(self) -> list[str]:
        """Lines of the draft that hold something."""
        return lines(self.text)

    @cached_property
    def sentences(self) -> list[str]:
        """Sentences of the draft."""
        return sentences(self.text)

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
    def items_asked(self) -> int | None:
        """The number of separate items asked for."""
        return demands.demanded_items(self.instruction)

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Numbers of the draft by their digits."""
        return facts.numbers(self.text)

    @cached_property
    def language(self) -> tuple[str, float]:
        """Likeliest language of the draft and its probability."""
        return language.identify(self.text)

    @cached_property
    def passages(self) -> Passages:
        """The passages whose vectors the relations are computed from."""
        return Passages(
            ask=windows(self.instruction, ASK_PASSAGES),
            source=windows(self.source, SOURCE_PASSAGES),
            draft=windows(self.text, DRAFT_PASSAGES),
        )
