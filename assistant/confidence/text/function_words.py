"""The commonest small words of some languages: a paragraph of one has many of them."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

_LISTED = {
    "en": "the a an and or but of to in on at by for with from as is are was were be been that which who this these "
    "those it its he she they we you i his her their our your my me him them us not no if when while so than then "
    "there have has had will would can could do does did about into over after before more all one what how",
    "de": "der die das den dem des ein eine einen einem einer und oder aber von zu in im an am auf mit f\u00fcr aus bei ist "
    "sind war waren sein dass es er sie wir ihr ich du sich nicht auch als wie wenn noch nur nach vor hat haben wird "
    "werden kann so zum zur \u00fcber um bis uns ihre seine mein dein",
    "fr": "le la les l un une des du de d et ou mais \u00e0 au aux en dans sur par pour avec est sont \u00e9tait que qui ce cette "
    "ces il elle ils elles nous vous je j on ne n pas se s son sa ses leur plus si comme tout qu y a ont \u00eatre mon ma mes",
    "es": "el la los las un una unos y o pero de del al a en con por para es son era que se su sus lo le les me te nos "
    "yo no si como m\u00e1s este esta estos muy ya hay ha han ser sin sobre entre cuando mi tu nuestro",
    "it": "il lo la i gli le un uno una e o ma di del della dei delle a al alla da dal in nel nella con su per \u00e8 sono era "
    "che si non come pi\u00f9 questo questa anche ci mi ti ha hanno essere se quando suo sua mio",
    "pt": "o a os as um uma e ou mas de do da dos das em no na nos nas por para com \u00e9 s\u00e3o era que se seu sua n\u00e3o como "
    "mais este esta tamb\u00e9m ao \u00e0 foi ser eu ele ela meu minha quando muito",
    "nl": "de het een en of maar van te in op aan bij voor met uit is zijn was waren dat die dit er hij zij ze we wij ik "
    "je niet ook als wie nog naar over heeft hebben wordt worden kan om tot door mijn",
}  # fmt: skip
FUNCTION_WORDS = MappingProxyType({code: frozenset(said.split()) for code, said in _LISTED.items()})
"""By ISO 639-1 code, folded as `folded_words` gives them."""

_LEAST_SPOKEN = 2
"""One small word may stand in several languages; two of one and fewer of any other settle it."""

_FOREIGN_SHARE = 0.5
"""Share of letters beyond Latin that makes a paragraph one of another script."""


def scripts_differ(paragraph: str) -> bool:
    """Whether a paragraph is written in another script than the Latin of these languages."""
    letters = [one for one in paragraph if one.isalpha()]
    return sum(one > "\u024f" for one in letters) >= _FOREIGN_SHARE * max(1, len(letters))


def spoken_language(words: Sequence[str]) -> str | None:
    """The one language most of whose small words occur, ISO 639-1; None where that is not clear.

    Settles what is too short for an identifier, such as "Write about a small bakery, please."
    """
    said = set(words)
    counts = sorted(
        ((len(said & common), code) for code, common in FUNCTION_WORDS.items()), reverse=True
    )
    (most, code), (next_most, _) = counts[0], counts[1]
    return code if most >= _LEAST_SPOKEN and most > next_most else None
