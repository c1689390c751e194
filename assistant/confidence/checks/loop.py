"""The text goes round in circles."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.confidence.text.words import folded_words, repeated_share
from assistant.types import CheckResult

_IN_A_ROW = 3
"""The same sentence this often in a row: no writer does that, a refrain stops at two."""

_SENTENCE_WORDS = 4
""""No. No. No." is style; a sentence of this many words is not repeated for style."""

_PERIOD_WORDS = 12
"""Longest unit looked for when the end of the text repeats itself."""

_PERIODS = 4
"""Times a unit must fill the end of the text."""

_LEAST_TAIL_WORDS = 12
"""Repetition at the end shorter than this may be emphasis."""

_SHOWN_CHARACTERS = 60
"""Enough of a repeated passage for a writer to find it."""

_LONG_RUN = 8
"""Words in a run: templates and refrains share shorter ones."""

_REPEATED_SHARE = 0.4
"""Share of eight-word runs seen before; ten filled-in templates stay below it."""


def loop(reading: Reading) -> CheckResult | None:
    """Fails on a sentence said three times running, an end that cycles, or mostly repeated runs."""
    if not reading.words:
        return None
    said, times = _longest_streak(reading)
    if times >= _IN_A_ROW:
        return failed("loop", f'says {times} times in a row: "{_short(said)}"')
    unit = _cycling_end(reading.words)
    if unit:
        return failed("loop", f'the end repeats: "{_short(unit)}"')
    share = repeated_share(reading.words, _LONG_RUN)
    if share > _REPEATED_SHARE:
        return failed("loop", f"{share:.0%} of the text was already said word for word")
    return passed("loop", "does not go round in circles")


def _longest_streak(reading: Reading) -> tuple[str, int]:
    comparable = [" ".join(folded_words(sentence)) for sentence in reading.sentences]
    long_enough = [said for said in comparable if len(said.split()) >= _SENTENCE_WORDS]
    streaks = Counter(dict.fromkeys(long_enough, 0))
    for said, group in groupby(long_enough):
        streaks[said] = max(streaks[said], sum(1 for _ in group))
    return streaks.most_common(1)[0] if streaks else ("", 0)


def _cycling_end(tokens: list[str]) -> str:
    for size in range(1, _PERIOD_WORDS + 1):
        times = max(_PERIODS, -(-_LEAST_TAIL_WORDS // size))
        tail = tokens[-size * times :]
        if len(tail) == size * times and tail == tail[:size] * times:
            return " ".join(tail[:size])
    return ""


def _short(said: str) -> str:
    return said if len(said) <= _SHOWN_CHARACTERS else f"{said[:_SHOWN_CHARACTERS]}..."
