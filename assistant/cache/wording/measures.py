"""Numbers made one with the unit that a text's length is told in, and units in one form."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.cache.wording.language import Language
from assistant.cache.wording.quantities import shortened
from assistant.cache.wording.scan import Token


def measured(tokens: Sequence[Token], language: Language) -> list[Token]:
    """`tokens` with "80 words" and the like as one token each, and "3.40 m" as "3.4 meter"."""
    units = language.grammar.units
    lemma = language.lemmatizer.lemma
    found: list[Token] = []
    for token in tokens:
        if token.kind != "word" or not found or found[-1].kind != "number":
            found.append(token)
            continue
        base = lemma(units.words.get(token.text, token.text)).base
        if base in units.of_text:
            found[-1] = Token("measure", f"{found[-1].text} {base}")
        elif token.text in units.words or base in units.measures:
            number = found[-1]
            bound, _, value = number.text.rpartition(" ")
            found[-1] = number._replace(text=f"{bound} {shortened(value)}".strip())
            found.extend(token._replace(text=word) for word in base.split())
        else:
            found.append(token)
    return found
