"""Instructions to folded requests."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from assistant.cache.wording.atoms import read
from assistant.cache.wording.clauses import clauses
from assistant.cache.wording.folded import Atom, Folded
from assistant.cache.wording.language import Language, codes, load
from assistant.cache.wording.links import linked
from assistant.cache.wording.measures import measured
from assistant.cache.wording.quantities import quantified
from assistant.cache.wording.reading import Reading
from assistant.cache.wording.scan import Token, scan
from assistant.cache.wording.signs import signs
from assistant.cache.wording.source import part

LONGEST: Final = 20_000
"""Characters of an instruction beyond which it is not folded: the work must be bounded."""


def fold(instruction: str, *, language: str | None = None) -> Folded | None:
    """`instruction` reduced to what decides its text.

    None where the language is not known or none of ours, and for an empty or too long instruction.
    """
    if not instruction or len(instruction) > LONGEST:
        return None
    text = unicodedata.normalize("NFC", instruction.replace("\r\n", "\n").replace("\r", "\n"))
    best = _best(text, language)
    if best is None:
        return None
    known, tokens, source = best
    kept = clauses(measured(quantified(tokens, known), known), known)
    reading = read(kept, known, sourced=bool(source))
    return _folded(reading, source, known) if reading.canonical or source else None


def _folded(reading: Reading, source: str, language: Language) -> Folded:
    code = language.grammar.code
    atoms = linked(reading.atoms)
    return Folded(
        language=code,
        canonical=" ".join(reading.canonical),
        bucket=_bucket(code, atoms, source),
        source=source,
        atoms=atoms,
        signs=signs(reading, atoms),
        persons=frozenset(reading.persons),
        tenses=frozenset(reading.tenses),
        heads=frozenset(reading.heads),
    )


_SLOTS: Final = frozenset({"quote", "number", "measure", "date", "time", "money", "percent"})


def _bucket(code: str, atoms: Sequence[Atom], source: str) -> str:
    slots = sorted({f"{atom.cls}={atom.key}" for atom in atoms if _is_slot(atom)})
    text = "\x1f".join([code, source, *slots])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _is_slot(atom: Atom) -> bool:
    # One quoted word may be written without quotation marks too.
    return atom.cls in _SLOTS and (atom.cls != "quote" or " " in atom.key)


_ENOUGH: Final = 0.4
"""Least share of words known to a language in a request of that language."""
_LOOKED_AT: Final = 300
"""Words of a request looked at to know its language."""


class _Parsed(NamedTuple):
    """A request in one language: its instruction as tokens, its pasted text."""

    language: Language
    tokens: list[Token]
    source: str


def _best(text: str, asked: str | None) -> _Parsed | None:
    """`text` in the language it is most likely in; its pasted text may be of any other."""
    if asked is not None:
        code = asked.partition("-")[0].partition("_")[0].casefold()
        return _parsed(text, load(code)) if code in codes() else None
    parsed = [_parsed(text, load(code)) for code in sorted(codes())]
    best = max(parsed, key=_share, default=None)
    return None if best is None or _share(best) < _ENOUGH else best


def _parsed(text: str, language: Language) -> _Parsed:
    parted = part(text, language)
    return _Parsed(language, scan(parted.instruction, language.grammar), parted.source)


def _share(parsed: _Parsed) -> float:
    """The share of words known to a language, 0 without any of its own."""
    language = parsed.language
    words = [token.text for token in parsed.tokens if token.kind == "word"][:_LOOKED_AT]
    if not any(word in language.detection for word in words):
        return 0.0
    return sum(1 for word in words if _knows(word, language)) / len(words)


def _knows(word: str, language: Language) -> bool:
    return word in language.detection or language.lemmatizer.lemma(word).base in language.known


def volatile(instruction: str, *, language: str | None = None) -> Literal["time", "variety"] | None:
    """Why the answer to `instruction` must not be kept, None if it may.

    "time": it asks for what is true now. "variety": it asks for something else than before.
    """
    best = _best(instruction[:LONGEST], language) if instruction else None
    if best is None:
        return None
    known = best.language
    words = [token.text for token in best.tokens if token.kind == "word"]
    found = [known.volatile.longest(words, place) for place in range(len(words))]
    return next((match[1] for match in found if match is not None), None)
