"""The facts one text tells, each kind read when first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from assistant.confidence.text import amounts, dates, facts, markup, polarity, quotations
from assistant.confidence.text.words import folded_words, sentences


class Told:
    """A text and what it states: numbers, dates, quotes, citations, code, names, links."""

    def __init__(
        self,
        text: str,
        *,
        words: Sequence[str] | None = None,
        sentences: Sequence[str] | None = None,
    ) -> None:
        """Reads nothing yet; takes folded words and sentences where they are known already."""
        self.text = text
        self._words = words
        self._sentences = sentences

    @cached_property
    def words(self) -> Sequence[str]:
        """Folded words, in order."""
        return folded_words(self.text) if self._words is None else self._words

    @cached_property
    def word_set(self) -> frozenset[str]:
        """Folded words, each once."""
        return frozenset(self.words)

    @cached_property
    def amounts(self) -> amounts.Amounts:
        """Numbers, with what they stand for; those of links are none."""
        return amounts.amounts(facts.without_links(self.text), self.words, self.word_set)

    @cached_property
    def dates(self) -> tuple[dates.Dated, ...]:
        """Dates and weekdays."""
        return dates.dates(self.text, self.words)

    @cached_property
    def quotations(self) -> tuple[tuple[str, str], ...]:
        """Quoted passages with their folded words."""
        return quotations.quotations(self.text)

    @cached_property
    def citations(self) -> dict[str, str]:
        """References to sources by what they refer to."""
        return quotations.citations(self.text)

    @cached_property
    def marked(self) -> markup.Marked:
        """Code, front matter and tags."""
        return markup.marked(self.text)

    @cached_property
    def skeleton(self) -> markup.Skeleton:
        """Headings, items, rows and links of the Markdown."""
        return markup.skeleton(self.marked.prose)

    @cached_property
    def name_runs(self) -> list[tuple[str, ...]]:
        """Names, each as its words: first names and surname together."""
        return facts.name_runs(self.text, self.words)

    @cached_property
    def capitals(self) -> dict[str, str]:
        """Capitalised words wherever they stand, folded, with how they are written."""
        return facts.capitals(self.text)

    @cached_property
    def links(self) -> list[str]:
        """Web and mail addresses."""
        return facts.links(self.text)

    @cached_property
    def stances(self) -> tuple[polarity.Stance, ...]:
        """What each sentence affirms or denies."""
        said = sentences(self.text) if self._sentences is None else self._sentences
        return polarity.stances(said)
