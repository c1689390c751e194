"""A request read once: what it asks for, and the text it is about. The same for each draft of it."""

from __future__ import annotations

from functools import cached_property

from assistant.confidence.inputs import instruction_of
from assistant.confidence.passages import ASK_PASSAGES, SOURCE_PASSAGES, windows
from assistant.confidence.text import demands, forms, language, voice
from assistant.confidence.text.commands import commands
from assistant.confidence.text.correspondents import Correspondents, correspondents
from assistant.confidence.text.function_words import spoken_language
from assistant.confidence.text.placeholders import placeholders
from assistant.confidence.text.told import Told
from assistant.confidence.text.waived import Fact, waived_facts
from assistant.confidence.text.words import folded_words
from assistant.types import DraftRequest, Task

_CONDENSED = 0.75
"""A text of less than this share of its source's words cannot keep all its facts."""


GIVES_BACK: frozenset[Task] = frozenset({"rewrite", "proofread", "tone", "translate"})
"""Tasks that give the writer's own text back, in its language whatever that of the instruction."""

_UNIT_WORDS: dict[demands.Unit, int] = {"words": 1, "sentences": 20, "paragraphs": 90}
"""Words that a unit of length usually has."""


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
        self.is_read = False

    def read(self) -> None:
        """Computes every part now, so that scoring finds it done. Blocks for a millisecond or more."""
        for name, part in vars(type(self)).items():
            if isinstance(part, cached_property):
                getattr(self, name)
        self.is_read = True

    @cached_property
    def instruction_words(self) -> list[str]:
        """Folded words of the instruction."""
        return folded_words(self.instruction)

    @cached_property
    def source_words(self) -> list[str]:
        """Folded words of the text the draft works on."""
        return folded_words(self.source)

    @cached_property
    def told(self) -> Told:
        """Facts of the text the draft works on."""
        return Told(self.source, words=self.source_words)

    @cached_property
    def wished(self) -> Told:
        """Facts that the instruction itself states."""
        return Told(self.instruction, words=self.instruction_words)

    @cached_property
    def given(self) -> Told:
        """Facts of all that the request says, whoever said it."""
        request = self.request
        turns = (message.content for message in request.messages)
        own = (self.instruction, request.text, request.before, request.after)
        voice = (request.audience or "", *request.style.voice_samples)
        wordings = (wording for _, wording in request.style.glossary)
        return Told("\n".join(filter(None, (*own, *turns, *voice, *wordings))))

    @cached_property
    def waived(self) -> frozenset[Fact]:
        """Kinds of facts that the instruction asks to remove or to change."""
        return waived_facts(self.instruction)

    @cached_property
    def condenses(self) -> bool:
        """Whether a text much shorter than its source is asked for, so that facts must go."""
        demand = self.demand
        if demand is None or not self.source:
            return False
        return demand.high * _UNIT_WORDS[demand.unit] < _CONDENSED * len(self.source_words)

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

    @cached_property
    def forms(self) -> tuple[forms.Form, ...]:
        """The forms the instruction clearly asks for."""
        return forms.demanded_forms(self.instruction)

    @cached_property
    def several(self) -> bool:
        """Whether more than one text is asked for."""
        return (
            self.request.variants > 1
            or self.items is not None
            or forms.wants_several(self.instruction)
        )

    @cached_property
    def template(self) -> bool:
        """Whether gaps to fill in are welcome."""
        return forms.wants_template(self.instruction)

    @cached_property
    def source_gaps(self) -> frozenset[str]:
        """Gaps to fill in that the writer's own texts have."""
        return frozenset(placeholders(self.source) + placeholders(self.request.after))

    @cached_property
    def commands(self) -> tuple[str, ...]:
        """What the instruction orders, sentence by sentence, as folded words."""
        return commands(self.instruction)

    @cached_property
    def correspondents(self) -> Correspondents:
        """Who writes to whom."""
        return correspondents(self.instruction, self.source, replying=self.task == "reply")

    @cached_property
    def person(self) -> voice.Person | None:
        """The grammatical person asked for."""
        return voice.asked_person(self.instruction)

    @cached_property
    def tense(self) -> voice.Tense | None:
        """The tense asked for."""
        return voice.asked_tense(self.instruction)

    @cached_property
    def source_voice(self) -> voice.Voice:
        """Person and tense of the text the draft works on; where it goes on, those of its end."""
        text = self.source
        if self.task in {"continue", "fill"}:
            text = text[-voice.END_CHARACTERS :]
        return voice.voice_of(folded_words(voice.without_quotes(text)))

    @cached_property
    def changes_voice(self) -> bool:
        """Whether the instruction may want another voice than that of the writer's text."""
        return voice.wants_another(self.instruction_words)

    @cached_property
    def mixes(self) -> bool:
        """Whether several languages are welcome: the request speaks of one, or is in two itself."""
        return language.speaks_of_languages(self.instruction) or self.task == "translate"

    @cached_property
    def languages(self) -> frozenset[str]:
        """Languages the draft may be written in, ISO 639-1; none where the request does not tell."""
        if self.request.language:
            return frozenset([self.request.language])
        named = language.named_languages(self.instruction)
        if self.task == "translate" or "translat" in self.instruction.casefold():
            return frozenset(named)
        # "in French cinema" names a language too, so the writer's own stay welcome beside it.
        found = {language.known_language(self.source)}
        if self.task not in GIVES_BACK:
            found.add(
                language.known_language(self.instruction) or spoken_language(self.instruction_words)
            )
        return frozenset(named | {own for own in found if own})
