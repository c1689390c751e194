"""Stretches that are no language: broken encoding, keyboard runs, heaps of marks, random letters."""

from __future__ import annotations

import re

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_BROKEN = re.compile(
    "\u00c3[\u0080-\u00bf\u0192\u00a0]|\u00e2\u20ac[\u0098-\u009d\u2122\u0153\u017e\u201c\u201d\u00a6]|\u00c2[\u00a0\u00ab\u00bb\u00b0\u00a3]|\ufffd"
)
_BROKEN_HINTS = ("\u00c3", "\u00e2\u20ac", "\u00c2", "\ufffd")
_HEAPS = tuple(mark * 8 for mark in "!?,;:%&@^$+/\\")
_SAME_LETTER = re.compile(r"(\w)\1{14}")
_SAME_LETTERS = 15
"""Letters in a row that no cry is written with."""

_KEYBOARD = (
    " asdf",
    "asdfasdf",
    "asdfgh",
    "qwertyu",
    "sdfsdf",
    "jkljkl",
    "hjkhjk",
    "dfgdfg",
    "fghfgh",
    "yxcvyxcv",
)
_KEYBOARD_NAMES = ("qwerty keyboard", "qwertyuiop", "qwertz")
_RANDOM = re.compile("[bcdfghjklmnpqrstvwxz]{5,}")

_RANDOM_WORDS = 4
"""English has a few words with five consonants in a row ("strengths"), but not many close together."""

_STRETCH_WORDS = 40
"""Among random letters every fifth word has such a run."""

_FEW_VOWELS = frozenset({"cs", "pl", "sk", "hr", "sr", "bs", "sl", "cy", "de", "nl"})
"""Languages with many consonants in a row."""


def gibberish(reading: Reading) -> CheckResult | None:
    """Passes what the writer's own text or request contains as well."""
    if not reading.words:
        return None
    found = _broken(reading) or _heap(reading) or _keyboard(reading) or _random(reading)
    if found:
        return failed("gibberish", found)
    return passed("gibberish", "reads as language throughout")


def _broken(reading: Reading) -> str:
    if not any(hint in reading.text for hint in _BROKEN_HINTS):
        return ""
    match = _BROKEN.search(reading.text)
    if match is None or match.group() in reading.source or match.group() in reading.instruction:
        return ""
    return f'broken characters: "{match.group()}"'


def _heap(reading: Reading) -> str:
    heap = next((heap for heap in _HEAPS if heap in reading.text), "")
    if not heap and max(map(len, reading.words)) >= _SAME_LETTERS:
        found = _SAME_LETTER.search(reading.text)
        heap = found.group() if found else ""
    if not heap or heap in reading.source or "```" in reading.text.partition(heap)[0]:
        return ""
    return f'a heap of "{heap[:3]}"'


def _keyboard(reading: Reading) -> str:
    run = next((run for run in _KEYBOARD if run in reading.said), "").strip()
    named = run in reading.instruction.casefold() or any(
        name in reading.said for name in _KEYBOARD_NAMES
    )
    return f'letters off the keyboard: "{run}"' if run and not named else ""


def _random(reading: Reading) -> str:
    if reading.language[0] in _FEW_VOWELS and reading.language[1] > 0.9:  # noqa: PLR2004
        return ""
    if len(_RANDOM.findall(reading.said)) < _RANDOM_WORDS:
        return ""
    at = [position for position, word in enumerate(reading.words) if _RANDOM.search(word)]
    for first, last in zip(at, at[_RANDOM_WORDS - 1 :], strict=False):
        if last - first >= _STRETCH_WORDS:
            continue
        if (
            len({word for word in reading.words[first : last + 1] if _RANDOM.search(word)})
            == _RANDOM_WORDS
        ):
            return f'words of random letters: "{reading.words[first]}"'
    return ""
