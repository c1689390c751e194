"""A language as its data files tell it, made ready for use."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Literal, NamedTuple, TypeAlias, TypeVar

from pydantic import ValidationError

from assistant.cache.wording.lemma import Lemmatizer
from assistant.cache.wording.patterns import Patterns, patterns
from assistant.cache.wording.scan import scan
from assistant.cache.wording.schema import Concepts, Grammar
from assistant.cache.wording.trie import Trie
from assistant.errors import AssistantError

Kind: TypeAlias = Literal[
    "drop", "separator", "light", "head", "relation", "kept", "not", "not_verb",
    "person", "modal", "quantifier", "question", "concept",
]  # fmt: skip
"""What a phrase does in a request."""


class Entry(NamedTuple):
    """What a phrase stands for: how it counts, under which name, of which class of concepts."""

    kind: Kind
    key: str
    cls: str = ""


Group: TypeAlias = tuple[str, list[str]]
"""A part of speech, and words of it that mean the same."""


Counting: TypeAlias = tuple[frozenset[str], frozenset[str], frozenset[str]]
"""The words that a number or another spelling, a quantity, and a bound of one may begin with."""


class WordLists(NamedTuple):
    """The plain lists of a language: near wordings, synonyms, likely synonyms, verbs."""

    near: list[list[str]]
    synonyms: list[Group]
    thesaurus: list[Group]
    verbs: list[str]


class LanguageFileError(AssistantError):
    """A data file of a language cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Everything the folding of a request asks a language."""

    grammar: Grammar
    lemmatizer: Lemmatizer
    lexicon: Trie[Entry]
    known: frozenset[str]
    respelled: Trie[tuple[str, ...]]
    openers: Patterns
    wishes: Patterns
    clauses: Patterns
    closers: Patterns
    fillers: Patterns
    beneficiaries: Patterns
    before_number: Trie[str]
    after_number: Trie[str]
    not_numbers: Trie[bool]
    counting: Counting
    near: Mapping[str, frozenset[int]]
    synonyms: Mapping[str, frozenset[int]]
    thesaurus: Mapping[str, frozenset[int]]
    parts: Mapping[str, str]
    antonyms: frozenset[frozenset[str]]
    volatile: Trie[Literal["time", "variety"]]
    detection: frozenset[str]


_FOLDER: Final = "languages"


@cache
def codes() -> frozenset[str]:
    """The languages there are data files for."""
    suffix = ".concepts.toml"
    names = (file.name for file in _folder().iterdir())
    return frozenset(name.removesuffix(suffix) for name in names if name.endswith(suffix))


@cache
def load(code: str) -> Language:
    """The language of this code.

    Raises:
        LanguageFileError: A file is missing or is not what the schema asks for.
    """
    grammar = read_grammar(_text(f"{code}.toml"), f"{code}.toml")
    concepts = read_concepts(_text(f"{code}.concepts.toml"), f"{code}.concepts.toml")
    synonyms = [_group(line) for line in _optional_lines(f"{code}.synonyms.txt")]
    thesaurus = [_group(line) for line in _optional_lines(f"{code}.thesaurus.txt")]
    words = WordLists(
        near=[line.split(", ") for line in _optional_lines(f"{code}.near.txt")],
        synonyms=synonyms,
        thesaurus=thesaurus,
        verbs=_optional_lines(f"{code}.verbs.txt"),
    )
    return compiled(grammar, concepts, words)


def read_grammar(text: str, name: str) -> Grammar:
    """The grammar in `text`; `name` is for the error message."""
    try:
        return Grammar.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        message = f"{name}: {error}"
        raise LanguageFileError(message) from error


def read_concepts(text: str, name: str) -> Concepts:
    """The concepts in `text`; `name` is for the error message."""
    try:
        tables = tomllib.loads(text)
        antonyms = tables.pop("antonyms", {})
        return Concepts.model_validate({"classes": tables, "antonyms": antonyms})
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        message = f"{name}: {error}"
        raise LanguageFileError(message) from error


def words_of(phrase: str, grammar: Grammar, lemmatizer: Lemmatizer | None = None) -> list[str]:
    """The folded words of a phrase; base forms without articles where a lemmatizer is given."""
    plain = phrase.replace("-", " ") if "-" in phrase else phrase
    words = plain.split()
    if not all(map(str.isalpha, words)):
        words = _scanned(phrase, grammar)
    respelled = grammar.spelling.words
    if not respelled.keys().isdisjoint(words):
        words = [part for word in words for part in respelled.get(word, word).split()]
    if lemmatizer is None:
        return words
    articles = grammar.function.articles
    if len(words) > 1:
        words = [word for word in words if word not in articles] or words
    ordinals = grammar.numbers.ordinals
    lemma = lemmatizer.lemma
    return [f"{ordinals[word]}." if word in ordinals else lemma(word).base for word in words]


def _scanned(phrase: str, grammar: Grammar) -> list[str]:
    return [token.text for token in scan(phrase, grammar) if token.kind in _WORD_KINDS]


def ordinal(word: str, grammar: Grammar) -> str | None:
    """The digits of an ordinal number written as a word."""
    value = grammar.numbers.ordinals.get(word)
    return None if value is None else f"{value}."


_WORD_KINDS: Final = frozenset({"word", "owner"})


def compiled(grammar: Grammar, concepts: Concepts, lists: WordLists) -> Language:
    """The language of these data."""
    known = _known_words(grammar, concepts, lists)
    lemmatizer = Lemmatizer(grammar.inflection, grammar.spelling, known)

    def phrases(source: Iterable[tuple[str, _Value]], *, base: bool = False) -> Trie[_Value]:
        trie: Trie[_Value] = Trie()
        for phrase, value in source:
            trie.add(words_of(phrase, grammar, lemmatizer if base else None), value)
        return trie

    lexicon = phrases([*_entries(grammar, concepts), *_near_phrases(lists.near)], base=True)
    comparators, time = grammar.comparators, grammar.volatile
    respelled = phrases(
        (old, tuple(new.split())) for old, new in grammar.spelling.words.items() if " " in old
    )
    before_number = phrases((p, key) for key, each in comparators.before.items() for p in each)
    return Language(
        grammar=grammar,
        lemmatizer=lemmatizer,
        lexicon=lexicon,
        known=known,
        respelled=respelled,
        openers=patterns(grammar.frames.openers),
        wishes=patterns(grammar.frames.wishes),
        clauses=patterns(grammar.frames.clauses),
        closers=patterns(grammar.frames.closers),
        fillers=patterns(grammar.frames.fillers),
        beneficiaries=patterns(grammar.frames.beneficiaries),
        before_number=before_number,
        after_number=phrases((p, key) for key, each in comparators.after.items() for p in each),
        counting=_counting(grammar, respelled.firsts(), before_number.firsts()),
        not_numbers=phrases((phrase, True) for phrase in grammar.numbers.not_numbers),
        near=_near(lists.near, lexicon, lambda phrase: words_of(phrase, grammar, lemmatizer)),
        synonyms=_groups(lists.synonyms),
        thesaurus=_groups(lists.thesaurus),
        parts=_parts_of_speech([*lists.thesaurus, *lists.synonyms]),
        antonyms=frozenset(
            frozenset((one, other)) for one, others in concepts.antonyms.items() for other in others
        ),
        volatile=phrases(
            [*((p, _TIME) for p in time.time), *((p, _VARIETY) for p in time.variety)]
        ),
        detection=frozenset(grammar.detection.words),
    )


_Value = TypeVar("_Value")
_TIME: Final[Literal["time", "variety"]] = "time"
_VARIETY: Final[Literal["time", "variety"]] = "variety"


def _entries(grammar: Grammar, concepts: Concepts) -> Iterator[tuple[str, Entry]]:
    """What every phrase stands for; of two for one phrase the first counts."""
    named: list[tuple[Kind, Mapping[str, list[str]]]] = [
        ("kept", grammar.relations_kept),
        ("relation", grammar.relations),
        ("person", grammar.persons),
        ("modal", grammar.modals),
        ("quantifier", grammar.quantifiers),
    ]
    plain: list[tuple[Kind, list[str]]] = [
        ("not", grammar.negation.words),
        ("not_verb", grammar.negation.verbs),
        ("question", grammar.questions.words),
        ("separator", grammar.function.separators),
        ("light", grammar.light.words),
    ]
    for kind, table in named:
        for key, wordings in table.items():
            yield from ((wording, Entry(kind, key)) for wording in wordings)
    for kind, wordings in plain:
        yield from ((wording, Entry(kind, wording)) for wording in wordings)
    for cls, table in concepts.classes.items():
        for key, wordings in table.items():
            yield from ((wording, Entry("concept", key, cls)) for wording in [key, *wordings])
    yield from ((wording, Entry("drop", wording)) for wording in grammar.function.drop)


def _counting(grammar: Grammar, respelled: Iterable[str], bounds: Iterable[str]) -> Counting:
    numbers, calendar, money = grammar.numbers, grammar.calendar, grammar.money
    spelling: frozenset[str] = frozenset().union(
        grammar.spelling.words, numbers.cardinals, numbers.scales, numbers.ordinals, numbers.signs,
        respelled, "-",
    )  # fmt: skip
    naming: frozenset[str] = frozenset().union(
        numbers.labels, numbers.romans, calendar.months, calendar.weekdays, calendar.named_times,
        calendar.parts_of_hour, money.symbols, money.words,
    )  # fmt: skip
    between = grammar.relations_kept.get("between", [])
    return spelling, naming, frozenset().union(bounds, between)


def _known_words(grammar: Grammar, concepts: Concepts, lists: WordLists) -> frozenset[str]:
    words = set(_single_words(concepts)) | set(lists.verbs) | set(grammar.inflection.irregular)
    for _, group in (*lists.synonyms, *lists.thesaurus):
        words.update(group)
    return frozenset(words)


def _single_words(concepts: Concepts) -> Iterator[str]:
    for table in concepts.classes.values():
        for key, wordings in table.items():
            for wording in [key, *wordings]:
                yield from wording.replace("-", " ").split()


def _group(line: str) -> Group:
    part, _, words = line.partition(": ")
    return part, words.split(", ")


def _near_phrases(near: Iterable[list[str]]) -> Iterator[tuple[str, Entry]]:
    """The phrases of near wordings, which must be seen as such."""
    for group in near:
        for phrase in group:
            if " " in phrase:
                yield phrase, Entry("concept", phrase, "general")


def _near(
    near: Iterable[list[str]], lexicon: Trie[Entry], words: Callable[[str], list[str]]
) -> dict[str, frozenset[int]]:
    """The groups of each key that a near wording is read as."""
    found: dict[str, set[int]] = {}
    for number, group in enumerate(near):
        for phrase in group:
            bases = words(phrase)
            entry = lexicon.longest(bases, 0)
            known = entry is not None and entry[0] == len(bases) and entry[1].kind == "concept"
            key = entry[1].key if entry is not None and known else " ".join(bases)
            found.setdefault(key, set()).add(number)
    return {key: frozenset(numbers) for key, numbers in found.items()}


def _groups(lines: Iterable[Group]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, (_, words) in enumerate(lines):
        for word in words:
            found.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


def _parts_of_speech(lines: Iterable[Group]) -> dict[str, str]:
    """The part of speech of each word that has only one."""
    found: dict[str, str] = {}
    for part, words in lines:
        for word in words:
            found[word] = part if found.get(word, part) == part else ""
    return found


def _folder() -> Traversable:
    return files("assistant.cache.wording").joinpath(_FOLDER)


def _text(name: str) -> str:
    try:
        return _folder().joinpath(name).read_text("utf-8")
    except FileNotFoundError as error:
        message = f"{name}: no such data file of a language"
        raise LanguageFileError(message) from error


def _optional_lines(name: str) -> list[str]:
    """The lines of a file that a language may lack, without comments."""
    file = _folder().joinpath(name)
    if not file.is_file():
        return []
    lines = (line.strip() for line in file.read_text("utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]
