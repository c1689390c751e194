"""The clauses of an instruction, without what it says only out of courtesy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from assistant.cache.wording.language import Language
from assistant.cache.wording.scan import Token
from assistant.cache.wording.source import is_text


class Clause(NamedTuple):
    """What is left of a clause, and the boundary behind it."""

    tokens: list[Token]
    boundary: Token


def clauses(tokens: Iterable[Token], language: Language) -> Iterator[Clause]:
    """What is left of each clause of `tokens`, in order; it may be nothing."""
    clause: list[Token] = []
    begun = False
    for token in chain(tokens, [_END]):
        if clause and _ended(clause[-1]) and not _leads_on(token, language):
            left = _bare(clause, language, begun)
            begun = begun or bool(left)
            yield Clause(left, _END)
            clause = []
        if token.kind != "boundary":
            clause.append(token)
            continue
        left = _bare(clause, language, begun) if clause else []
        begun = begun or bool(left)
        yield Clause(left, token)
        clause = []


def _ended(token: Token) -> bool:
    """Whether a quotation ends with the end of a sentence."""
    return token.kind == "quote" and token.text[-1:] in _ENDS


def _leads_on(token: Token, language: Language) -> bool:
    """Whether a word binds what follows to what is before."""
    found = language.lexicon.longest([token.text], 0)
    return found is not None and found[1].kind in _BINDING


_BINDING: Final = frozenset({"relation", "kept", "separator", "drop"})
_ENDS: Final = frozenset({".", "!", "?"})
_END: Final = Token("boundary", "", ends=True)


def _bare(clause: list[Token], language: Language, begun: bool) -> list[Token]:
    words = [token.text for token in clause]
    if language.clauses.whole(words):
        return []
    start, end = 0, len(words)
    while (opened := _opened(words, start, language, begun)) > start:
        start = opened
    while (shorter := _closed(words, start, end, language)) < end:
        end = shorter
    left = _without_fillers(clause[start:end], language)
    return _without_beneficiary(left, language)


def _opened(words: Sequence[str], start: int, language: Language, begun: bool) -> int:
    """The end of an opening courtesy; once something has been said, a wish must be for a text."""
    end = language.openers.end(words, start)
    wished = language.wishes.end(words, start)
    if wished <= end:
        return end
    lemma = language.lemmatizer.lemma
    ahead = [lemma(word).base for word in words[wished : wished + _WISHED]]
    of_text = any(is_text(base, language) for base in ahead)
    counted = any(base in language.grammar.units.of_text for base in ahead)
    return wished if not begun or of_text or counted else end


_WISHED: Final = 5
"""How many words behind a wish may name the text that is wished for."""


def _closed(words: Sequence[str], start: int, end: int, language: Language) -> int:
    """The end of what is left before a closing courtesy."""
    longest = min(_LONGEST_CLOSER, end - start)
    for length in range(longest, 0, -1):
        before = words[end - length - 1] if end - length > start else ""
        if not _governs(before, language) and language.closers.whole(words[end - length : end]):
            return end - length
    return end


_LONGEST_CLOSER = 6


def _governs(word: str, language: Language) -> bool:
    """Whether what stands behind a word belongs to it: "keep the thanks" ends in no courtesy."""
    grammar = language.grammar
    return word in grammar.function.articles or word in grammar.possessive_persons


def _without_fillers(clause: list[Token], language: Language) -> list[Token]:
    words = [token.text for token in clause]
    left: list[Token] = []
    place = 0
    while place < len(clause):
        end = language.fillers.end(words, place)
        if end == place:
            left.append(clause[place])
        place = max(end, place + 1)
    return left


def _without_beneficiary(clause: list[Token], language: Language) -> list[Token]:
    """Without the "me" of "write me a story"."""
    words = [token.text for token in clause]
    if len(words) < _VERB_AND_BENEFICIARY or not begins_request(words, language):
        return clause
    end = language.beneficiaries.end(words, 1)
    return [clause[0], *clause[end:]]


_VERB_AND_BENEFICIARY = 2


def begins_request(words: Sequence[str], language: Language) -> bool:
    """Whether a clause of these words begins with what is to be done with a text."""
    base = language.lemmatizer.lemma(words[0]).base
    if base in language.grammar.light.head:
        return True
    found = language.lexicon.longest([base], 0)
    return found is not None and found[1].cls == "action"
