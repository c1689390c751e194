"""A place in a list of tokens, for the rules that read quantities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from assistant.cache.wording.language import Language
from assistant.cache.wording.scan import Token, TokenKind

BOUNDARY: Final = "\n"
"""The word that stands for a token no phrase may run over."""
_NO_WORD: Final = frozenset({"boundary", "quote"})


class Reader:
    """A place in a list of tokens, with what rules ask of it."""

    __slots__ = ("at", "language", "tokens", "words")

    def __init__(self, tokens: Sequence[Token], language: Language) -> None:
        self.tokens = tokens
        self.language = language
        self.at = 0
        self.words = [BOUNDARY if t.kind in _NO_WORD else t.text for t in tokens]

    def word(self, ahead: int = 0) -> str:
        """The text of the token `ahead` of the place, empty where there is none."""
        place = self.at + ahead
        return self.words[place] if 0 <= place < len(self.words) else ""

    def kind(self, ahead: int = 0) -> TokenKind | None:
        """The kind of the token `ahead` of the place."""
        place = self.at + ahead
        return self.tokens[place].kind if 0 <= place < len(self.tokens) else None

    def token(self, ahead: int = 0) -> Token:
        """The token `ahead` of the place, which there must be."""
        return self.tokens[self.at + ahead]

    def glued(self, ahead: int = 1) -> bool:
        """Whether the token `ahead` of the place has no blank before it."""
        place = self.at + ahead
        return 0 <= place < len(self.tokens) and self.tokens[place].glued


Begins: TypeAlias = tuple[frozenset[str], frozenset[str]]
"""The kinds of tokens, and the words, that a quantity may begin with."""
Rule: TypeAlias = Callable[[Reader], "tuple[int, list[Token]] | None"]
"""How many tokens from the place it takes, and what stands for them; None where it does not fit."""


def rewritten(
    tokens: list[Token], language: Language, begins: Begins, rules: Sequence[Rule]
) -> list[Token]:
    """`tokens` after the first rule that fits at each place where a quantity may begin."""
    kinds, words = begins
    places = [n for n, token in enumerate(tokens) if token.kind in kinds or token.text in words]
    if not places:
        return tokens
    reader = Reader(tokens, language)
    found: list[Token] = []
    done = 0
    for place in places:
        if place < done:
            continue
        found.extend(tokens[done:place])
        reader.at, done = place, place + 1
        for rule in rules:
            result = rule(reader)
            if result is not None:
                done = place + result[0]
                found.extend(result[1])
                break
        else:
            found.append(tokens[place])
    found.extend(tokens[done:])
    return found
