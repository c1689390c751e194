"""Which language a text is in, judged only where there is enough of it to be sure."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LANGUAGES = {
    "arabic": "ar", "chinese": "zh", "czech": "cs", "danish": "da", "dutch": "nl", "english": "en",
    "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "hebrew": "he", "hindi": "hi",
    "hungarian": "hu", "italian": "it", "japanese": "ja", "korean": "ko", "norwegian": "no",
    "polish": "pl", "portuguese": "pt", "romanian": "ro", "russian": "ru", "spanish": "es",
    "swedish": "sv", "thai": "th", "turkish": "tr", "ukrainian": "uk", "vietnamese": "vi",
    "deutsch": "de", "englisch": "en", "franz\u00f6sisch": "fr", "fran\u00e7ais": "fr",
    "anglais": "en", "allemand": "de", "espa\u00f1ol": "es", "ingl\u00e9s": "en",
    "italiano": "it", "portugu\u00eas": "pt",
}  # fmt: skip
"""Names an instruction may use, with their ISO 639-1 codes."""

_NAMED = re.compile(
    rf"\b(?:in|into|to|auf|ins|en)\s+({'|'.join(LANGUAGES)})\b(?!\s+(?:literature|history|cinema|class))",
    re.IGNORECASE,
)
_MENTIONED = re.compile(
    rf"\b(?:{'|'.join(LANGUAGES)}|latin|translat\w*|bilingual|multilingual|vocabulary|phrases)\b",
    re.IGNORECASE,
)
_SURE = 0.9
"""Identifier's probability from which a language counts as known."""

_ENOUGH_LETTERS = 30
"""Shorter alphabetic texts are mistaken too often: names and borrowed words decide them."""

_ENOUGH_DENSE_LETTERS = 12
"""The same for Han, Kana and Hangul, whose script alone nearly settles it."""

_READ_CHARACTERS = 300
"""A language shows itself early; reading more costs time and adds nothing."""

_NEAR = ({"no", "nb", "nn", "da"}, {"hr", "bs", "sr"}, {"id", "ms"}, {"es", "gl", "an"})
"""Languages identifiers confuse with each other; a mix-up inside a set is no finding."""


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def warm() -> None:
    """Loads the identifier (about a second of CPU) ahead of the first text."""
    _identifier()


def identify(text: str) -> tuple[str, float]:
    """ISO 639-1 code and probability; `zxx` stands for no language at all."""
    code, probability = _identifier().classify(text[:_READ_CHARACTERS])
    return str(code), float(probability)


def known_language(text: str, found: tuple[str, float] | None = None) -> str | None:
    """The language of a text where it is long enough and clear, else None.

    Takes what `identify` found, where that is known already.
    """
    head = text[:_READ_CHARACTERS]
    if sum(map(str.isalpha, head)) < _ENOUGH_LETTERS:
        dense = sum("\u3040" <= character <= "\ud7af" for character in head)
        if dense < _ENOUGH_DENSE_LETTERS:
            return None
    code, probability = found or identify(text)
    return code if probability >= _SURE and code != "zxx" else None


def named_languages(instruction: str) -> set[str]:
    """Codes of the languages an instruction asks to write in ("into German", "auf Deutsch")."""
    return {LANGUAGES[_plain(match[1])] for match in _NAMED.finditer(instruction)}


def speaks_of_languages(instruction: str) -> bool:
    """Whether an instruction mentions a language or translating, for whatever purpose."""
    return _MENTIONED.search(instruction) is not None


def _plain(name: str) -> str:
    # Regular expressions take the Turkish dotted and dotless i for the same letter; case folding
    # does not.
    return name.casefold().replace("i\u0307", "i").replace("\u0131", "i")


def same_language(first: str, second: str) -> bool:
    """Whether two codes agree, regions and near neighbours set aside."""
    one, other = (code.casefold().replace("_", "-").split("-")[0] for code in (first, second))
    return one == other or any({one, other} <= near for near in _NEAR)
