"""Numbers in words: English in full, German to 99, French and Spanish the common ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_ENGLISH = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_ENGLISH_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_GERMAN = [
    "null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf",
    "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
]  # fmt: skip
_GERMAN_TENS = [
    "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig",
]  # fmt: skip
_FRENCH = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize",
]  # fmt: skip
_SPANISH = [
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez",
    "once", "doce", "trece", "catorce", "quince",
]  # fmt: skip


def _small() -> dict[str, float]:
    known: dict[str, float] = {}
    for names in (_ENGLISH, _GERMAN, _FRENCH, _SPANISH):
        for value, name in enumerate(names):
            # "once" is eleven in Spanish only; "six" is the same in both its languages.
            if name not in {"once", "un", "ein"}:
                known.setdefault(name, value)
    for position, tens in enumerate(_ENGLISH_TENS, start=2):
        known[tens] = 10 * position
        known |= {f"{tens}-{_ENGLISH[one]}": 10 * position + one for one in range(1, 10)}
    for position, tens in enumerate(_GERMAN_TENS, start=2):
        known[tens] = 10 * position
        known |= {f"{_GERMAN[one]}und{tens}": 10 * position + one for one in range(1, 10)}
    return known | {
        "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
        "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60,
    }  # fmt: skip


SPELLED: dict[str, float] = _small()
"""Words that are a number by themselves."""

SCALES: dict[str, float] = {
    "hundred": 100, "hundert": 100, "cent": 100, "cien": 100,
    "k": 1e3, "thousand": 1e3, "tausend": 1e3, "mille": 1e3, "mil": 1e3,
    "million": 1e6, "millions": 1e6, "millionen": 1e6, "mio": 1e6, "mn": 1e6,
    "millones": 1e6, "mill\u00f3n": 1e6,
    "billion": 1e9, "billions": 1e9, "bn": 1e9, "milliarde": 1e9, "milliarden": 1e9, "mrd": 1e9,
    "milliard": 1e9, "milliards": 1e9, "trillion": 1e12, "trillions": 1e12,
    "\u5343": 1e3, "\u4e07": 1e4, "\u842c": 1e4, "\u5104": 1e8, "\u4ebf": 1e8,
}  # fmt: skip
"""Words that multiply the number before them."""

LOOSE: dict[str, tuple[float, ...]] = {
    "a": (1,), "an": (1,), "single": (1,), "once": (1,), "sole": (1,), "un": (1,), "ein": (1,),
    "eine": (1,), "einen": (1,), "einem": (1,), "einer": (1,), "une": (1,), "una": (1,),
    "first": (1,), "second": (2,), "third": (3, 1 / 3), "fourth": (4,), "fifth": (5,),
    "sixth": (6,), "seventh": (7,), "eighth": (8,), "ninth": (9,), "tenth": (10,),
    "eleventh": (11,), "twelfth": (12,), "twentieth": (20,),
    "both": (2,), "twice": (2,), "double": (2,), "doubled": (2,), "pair": (2,), "couple": (2,),
    "thrice": (3,), "triple": (3,), "tripled": (3,), "dozen": (12,), "dutzend": (12,),
    "half": (0.5, 50, 30), "halved": (0.5, 50), "halb": (0.5, 30), "halbe": (0.5, 30),
    "anderthalb": (1.5,), "demi": (0.5, 30), "demie": (0.5, 30), "media": (0.5, 30),
    "moiti\u00e9": (0.5, 50), "mitad": (0.5, 50), "h\u00e4lfte": (0.5, 50),
    "quarter": (0.25, 25, 15, 3), "quarters": (0.75, 75, 45), "viertel": (0.25, 25, 15),
    "fortnight": (2, 14), "decade": (10,), "century": (100,), "weekly": (1, 7), "daily": (1, 24),
    "beide": (2,), "beiden": (2,), "doppelt": (2,), "deux": (2,), "ambos": (2,), "paar": (2,),
}  # fmt: skip
"""Words a rewrite may use for a number: they count as keeping it, never as stating another."""


def spelled_numbers(words: Sequence[str], unique: frozenset[str]) -> Iterator[tuple[float, int]]:
    """Numbers that folded words spell out, each with the position of the word after it.

    `unique` are the same words, each once: mostly they tell that there is nothing to find. "two hundred and fifty days" is 250, followed by "days".
    """
    end = 0
    for position in _candidates(words, unique):
        start = position if words[position] in SPELLED else position - 1
        if start >= end and (start == position or words[start] in {"a", "an"}):
            value, end = _run(words, start)
            yield value, end


def _candidates(words: Sequence[str], unique: frozenset[str]) -> list[int]:
    if SPELLED.keys().isdisjoint(unique) and SCALES.keys().isdisjoint(unique):
        return []
    return [position for position, word in enumerate(words) if word in SPELLED or word in SCALES]


def loose_values(unique: frozenset[str]) -> set[float]:
    """Every value that one of the words may stand for."""
    found = LOOSE.keys() & unique
    return {value for word in found for value in LOOSE[word]}


def _run(words: Sequence[str], position: int) -> tuple[float, int]:
    total, current = 0.0, SPELLED.get(words[position], 1.0)
    position += 1
    while position < len(words):
        word = words[position]
        if word in SCALES:
            if current >= SCALES[word] == 100:  # noqa: PLR2004 - nobody counts hundreds of hundreds
                break
            current *= SCALES[word]
            # "Two thousand three hundred": what a larger scale closed is not multiplied again.
            if SCALES[word] > 100:  # noqa: PLR2004 - a hundred itself may be multiplied
                total, current = total + current, 0.0
        elif word in SPELLED and (current % 100 == 0 or (current % 10 == 0 and SPELLED[word] < 10)):  # noqa: PLR2004 - decimal places
            current += SPELLED[word]
        elif not (word == "and" and _continues(words, position, current)):
            break
        position += 1
    return total + current, position


def _continues(words: Sequence[str], position: int, current: float) -> bool:
    following = words[position + 1] if position + 1 < len(words) else ""
    return current >= 100 and current % 100 == 0 and following in SPELLED  # noqa: PLR2004 - "hundred and five"
