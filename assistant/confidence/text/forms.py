"""Which form an instruction clearly asks for: a table, a letter, verse; "around the table" is none."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Form: TypeAlias = Literal[
    "bullets",
    "numbered list",
    "table",
    "letter",
    "dialogue",
    "verse",
    "haiku",
    "JSON",
    "one paragraph",
    "plain text",
]
"""A form a reader can see at a glance."""

_VERB = (
    r"(?:write|draft|compose|create|make|give|prepare|produce|generate|provide|draw up|need|want|"
    r"send|help me (?:to )?(?:write|draft))"
)
_A = (
    rf"\b{_VERB}\s+(?:me\s+|us\s+|him\s+|her\s+)?(?:an?|one|the|my|this)\s+"
    r"(?:(?!(?:of|about|for|on|with|to|from|how|in|and|that|why)\b)[\w-]+\s+){0,3}?"
)
_AS = r"\b(?:in|as|into|in the form of|formatted as|format of)\s+(?:an?\s+)?(?:[\w-]+\s+)?"

_PATTERNS: tuple[tuple[Form, str], ...] = (
    (
        "bullets",
        r"\b(?:in|as|with|using|use|into|\d+|three|four|five|six|ten|(?:an?|some|short|brief|concise|clear))\s+"
        r"(?:[\w-]+\s+)?(?:bullet(?:ed)?[\s-](?:points?|list)|bullets)\b",
    ),
    ("numbered list", r"\bnumbered (?:list|steps|points|items|instructions)\b"),
    (
        "table",
        rf"(?:{_AS}(?:table|tabular form(?:at)?)(?=\s*[.,:;!?\n]|\s*$|\s+(?:with|comparing|showing|of|listing|that)\b)"
        rf"|\b{_VERB}\s+(?:me\s+)?an?\s+(?:[\w-]+\s+)?table\s+(?:comparing|with|of|showing|listing|summari[sz]ing|that (?:compares|shows|lists)))"
        r"(?!\s*(?:of contents|\d))",
    ),
    (
        "letter",
        rf"(?:{_A}|{_AS})(?:letter|e-?mail)\b"
        r"(?!\s+(?:subject|address|list|campaign|sequence|marketing|templates?|headers?|signature|from\s+the\s+alphabet|"
        r"of the alphabet|opener|writing|app|client|service|series|course|blast|provider|system|grid|word))",
    ),
    (
        "dialogue",
        rf"(?:{_A}|{_AS})(?:dialogue|dialog|conversation|interview|screenplay|play script|movie script)\s+"
        r"(?:between|with|among|in which|where)\b",
    ),
    ("haiku", rf"{_A}haiku\b"),
    (
        "verse",
        rf"(?:{_A}|{_AS})(?:poem|sonnet|limerick|ballad|villanelle|ode|nursery rhyme|song lyrics)\b"
        r"(?!\s+(?:analysis|review|title|essay|explanation|about how to|generator|contest|competition))",
    ),
    (
        "JSON",
        r"\b(?:(?:in|as|return|output|produce|only|valid)\s+(?:an?\s+|only\s+)?(?:valid\s+|single\s+)?|format(?:ted)? (?:as|in) )json\b"
        r"(?!\s+(?:schema|parser|file format|library))",
    ),
    ("one paragraph", r"\b(?:in|as|write|only|into|to)\s+(?:an?|one)\s+single\s+paragraph\b"),
    (
        "plain text",
        r"\b(?:in|as|use|only) plain text\b|\b(?:no|without|avoid|don't use|do not use)\s+(?:any\s+)?markdown\b",
    ),
)
_FORMS = tuple((form, re.compile(pattern, re.IGNORECASE)) for form, pattern in _PATTERNS)

_HINT = re.compile(
    r"bullet|numbered|tab(?:le|ular)|letter|e-?mail|dialog|conversation|interview|script|play|haiku|poem|sonnet|"
    r"limerick|ballad|villanelle|ode|rhyme|lyrics|json|single paragraph|plain text|markdown",
    re.IGNORECASE,
)
"""Most instructions ask for none of these and are done with after one pass."""

_NEGATED = re.compile(
    r"\b(?:no|not|never|without|avoid|instead of|rather than|don't|doesn't|how (?:to|do|does|can|should|would|might)|about|analy[sz]\w+|explain\w*|review|"
    r"if i|when i|did i)\b[^.\n]{0,30}$",
    re.IGNORECASE,
)
_ENOUGH_BEFORE = 40
"""Characters before a demand in which it may be turned round: "please do not write a poem"."""

_CODE = re.compile(
    r"\b(?:sql|latex|html|css|python|javascript|excel|database|wooden|dining)\b", re.IGNORECASE
)
_SEVERAL = re.compile(
    r"\b(?:versions|variants|variations|alternatives|options|templates|examples|samples|drafts|letters|e-?mails|messages|"
    r"replies|responses|stories|poems|posts|tweets|scenes|chapters|entries|dialogues|speeches|scripts|descriptions|"
    r"captions|reviews|letter and|sequence|series|exchange|correspondence|epistolary|back and forth)\b",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(
    r"\b(?:templates?|form letter|placeholders?|boilerplate|mail merge|fill[\s-]?in|blanks?|skeleton|"
    r"worksheet|questionnaire|quiz|exercises?|generic|cloze|format|sample|contract|agreement|vorlage|mod[e\u00e8]le|plantilla|"
    r"muster|variables?|outline|checklist|proposal|invoice|agenda|code|script|html|prompts?)\b|\[[^\]\n]{2,40}\]|\{\w+\}|_{3,}",
    re.IGNORECASE,
)


def demanded_forms(instruction: str) -> tuple[Form, ...]:
    """Every form the instruction clearly asks for, in a fixed order."""
    if not _HINT.search(instruction):
        return ()
    straight = instruction.replace("\u2019", "'")
    return tuple(form for form, pattern in _FORMS if _asked(form, pattern, straight))


def _asked(form: Form, pattern: re.Pattern[str], instruction: str) -> bool:
    found = pattern.search(instruction)
    if found is None or (form == "table" and _CODE.search(instruction)):
        return False
    before = instruction[max(0, found.start() - _ENOUGH_BEFORE) : found.start()]
    return form == "plain text" or not _NEGATED.search(before)


def wants_several(instruction: str) -> bool:
    """Whether more than one text is asked for: templates, versions, an exchange of letters."""
    return _SEVERAL.search(instruction) is not None


def wants_template(instruction: str) -> bool:
    """Whether gaps for somebody else to fill in are welcome."""
    return _TEMPLATE.search(instruction) is not None
