"""The model declined instead of writing."""

from __future__ import annotations

import re

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_HEAD_CHARACTERS = 240
"""A refusal comes first; later in a text the same words belong to somebody in it."""

_SUBJECT = r"(?:i\s*(?:am|'m)\s+(?:\w+\s+){0,2}(?:unable|not able)\s+to|i\s+(?:\w+\s+)?(?:can't|cannot|can not|won't|will not|couldn't))"
_ASKED = r"(?:this|that|your|the|such)\s+(?:\w+\s+)?(?:request|question|prompt|task|content|material|topic|story|text)"
_REFUSALS = (
    rf"{_SUBJECT}\s+(?:\w+\s+){{0,2}}(?:assist|help)(?:\s+you)?\s+with\s+(?:this|that|your|the|such|creating|writing|generating)\b",
    rf"{_SUBJECT}\s+(?:fulfil|fulfill|comply|complete|process|answer|satisfy|accommodate)(?:\s+with)?\s+{_ASKED}",
    rf"{_SUBJECT}\s+(?:\w+\s+)?(?:provide|create|write|generate|produce|continue|engage|discuss|share|rewrite|translate|summari[sz]e)\s+"
    r"(?:\w+\s+){0,4}(?:content|material|explicit|erotic|sexual|request|for you|on this topic)\b",
    r"\bas an? (?:ai|artificial intelligence|language model)\b[^.\n]{0,80}\b(?:can't|cannot|not able|unable|not capable)",
    r"\bi(?:'m| am) (?:just |only )?an? (?:ai|artificial intelligence|language model)\b[^.\n]{0,60}\b(?:can't|cannot|not able|unable|not capable)",
    r"\b(?:sorry|apologi[sz]e),? (?:but )?"
    + _SUBJECT
    + r"\s*(?:do (?:that|this)|help|assist|continue)?\s*[.!]",
    r"\b(?:goes |is )?against my (?:guidelines|programming|policy|policies)\b",
    r"\bich kann (?:dir |ihnen )?(?:dabei|hierbei|bei dieser (?:anfrage|bitte)) (?:leider )?nicht (?:helfen|weiterhelfen)",
    r"\b(?:je suis désolé|désolé)[^.\n]{0,20}je ne (?:peux|suis) pas[^.\n]{0,30}(?:aider|demande|répondre)",
    r"\blo siento[^.\n]{0,20}no puedo (?:ayudar|cumplir|completar|generar|responder)",
    r"(?:抱歉|对不起)[^。\n]{0,10}(?:我)?(?:无法|不能)[^。\n]{0,12}(?:帮助|协助|提供|回答|满足|完成)",
    r"申し訳(?:ありません|ございません)[^。\n]{0,30}(?:できません|お手伝い)",
)
_REFUSAL = re.compile("|".join(f"(?:{pattern})" for pattern in _REFUSALS), re.IGNORECASE)
_OPENING_QUOTES = '"\u201c\u00ab\u201e'


def refusal(reading: Reading) -> CheckResult | None:
    """Fails when the text opens with the model declining the request.

    A letter that declines an invitation, or a character who cannot help, is no refusal: only
    phrases about the request itself count, and none inside quotes.
    """
    if not reading.words:
        return None
    head = reading.text.strip()[:_HEAD_CHARACTERS].replace("\u2019", "'")
    match = _REFUSAL.search(head)
    if match is None or any(mark in head[: match.start()] for mark in _OPENING_QUOTES):
        return passed("refusal", "answers the request")
    return failed("refusal", f'declines: "{match.group().strip()}"')
