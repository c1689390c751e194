"""Which facts of a text an instruction itself asks to remove or to change."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Fact: TypeAlias = Literal[
    "names", "numbers", "dates", "quotes", "citations", "code", "links", "structure"
]

_ASKS = re.compile(
    r"\b(?:remov|delet|drop|omit|strip|leav|cut|skip|without|replac|chang|updat|anonymi|swap|convert|"
    r"turn|translat|instead|not?|don't|avoid|fix|correct|paraphras|rephras|mak|format|put|use|using|as|into|"
    r"entfern|ersetz|\u00e4nder|streich|ohne|kein|supprim|remplac|enl\u00e8v|sans|quita|elimin|sin)\w*",
    re.IGNORECASE,
)
_REACH = 60
"""Characters after such a verb in which its object stands."""

_NOUNS: tuple[tuple[Fact, str], ...] = (
    ("names", r"names?\b|people\b|persons?\b|pronouns?|namen|noms?\b|nombres?\b|personal"),
    ("numbers", r"numbers?\b|figures\b|digits|amounts?\b|prices?\b|zahlen|chiffres|cifras"),
    ("dates", r"dates?\b|days?\b|times?\b|datum|daten\b|fechas?|weekdays?"),
    ("quotes", r"quot|dialog|reported speech|indirect speech|zitat|citations?\b|citas?\b"),
    ("citations", r"citation|reference|footnote|sources?\b|bibliograph|quellen|fu\u00dfnoten"),
    ("code", r"code|tags?\b|html|markdown|markup|front ?matter|snippets?|plain|prose"),
    ("links", r"links?\b|urls?\b|addresses|e-?mails?\b"),
    (
        "structure",
        r"format|markdown|plain|prose|paragraph|bullet|list|table|heading|section|e-?mail|letter|"
        r"poem|tweet|post|article|dialog|sentence|outline|steps|points|links?\b|flie\u00dftext|liste",
    ),
)
_OBJECTS = tuple((fact, re.compile(rf"\b(?:{pattern})", re.IGNORECASE)) for fact, pattern in _NOUNS)
_ALWAYS: tuple[tuple[Fact, re.Pattern[str]], ...] = (
    ("names", re.compile(r"anonymi[sz]|pseudonymi[sz]|redact", re.IGNORECASE)),
    ("quotes", re.compile(r"reported speech|indirect(?:e|en)? (?:speech|rede)|paraphrase", re.IGNORECASE)),
    ("code", re.compile(r"\b(?:code|function|script|refactor|html|markdown|comments?)\b", re.IGNORECASE)),
)  # fmt: skip


_NEGATIVE = re.compile(
    r"(?:\bnot|n't|n\u2019t|\bwithout|\bnever|\bnor|\bor|\bkeep\w*|\bno|\bavoid)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
_NEGATIVE_REACH = 24
_CLAUSE_END = re.compile(r"[.;:]|,? but\b|\bnot\b|n't|\bkeep|\bwithout\b", re.IGNORECASE)
_DONT = re.compile(
    r"(?:not|don't|no|without)\s+(?:remov|delet|drop|omit|chang|replac|alter|touch|translat|los)",
    re.IGNORECASE,
)


def waived_facts(instruction: str) -> frozenset[Fact]:
    """Facts the draft need not keep: "remove the links", "replace all names", "as plain text"."""
    found: set[Fact] = {fact for fact, pattern in _ALWAYS if pattern.search(instruction)}
    # A negative before it turns the order round: "do not change the names".
    for match in _ASKS.finditer(instruction):
        if _spared(instruction, match.start()):
            continue
        reach = _CLAUSE_END.split(instruction[match.end() : match.end() + _REACH], maxsplit=1)[0]
        found.update(fact for fact, pattern in _OBJECTS if pattern.search(reach))
    return frozenset(found)


def _spared(instruction: str, start: int) -> bool:
    return (
        _NEGATIVE.search(instruction[max(0, start - _NEGATIVE_REACH) : start]) is not None
        or _DONT.match(instruction, start) is not None
    )
