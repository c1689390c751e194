"""One draft read once: everything checks and features look at, computed when first asked for."""

from __future__ import annotations

from functools import cached_property

from assistant.confidence.asked import Asked
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.passages import Passages, draft_passages
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

    def __init__(self, draft: ScoringInput, asked: Asked | None = None) -> None:
        """Reads nothing yet; takes the request's half where it was read already."""
        self.draft = draft
        self.asked = asked or Asked(draft.request)
        self.request = draft.request
        self.task = draft.request.task
        self.text = draft.text
        self.instruction = self.asked.instruction
        self.source = self.asked.source

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

    @property
    def instruction_words(self) -> list[str]:
        """Folded words of the instruction."""
        return self.asked.instruction_words

    @property
    def source_words(self) -> list[str]:
        """Folded words of the text the draft works on."""
        return self.asked.source_words

    @property
    def demand(self) -> demands.Demand | None:
        """The length asked for."""
        return self.asked.demand

    @property
    def items_asked(self) -> int | None:
        """The number of separate items asked for."""
        return self.asked.items

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
            ask=self.asked.ask_passages,
            source=self.asked.source_passages,
            draft=draft_passages(self.text),
        )
