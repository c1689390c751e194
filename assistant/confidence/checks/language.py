"""The text is in another language than asked."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import REWRITING, Reading
from assistant.confidence.text.language import known_language, named_languages, same_language
from assistant.types import CheckResult


def language(reading: Reading) -> CheckResult | None:
    """Judges long and clear texts only.

    Expected is the language of the request; else one that the instruction names, or that of the
    text worked on or (rewriting aside) of the instruction. A translation is judged only when its
    language is told.
    """
    expected = _expected(reading)
    if not expected:
        return None
    written = known_language(reading.text, reading.language)
    if written is None:
        return None
    wanted = " or ".join(sorted(expected))
    if any(same_language(written, language) for language in expected):
        return passed("language", f"expected {wanted}, got {written}")
    return failed("language", f"expected {wanted}, got {written}")


def _expected(reading: Reading) -> set[str]:
    if reading.request.language:
        return {reading.request.language}
    named = named_languages(reading.instruction)
    if reading.task == "translate" or "translat" in reading.instruction.casefold():
        return named
    # "in French cinema" names a language too, so the writer's own stay welcome beside it.
    models = (
        {reading.source} if reading.task in REWRITING else {reading.source, reading.instruction}
    )
    return named | {own for model in models if (own := known_language(model))}
