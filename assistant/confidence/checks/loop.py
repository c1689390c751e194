"""The text goes round in circles."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import RUN_WORDS, Reading
from assistant.confidence.text.words import folded_words, shingles
from assistant.types import CheckResult

_IN_A_ROW = 3
"""The same sentence this often in a row: no writer does that, a refrain stops at two."""

_SENTENCE_WORDS = 4
""""No. No. No." is style; a sentence of this many words is not repeated for style."""

_SHORT_PERIOD_WORDS = 12
"""A cycle of a phrase; longer ones are of sentences and may turn fewer times."""

_PERIODS = 4
"""Times in a row that a phrase is said, over at least `_LEAST_CYCLE_WORDS`."""

_LONG_PERIODS = 3
"""The same for several sentences together."""

_LONGEST_PERIOD_WORDS = 80
"""Beyond it a passage is said again, not in circles."""

_LEAST_CYCLE_WORDS = 12
"""Shorter repetition may be emphasis."""

_LEAST_RUNS = 4
"""Runs that come again in the shortest loop there is; most texts have none and are done at once."""

_SHOWN_CHARACTERS = 60
"""Enough of a repeated passage for a writer to find it."""

_LONG_RUN = 8
"""Words in a run: templates and refrains share shorter ones."""

_REPEATED_SHARE = 0.4
"""Share of eight-word runs seen before; ten filled-in templates stay below it."""

_SHARE_WORDS = 60
"""Beginnings shorter than this are not judged by their share: an opening may be said twice."""


def loop(reading: Reading) -> CheckResult | None:
    """Fails on a sentence said three times running, a cycle, or a beginning of mostly repeated runs.

    Looks for each anywhere in the text, so what fails on a beginning fails on the whole.
    """
    if not reading.words:
        return None
    if reading.repeated_runs < _LEAST_RUNS:
        return passed("loop", "does not go round in circles")
    said, times = _longest_streak(reading)
    if times >= _IN_A_ROW:
        return failed("loop", f'says {times} times in a row: "{_short(said)}"')
    unit = _cycle(reading.words)
    if unit:
        return failed("loop", f'says over and over: "{_short(unit)}"')
    share = _largest_share(reading)
    if share > _REPEATED_SHARE:
        return failed("loop", f"{share:.0%} of the text was already said word for word")
    return passed("loop", "does not go round in circles")


def _longest_streak(reading: Reading) -> tuple[str, int]:
    comparable = [" ".join(folded_words(sentence)) for sentence in reading.sentences]
    long_enough = [said for said in comparable if said.count(" ") >= _SENTENCE_WORDS - 1]
    streaks = Counter(dict.fromkeys(long_enough, 0))
    for said, group in groupby(long_enough):
        streaks[said] = max(streaks[said], sum(1 for _ in group))
    return streaks.most_common(1)[0] if streaks else ("", 0)


def _cycle(tokens: list[str]) -> str:
    """The unit of a cycle: neighbouring runs that were all said the same number of words ago."""
    latest: dict[tuple[str, ...], int] = {}
    period, length = 0, 0
    for position, run in enumerate(shingles(tokens, RUN_WORDS)):
        ago = position - latest.get(run, position)
        latest[run] = position
        length = length + 1 if ago == period else 1
        period = ago
        # The first turn was new, and the last run reaches over the end of its own word.
        if 0 < period <= _LONGEST_PERIOD_WORDS and length + RUN_WORDS - 1 >= _repeated(period):
            return " ".join(tokens[position : position + period]) or tokens[position]
    return ""


def _repeated(period: int) -> int:
    """Words behind the first turn that a cycle of this period has."""
    if period > _SHORT_PERIOD_WORDS:
        return period * (_LONG_PERIODS - 1)
    return period * (max(_PERIODS, -(-_LEAST_CYCLE_WORDS // period)) - 1)


def _largest_share(reading: Reading) -> float:
    """The largest share of repeated runs over all beginnings of the text that are long enough."""
    least = _SHARE_WORDS - _LONG_RUN + 1
    if reading.repeated_runs < _REPEATED_SHARE * least:
        return 0.0
    seen: set[tuple[str, ...]] = set()
    largest = 0.0
    for count, run in enumerate(shingles(reading.words, _LONG_RUN), start=1):
        seen.add(run)
        if count >= least:
            largest = max(largest, 1 - len(seen) / count)
    return largest


def _short(said: str) -> str:
    return said if len(said) <= _SHOWN_CHARACTERS else f"{said[:_SHOWN_CHARACTERS]}..."
