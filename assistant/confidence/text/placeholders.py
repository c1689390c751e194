"""Gaps that somebody still has to fill: "[Name]", "<insert date>", "{company}", "XX%"."""

from __future__ import annotations

import re

_TOPICS = (
    r"your|my|name|first name|last name|recipient|sender|insert|date|day|time|company|organi[sz]ation|address|city|state|"
    r"phone|e-?mail|title|position|job|department|school|university|number|amount|link|url|website|product|"
    r"contact|signature|location|venue|year|month|specific|relevant|add|enter|fill|brand|project|team|friend|"
    r"manager|boss|landlord|client|customer|doctor|teacher|author|placeholder|price|deadline|topic|example|"
    r"dein|ihr|ihre|datum|ort|firma|nom|pr\u00e9nom|votre|soci\u00e9t\u00e9|adresse|nombre|fecha|empresa|su"
)
_BRACKETED = re.compile(
    rf"\[(?:(?:the|a|an|mr\.?|ms\.?|dr\.?)\s+)?(?:{_TOPICS})(?:'s)?(?:[\s/,_-][^\[\]\n]{{0,60}})?\](?![(:\[])"
    rf"|<(?:insert|your|enter|add|name|date|company|recipient)\b[\w\s'/-]{{0,40}}>"
    rf"|\{{\{{?\s?(?:{_TOPICS})[\w\s'/-]{{0,40}}\}}",
    re.IGNORECASE,
)
_LITERAL = re.compile(
    r"\b[Ll]orem ipsum dolor\b|\bTODO\b(?=[:\s]*\S)|\bTBD\]|(?<![\w/])X{2,4}[/.]X{2,4}(?:[/.]X{2,4})?(?!\w)|[$\u20ac\u00a3]X{1,4}\b|(?<!\w)X{2,3}\s?%"
)
_HINTS = ("[", "<", "{", "XX", "$X", "TODO", "orem ipsum")


def placeholders(text: str) -> list[str]:
    """Gaps as written, in order, once each; notes such as "[1]", "[sic]" and links are none."""
    if not any(hint in text for hint in _HINTS):
        return []
    found = [match.group() for match in _BRACKETED.finditer(text.replace("\u2019", "'"))]
    found += [match.group() for match in _LITERAL.finditer(text)]
    return list(dict.fromkeys(found))
