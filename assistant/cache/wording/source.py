"""Which part of a request is a pasted text, and which says what to do with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

from assistant.cache.wording.language import Language, ordinal
from assistant.cache.wording.scan import quoted_spans

_FENCE: Final = re.compile(
    r"^[ \t]*(?:```|~~~)[^\n]*\n(.*?)^[ \t]*(?:```|~~~)[ \t]*$", re.MULTILINE | re.DOTALL
)
_BLANK: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+|\n[ \t]*-{3,}[ \t]*(?:\n|\Z)")
_SENTENCE: Final = re.compile(r"(?<=[.!?])[\"')\u201d]*\s+|\n+")
_COLON: Final = re.compile(r":(?=\s|\")")
_BULLET: Final = re.compile(r"\s*(?:[-*+\u2022\u00b7\u2013\u2014]|\(?[0-9a-z]{1,2}[.)])\s")
_QUOTED_LINE: Final = re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE)
_RULE: Final = re.compile(r"\A(?:[-=*_~#]{3,}\s*\n)+|(?:\n[ \t]*[-=*_~#]{3,})+\Z")
_COLONS: Final = 4
"""How many colons of a block are tried: behind one of the first a pasted text begins."""
_LONG_LINE: Final = 160
"""Characters of a line that is a paragraph of its own though no blank line parts it."""
_NEAR: Final = 3
"""How many words may stand between a word that points and the noun for a text."""


class Parted(NamedTuple):
    """The instruction, and the text it is about: to the letter, empty if there is none."""

    instruction: str
    source: str


def part(text: str, language: Language) -> Parted:
    """`text`, composed and with plain line ends, parted into instruction and source.

    What may be a source is taken for one: that costs a hit at most, the other error a wrong text.
    """
    fenced = [match[1] for match in _FENCE.finditer(text)]
    blocks = _blocks(_FENCE.sub("\n\n", text))
    if len(blocks) > 1:
        parted = _by_blocks(blocks, language)
    elif blocks and not fenced:
        parted = _by_sentences(blocks[0], language)
    else:
        parted = Parted(text if not fenced else "".join(blocks), "")
    source = "\n\n".join([_unwrapped(parted.source), *fenced]) if fenced else parted.source
    return Parted(parted.instruction, _unwrapped(source))


def _blocks(text: str) -> list[str]:
    blocks: list[str] = []
    for block in _BLANK.split(text):
        lines = block.strip().split("\n")
        opens = lines[0].rstrip().endswith(":") and len(lines) > 1 and not _BULLET.match(lines[1])
        if opens or (len(lines) > 1 and max(len(line) for line in lines) > _LONG_LINE):
            blocks.extend(_by_length(lines))
        elif block.strip():
            blocks.append(block.strip())
    return blocks


def _by_length(lines: Sequence[str]) -> list[str]:
    """Lines after one that ends in a colon, and long lines, are blocks of their own."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        long = len(line) > _LONG_LINE
        if long and blocks[-1]:
            blocks.append([])
        blocks[-1].append(line)
        if long or (line.rstrip().endswith(":") and len(blocks) == 1 and len(blocks[0]) == 1):
            blocks.append([])
    return ["\n".join(block).strip() for block in blocks if "".join(block).strip()]


def _by_blocks(blocks: Sequence[str], language: Language) -> Parted:
    """The block that points to the others is the instruction."""
    marks = [pointing(_words(block), language) for block in blocks]
    if not any(marks):
        return _unmarked(blocks)
    best = max(range(len(blocks)), key=lambda n: _wish(blocks[n], marks[n], language))
    inner = _by_sentences(blocks[best], language) if _carries_text(blocks[best]) else None
    instruction = inner.instruction if inner else blocks[best]
    others = [*blocks[:best], *([inner.source] if inner else []), *blocks[best + 1 :]]
    others = [block for block in others if block]
    listed = marks[best] == _PERHAPS and bool(others) and _BULLET.match(others[-1])
    spare = len(others) > 1 or listed
    if spare and best < len(blocks) - 1 and _only_asks(others[-1], language):
        instruction = f"{instruction}\n{others.pop()}"
    return Parted(instruction, "\n\n".join(_unwrapped(block) for block in others))


_SHORT: Final = 200
"""Characters of a last block that may be a part of the request."""


def _only_asks(block: str, language: Language) -> bool:
    """Whether a short block says nothing but how the text should be."""
    sentences = [part for part in _SENTENCE.split(block) if part.strip()]
    return len(block) <= _SHORT and all(_asks(sentence, language) for sentence in sentences)


def _unmarked(blocks: Sequence[str]) -> Parted:
    """Nothing points: only a paragraph behind a colon is taken for a source."""
    if blocks[0].endswith(":") and not _BULLET.match(blocks[1]):
        return Parted(blocks[0], "\n\n".join(blocks[1:]))
    return Parted("\n".join(blocks), "")


def _wish(block: str, mark: int, language: Language) -> tuple[int, bool, bool, int]:
    """How likely a block is the request: it points, it begins as one, it is short."""
    first = next(part for part in _SENTENCE.split(block) if part.strip())
    sure = mark if mark >= _LIKELY else 0
    return sure, mark > 0, _asks(first, language), -len(block)


def _carries_text(block: str) -> bool:
    colon = _COLON.search(block)
    return colon is not None and len(block) - colon.end() > _LONG_LINE


_SURE: Final = 3
_LIKELY: Final = 2
_PERHAPS: Final = 1


def pointing(words: Sequence[str], language: Language) -> int:
    """How surely words point to another text: 0 not at all, 3 surely."""
    reference = language.grammar.reference
    bases = [language.lemmatizer.lemma(word).base for word in words]
    acts = any(base in reference.actions for base in bases)
    points = _points(words, bases, language)
    if points and acts:
        return _SURE
    if points or _acts_on_pronoun(words, bases, language):
        return _LIKELY
    return _PERHAPS if acts or set(words) & set(reference.pronouns) else 0


_WORD: Final = re.compile(r"[^\W_]+")
_READ: Final = 1500
"""Characters of a block read to see whether it points to another: a request is short."""


def _words(text: str) -> list[str]:
    return _WORD.findall(text[:_READ].casefold())


def _points(words: Sequence[str], bases: Sequence[str], language: Language) -> bool:
    """Whether a word like "following" or "this" stands by a noun for a text."""
    reference = language.grammar.reference
    for place, word in enumerate(words):
        near = bases[place + 1 : place + 1 + _NEAR]
        if word in reference.words and any(is_text(base, language) for base in near):
            return True
        if word in reference.behind and place > 0 and is_text(bases[place - 1], language):
            return True
    return False


def is_text(base: str, language: Language) -> bool:
    """Whether a word is a noun for a text."""
    if base in language.grammar.reference.nouns:
        return True
    found = language.lexicon.longest([base], 0)
    return found is not None and found[1].cls == "document"


def _acts_on_pronoun(words: Sequence[str], bases: Sequence[str], language: Language) -> bool:
    reference = language.grammar.reference
    ends = set(language.grammar.function.drop) | set(language.grammar.relations)
    for place in range(1, len(words)):
        if words[place] not in reference.pronouns or bases[place - 1] not in reference.actions:
            continue
        following = words[place + 1] if place + 1 < len(words) else ""
        if not following or following in ends or len(following) <= _NEAR:
            return True
    return False


def _by_sentences(block: str, language: Language) -> Parted:
    """A single block: what stands behind a colon, else the sentences that ask for nothing."""
    for colon in islice(_COLON.finditer(block), _COLONS):
        head, rest = block[: colon.start()], block[colon.end() :].strip()
        mark = pointing(_words(head), language) if rest else 0
        if mark >= _LIKELY:
            return Parted(head.strip(), rest)
        if mark and (quoted := _quoted(rest)) is not None:
            return Parted(f"{head.strip()}\n{quoted.instruction}".strip(), quoted.source)
    if pointing(_words(block), language) < _LIKELY:
        return Parted(block, "")
    sentences = [part for part in _SENTENCE.split(block) if part.strip()]
    asked = _asked(sentences, language)
    given = [part for part, asks in zip(sentences, asked, strict=True) if not asks]
    if not given or not any(asked):
        return Parted(block, "")
    wanted = [part for part, asks in zip(sentences, asked, strict=True) if asks]
    if not any(asked[asked.index(False) :]):
        # All behind the request: to the letter, with its own line ends.
        return Parted("\n".join(wanted), block[block.index(given[0], len(wanted[0])) :])
    return Parted("\n".join(wanted), "\n".join(given))


_QUOTED_WORDS: Final = 5
"""Words of a quotation behind a colon that is a text rather than a name."""


def _quoted(rest: str) -> Parted | None:
    """What follows a quotation that `rest` begins with, and the quotation, if it is a text."""
    span = next(iter(quoted_spans(rest)), None)
    if span is None or span[0] > 0 or len(rest[: span[1]].split()) < _QUOTED_WORDS:
        return None
    return Parted(rest[span[1] :].lstrip(" .,;\n"), rest[1 : span[1] - 1].strip())


def _asked(sentences: Sequence[str], language: Language) -> list[bool]:
    """Which of the sentences ask for something; items of one list do so all or none."""
    asked = [_asks(sentence, language) for sentence in sentences]
    for first, sentence in enumerate(sentences):
        if not _BULLET.match(sentence) or (first and _BULLET.match(sentences[first - 1])):
            continue
        end = first
        while end < len(sentences) and _BULLET.match(sentences[end]):
            end += 1
        asked[first:end] = [all(asked[first:end])] * (end - first)
    return asked


def _asks(sentence: str, language: Language) -> bool:
    """Whether a sentence is a part of the request: it points, is courtesy, or begins as one."""
    words = _words(sentence)
    if pointing(words, language) >= _LIKELY or language.clauses.whole(words):
        return True
    if _specifies(words, language):
        return True
    words = words[language.clauses.end(words, 0) :]
    start = max(language.openers.end(words, 0), language.wishes.end(words, 0))
    while start < len(words) and words[start] in language.grammar.function.articles:
        words = words[:start] + words[start + 1 :]
    lemma, grammar = language.lemmatizer.lemma, language.grammar
    bases = [ordinal(word, grammar) or lemma(word).base for word in words[start : start + 3]]
    found = language.lexicon.longest(bases, 0)
    heads = grammar.light.head
    wishes = found is not None and found[1].cls in _WISHES
    return start > 0 or wishes or bool(bases and bases[0] in heads)


_SPECIFYING: Final = 8
"""Words of the longest sentence that only tells a length or what to leave out."""


def _specifies(words: Sequence[str], language: Language) -> bool:
    """Whether a short sentence tells how long the text should be or what must not be in it."""
    if not words or len(words) > _SPECIFYING:
        return False
    grammar = language.grammar
    bases = [language.lemmatizer.lemma(word).base for word in words]
    units = grammar.units.of_text
    counted = (*grammar.numbers.cardinals, *grammar.numbers.scales, *grammar.function.articles)
    for place, base in enumerate(bases[1:], 1):
        if base in units and (words[place - 1].isdigit() or words[place - 1] in counted):
            return True
    first = language.lexicon.longest(bases, 0)
    if first is not None and first[1].kind == "not":
        return len(words) <= _DENYING
    return first is not None and first[1].kind == "not_verb"


_DENYING: Final = 4
_WISHES: Final = frozenset({"action", "document", "tone", "length", "format"})


def _unwrapped(text: str) -> str:
    """`text` without blanks around it and without quotation marks around all of it."""
    bare = _RULE.sub("", text.strip()).strip()
    if bare.startswith(">") and all(line.lstrip()[:1] == ">" for line in bare.split("\n")):
        bare = _QUOTED_LINE.sub("", bare).strip()
    spans = list(quoted_spans(bare))
    whole = len(spans) == 1 and spans[0] == (0, len(bare)) and len(bare) > 1
    return bare[1:-1].strip() if whole else bare
