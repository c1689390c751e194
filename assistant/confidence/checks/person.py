"""Told in another grammatical person than asked, or than the writer's own text."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.confidence.text.voice import Person, Voice
from assistant.types import CheckResult, Task

KEEPS_VOICE: frozenset[Task] = frozenset(
    {"rewrite", "proofread", "tone", "shorten", "expand", "continue", "fill"}
)
"""Tasks that go on in the voice of the writer's text."""

_LEAST_WORDS = 40
"""Shorter texts may happen to name nobody."""

_SEVERAL = 3
"""Once or twice is a saying ("you never know"), or a quotation without marks."""

_TIMES = 2
"""How many times more often than others a narrator speaks of himself."""

_SHARE = 0.02
"""Share of the words that a narrator's own pronouns take at least."""


def person(reading: Reading) -> CheckResult | None:
    """Judges narration only: what people in the text say is left out."""
    wanted = reading.asked.person
    told = wanted or _of_source(reading)
    if told is None or len(reading.words) < _LEAST_WORDS:
        return None
    if _is_other(reading.voice, told, strict=wanted is None):
        origin = "asked for" if wanted else "the text is in"
        return failed("person", f"{origin} the {told} person, got another")
    return passed("person", f"told in the {told} person")


def _of_source(reading: Reading) -> Person | None:
    if reading.task not in KEEPS_VOICE or not reading.source:
        return None
    if reading.asked.changes_voice:
        return None
    return _told(reading.asked.source_voice)


def _told(voice: Voice) -> Person | None:
    # Much "you" beside it is a conversation whose quotation marks were not understood.
    if _tells(voice.first, voice) and voice.first > _TIMES * (voice.second + voice.third):
        return "first"
    return "third" if _tells(voice.third, voice) and not voice.first else None


def _tells(count: int, voice: Voice) -> bool:
    return count >= _SEVERAL and count >= _SHARE * voice.words


def _is_other(voice: Voice, told: Person, *, strict: bool) -> bool:
    """Whether narration is in another person; `strict` where nobody asked for one in words."""
    if told == "first":
        return not voice.first and (not strict or _tells(voice.third, voice))
    if told == "second":
        return not voice.second and _tells(voice.first + voice.third, voice)
    return _tells(voice.first, voice) and voice.first > voice.third
