"""A line in which a model says that it continues, instead of doing so."""

from __future__ import annotations

import regex  # type: ignore[import-untyped]

_AGREED = (
    r"(?:(?:sure(?: thing)?|certainly|of course|okay|ok|absolutely|nat\u00fcrlich|gerne|klar|bien s\u00fbr|claro|certo)"
    r"[!,.:]?\s+)?"
)
_SOME = r"(?:(?:the|a|my|your|our|die|der|das|la|le|el|il|lo|tu|su|votre)\s)?(?:[^\s.!?:]+\s)?"
_MORE = r"(?:,?\s[^\s.!?:]+){0,8}"
_SAID = "|".join(
    (
        rf"(?:here(?:'s| is| are)|below is)\s{_SOME}(?:continu[a-z]+|rest|remainder|remaining \w+){_MORE}",
        rf"(?:let me |i'll |i will )?(?:continu(?:e|ed|ing|ation)|pick(?:ing)? up){_MORE}",
        rf"(?:hier (?:ist|kommt|folgt)\s{_SOME}(?:fortsetzung|rest)|fortsetzung){_MORE}",
        rf"(?:voici\s{_SOME}(?:suite|reste)|suite){_MORE}",
        rf"(?:aqu\u00ed (?:est\u00e1|tienes|va|sigue)\s{_SOME}(?:continuaci\u00f3n|resto)|continuaci\u00f3n){_MORE}",
        rf"ecco\s{_SOME}(?:continuazione|seguito|resto){_MORE}",
        r"(?:\u597d\u7684[\uff0c,\u3002!\uff01]?\s?)?(?:\u4ee5\u4e0b|\u4e0b\u9762|\u8fd9|\u9019)\u662f\S{0,8}(?:\u7eed|\u7e8c|\u540e\u7eed|\u5269\u4f59)\S{0,6}",
    )
)
_ANNOUNCEMENT = regex.compile(
    rf"[*_(\[#]*\s?{_AGREED}(?:{_SAID})[ \u00a0\u202f]?(?::|\uff1a|\.{{3}}|\u2026|[)\]])[*_)\]]*[ \t]*\n\s*",
    regex.IGNORECASE,
)
_LONGEST = 160
"""Characters; no such line is longer."""


def announced(lead: str) -> int | None:
    """How many characters of the beginning of a continuation only announce it; None: not known yet."""
    lead = lead[:_LONGEST].replace("\u2019", "'")
    found = _ANNOUNCEMENT.match(lead)
    if found is not None:
        return int(found.end())
    if len(lead) == _LONGEST or _ANNOUNCEMENT.fullmatch(lead, partial=True) is None:
        return 0
    return None
