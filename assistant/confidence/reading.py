"""One draft read once: everything checks and features look at, computed when first asked for."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property

from assistant.confidence.asked import GIVES_BACK, Asked
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.passages import Passages, draft_passages
from assistant.confidence.text import demands, language, voice
from assistant.confidence.text.letters import Letter, read_letter
from assistant.confidence.text.stopwords import STOPWORDS
from assistant.confidence.text.told import Told
from assistant.confidence.text.words import folded_words, lines, sentences, shingles
from assistant.confidence.token_logprobs import TokenLogprobs
from assistant.types import Task

REWRITING: frozenset[Task] = GIVES_BACK
"""Tasks that give the writer's own text back: its facts must survive without being asked for."""

FROM_SOURCE: frozenset[Task] = REWRITING | {"shorten", "expand", "summarize"}
"""Tasks whose content comes from the writer's text."""

AT_CURSOR: frozenset[Task] = frozenset({"continue", "fill"})
"""Tasks that write on at the cursor: a sentence may begin before the draft and end after it."""

ABOUT_SOURCE: frozenset[Task] = FROM_SOURCE | AT_CURSOR
"""Tasks whose subject is the text: their instruction only says what to do with it."""

LISTS: frozenset[Task] = frozenset({"titles", "outline"})
"""Tasks whose lines are not sentences."""


_BLANK_LINES = re.compile(r"\n[^\S\n]*+\n\s*+")

_STEM_LETTERS = 6
_LEAST_TERM_LETTERS = 4
"""Shorter words are rarely what a text is about."""

RUN_WORDS = 5
"""Sayings and names repeat fewer words in a row."""


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

    @cached_property
    def paragraphs(self) -> list[str]:
        """Stretches of the draft with a blank line between them, stripped."""
        return [one for one in map(str.strip, _BLANK_LINES.split(self.text)) if one]

    @cached_property
    def terms(self) -> list[str]:
        """Beginnings of the draft's content words in order, so that "compute" and "computing" agree."""
        return [
            word[:_STEM_LETTERS]
            for word in self.words
            if len(word) >= _LEAST_TERM_LETTERS and word not in STOPWORDS
        ]

    @cached_property
    def term_counts(self) -> Counter[str]:
        """How often each of them occurs."""
        return Counter(self.terms)

    @cached_property
    def said(self) -> str:
        """All folded words with one space around each, to look for phrases in."""
        return f" {' '.join(self.words)} "

    @cached_property
    def repeated_runs(self) -> int:
        """Runs of five words that occurred before: none in most texts, which settles much at once."""
        runs = shingles(self.words, RUN_WORDS)
        return len(runs) - len(set(runs))

    @cached_property
    def letter(self) -> Letter:
        """The draft's greeting and signature."""
        return read_letter(self.lines)

    @cached_property
    def voice(self) -> voice.Voice:
        """Person and tense it is told in."""
        return voice.voice_of(folded_words(voice.without_quotes(self.text)))

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
    def told(self) -> Told:
        """Facts that the draft states."""
        return Told(self.text, words=self.words, sentences=self.sentences)

    @cached_property
    def language(self) -> tuple[str, float]:
        """Likeliest language of the draft and its probability."""
        return language.identify(self.text)

    @cached_property
    def token_logprobs(self) -> TokenLogprobs | None:
        """Log-probabilities of the draft's tokens; None where the engine told none."""
        return TokenLogprobs.read(self.draft.logprobs)

    @cached_property
    def passages(self) -> Passages:
        """The passages whose vectors the relations are computed from."""
        return Passages(
            ask=self.asked.ask_passages,
            source=self.asked.source_passages,
            draft=draft_passages(self.text),
        )
