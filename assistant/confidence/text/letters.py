"""Who a letter speaks to and who signs it, by its own greeting and closing lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

_GREETING_WORDS = (
    r"(?:my )?dear(?:est)?|hi|hello|hey|good (?:morning|afternoon|evening)|greetings|to whom it may concern|"
    r"hallo|liebe[rs]?|sehr geehrte[rs]?|guten (?:tag|morgen|abend)|moin|"
    r"bonjour|ch\u00e8re?s?|salut|madame|monsieur|"
    r"hola|estimad[oa]s?|querid[oa]s?|buenos d\u00edas|caro|cara|gentile|ciao|prezad[oa]s?|ol\u00e1|beste|geachte"
)
_GREETING = re.compile(
    rf"^(?:{_GREETING_WORDS})\b(?P<name>[^.?!,:;\n]{{0,60}})[,:!\u2014-]?$", re.IGNORECASE
)
_CLOSING = re.compile(
    r"^(?:(?:(?:with )?(?:kind(?:est)?|best|warm(?:est)?|many|sincere) (?:regards|wishes|thanks)|best|regards|cheers|"
    r"yours(?: (?:sincerely|faithfully|truly|ever))?|sincerely(?: yours)?|respectfully|love|many thanks|thanks|"
    r"thank you|all the best|cordially|warmly|faithfully|(?:mit )?(?:freundlichen|herzlichen|lieben|besten|viele|liebe|"
    r"herzliche|beste) gr\u00fc\u00dfen?|cordialement|bien \u00e0 (?:vous|toi)|amicalement|sinc\u00e8res salutations|"
    r"(?:un )?(?:cordial )?saludos?|atentamente|un abrazo|cordiali saluti|atenciosamente|abra\u00e7os)"
    r"(?: again)?)[,.!]?$",
    re.IGNORECASE,
)
_TITLES = frozenset(["mr", "mrs", "ms", "miss", "dr", "prof", "professor", "herr", "frau", "herrn",
                     "madame", "monsieur", "se\u00f1or", "se\u00f1ora", "sr", "sra", "mx"])  # fmt: skip
_NOBODY = frozenset(
    ["sir", "madam", "sirs", "team", "all", "everyone", "everybody", "there", "friend", "friends", "folks",
     "colleague", "colleagues", "customer", "customers", "hiring", "manager", "committee", "members", "member",
     "editor", "editors", "editorial", "neighbour", "neighbours", "neighbor", "neighbors", "parents", "parent",
     "families", "family", "students", "student", "teacher", "principal", "board", "director", "president",
     "chairman", "chair", "landlord", "landlady", "boss", "mom", "mum", "dad", "mother", "father", "grandma",
     "grandpa", "diary", "reader", "readers", "santa", "guest", "guests", "client", "clients", "user", "users",
     "recruiter", "recruitment", "admissions", "officer", "office", "department", "hr", "human", "resources",
     "support", "service", "world", "future", "self", "love", "darling", "sweetheart", "honey", "ladies",
     "gentlemen", "and", "or", "the", "of", "to", "my", "our", "dean", "coach", "doctor", "nurse", "staff",
     "damen", "herren", "und", "alle", "zusammen", "team", "mayor", "senator", "judge", "council", "agent",
     "again", "new", "valued", "esteemed", "fellow", "community", "residents", "supervisor", "head", "leader",
     "uncle", "aunt", "auntie", "cousin", "brother", "sister", "son", "daughter", "captain"]
)  # fmt: skip
_NAME = re.compile(r"[^\W\d_][\w'\u2019-]*")
_HEAD_LINES = 8
"""Sender, date, address and subject may stand before the greeting."""

_SIGNATURE_WORDS = 4
"""More words than a name with a middle name and a title."""

_GREETING_CHARACTERS = 70
"""A longer line is a sentence that begins like a greeting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a text shows of being a letter; names are folded, empty where nobody is named.

    `opens`: the first greeting stands near the start, as in a letter and not in a story with one.
    """

    greets: frozenset[str] = frozenset()
    signed: frozenset[str] = frozenset()
    greetings: int = 0
    opens: bool = False
    closed: bool = False

    @property
    def is_one(self) -> bool:
        """Whether it greets or closes as letters do."""
        return self.opens or self.closed


def read_letter(lines: list[str]) -> Letter:
    """The greeting and the signature among the stripped lines of a text."""
    greetings = [(at, match) for at, line in enumerate(lines) if (match := greeting(line))]
    closings = [at for at, line in enumerate(lines) if is_closing(line)]
    signed = lines[closings[-1] + 1 :][:1] if closings else []
    # "Best, Tom" on one line.
    tail = lines[-1].split(",") if lines and not signed else []
    if len(tail) == 2 and is_closing(tail[0] + ","):  # noqa: PLR2004 - a closing and a name
        signed = [tail[1]]
    return Letter(
        greets=names_in(greetings[0][1]["name"]) if greetings else frozenset(),
        signed=names_in(signed[0])
        if signed and len(signed[0].split()) <= _SIGNATURE_WORDS
        else frozenset(),
        greetings=len(greetings),
        opens=bool(greetings) and greetings[0][0] < _HEAD_LINES,
        closed=bool(closings or (len(tail) == 2 and signed)),  # noqa: PLR2004 - as above
    )


def greeting(line: str) -> re.Match[str] | None:
    """A line that is a greeting and nothing else."""
    if len(line) > _GREETING_CHARACTERS:
        return None
    return _GREETING.match(line.strip("*_ "))


def is_closing(line: str) -> bool:
    """Whether a line is a closing such as "Kind regards," and nothing else."""
    return len(line) <= _GREETING_CHARACTERS and _CLOSING.match(line.strip("*_ ")) is not None


def names_in(said: str) -> frozenset[str]:
    """Folded personal names of a greeting or signature, titles and roles left out."""
    named = (name for name in _NAME.findall(said) if name[0].isupper())
    folded = (name.casefold().removesuffix("'s").removesuffix("\u2019s") for name in named)
    return frozenset(name for name in folded if name not in _TITLES | _NOBODY)


def same_person(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two names may be one person's: a shared name, or the same initial (Tom, Thomas)."""
    return bool(one & other) or bool({name[0] for name in one} & {name[0] for name in other})
