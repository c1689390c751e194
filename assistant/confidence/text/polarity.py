"""Whether a sentence affirms or denies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NEGATORS = frozenset([
    "not", "no", "never", "cannot", "without", "neither", "nor", "none", "nobody", "nothing",
    "nowhere", "nicht", "kein", "keine", "keinen", "keinem", "keiner", "keines", "nie",
    "niemals", "ohne", "nichts", "niemand", "pas", "jamais", "aucun", "aucune", "sans", "ni",
    "nunca", "sin", "ningún", "ninguna", "nadie", "nada",
])  # fmt: skip
"""Words that turn a sentence into its opposite, in English, German, French and Spanish."""

_SHADED = frozenset([
    "only", "until", "unless", "except", "but", "lack", "lacks", "lacking", "fail", "fails",
    "failed", "avoid", "refuse", "refuses", "refused", "remember", "forget", "forgot", "stop",
    "stopped", "hardly", "barely", "scarcely", "rarely", "seldom", "few", "little", "instead",
    "otherwise", "rather", "longer", "yet", "still", "anymore", "nur", "erst", "bis", "außer",
    "sondern", "kaum", "selten", "noch", "mehr", "seulement", "jusqu", "que", "plus", "sauf",
    "rarement", "mais", "solo", "hasta", "excepto", "apenas", "sino",
])  # fmt: skip
"""Beside one of these a missing negator may have been reworded, and nothing is judged."""

_PREFIXES = ("un", "in", "im", "ir", "dis", "non")
_LEAST_STEM = 4
_IRREGULAR = {"won't": "will", "can't": "can", "cant": "can", "shan't": "shall", "ain't": "is"}
_AUXILIARIES = [
    "do", "does", "did", "is", "are", "was", "were", "has", "have", "had", "would", "could",
    "should", "must", "need", "ought", "might", "ca", "wo", "sha", "ai",
]  # fmt: skip
_CONTRACTED = frozenset(
    [f"{word}n't" for word in _AUXILIARIES]
    + [f"{word}nt" for word in _AUXILIARIES if word not in {"wo", "sha", "ai", "ought"}]
)
"""Contractions, also as the careless write them; "wont" is a word."""

_PUNCTUATION = str.maketrans(dict.fromkeys('.,;:!?"()[]*_`', " "))

_COVERED = 0.75
"""Share of the shorter sentence's words that the longer one must have."""


@dataclass(frozen=True, slots=True)
class Stance:
    """A sentence's words without its negators, how many negators it has, and what it says."""

    words: frozenset[str]
    denials: int
    said: str


def stances(sentences: Sequence[str]) -> tuple[Stance, ...]:
    """Stances of sentences, in order."""
    return tuple(map(_stance, sentences))


def _stance(said: str) -> Stance:
    # Cheaper than the words of `text.words`, and as good to compare sentences of one language by.
    words = said.casefold().replace("\u2019", "'").translate(_PUNCTUATION).split()
    plain = frozenset(words)
    contracted = plain & _CONTRACTED
    if contracted or not plain.isdisjoint(NEGATORS):
        denials = sum(word in NEGATORS or word in contracted for word in words)
        bare = {_affirmed(word) for word in contracted} | ({"can"} if "cannot" in plain else set())
        return Stance(words=(plain - NEGATORS - contracted) | bare, denials=denials, said=said)
    return Stance(words=plain, denials=0, said=said)


def alike(first: Stance, second: Stance, share: float) -> bool:
    """Whether two sentences have this share of all their words in common, and most of the shorter."""
    one, other = len(first.words), len(second.words)
    shared = len(first.words & second.words)
    return shared >= share * (one + other - shared) and shared >= _COVERED * min(one, other)


def opposed(first: Stance, second: Stance, *, share: float) -> bool:
    """Whether two sentences are `alike` and one denies what the other says.

    "Not happy" against "unhappy" is no contradiction, nor is what hangs on "only" or "until".
    """
    if first.denials % 2 == second.denials % 2 or not alike(first, second, share):
        return False
    shared, either = first.words & second.words, first.words | second.words
    changed = either - shared
    return changed.isdisjoint(_SHADED) and not any(
        _negates(word, either) for word in changed if word.startswith(_PREFIXES)
    )


def _affirmed(contracted: str) -> str:
    return _IRREGULAR.get(contracted) or contracted.removesuffix("n't").removesuffix("nt")


def _negates(word: str, others: frozenset[str]) -> bool:
    return any(
        word.startswith(prefix)
        and len(word) - len(prefix) >= _LEAST_STEM
        and word.removeprefix(prefix) in others
        for prefix in _PREFIXES
    )
