"""The text is in another language than asked."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.confidence.text.language import known_language, same_language
from assistant.types import CheckResult


def language(reading: Reading) -> CheckResult | None:
    """Judges long and clear texts only.

    Expected is the language of the request; else one that the instruction names, or that of the
    text worked on or (rewriting aside) of the instruction. A translation is judged only when its
    language is told.
    """
    expected = reading.asked.languages
    if not expected:
        return None
    written = known_language(reading.text, reading.language)
    if written is None:
        return None
    wanted = " or ".join(sorted(expected))
    if any(same_language(written, language) for language in expected):
        return passed("language", f"expected {wanted}, got {written}")
    return failed("language", f"expected {wanted}, got {written}")
