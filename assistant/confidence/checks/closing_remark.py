"""The model talks about the text after writing it."""

from __future__ import annotations

import re

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_REMARKS = (
    r"(?:please )?let me know if you(?:'d| would)? (?:like|want|need|prefer)\b[^\n]{0,40}?\b"
    r"(?:me to|changes?|adjust\w*|revis\w+|modif\w+|edits?|tweaks?|different (?:tone|version)|another version|shorter|longer)\b",
    r"(?:please )?let me know if (?:this|that|it) (?:works|meets|helps|is what)\b",
    r"(?:please )?feel free to (?:adjust|modify|customi[sz]e|edit|change|personali[sz]e|adapt|tweak|replace|let me know if you)\b",
    r"i hope (?:this|that|the) (?:\w+ )?(?:meets your|is what you|fits your|matches your)\b",
    r"(?:would you like|do you want) me to (?:write|change|make|add|adjust|continue|expand|shorten|revise|provide)\b",
    r"\W?(?:total )?word count\W{1,4}(?:approximately |about |~)?\d",
    r"\W?\d+ words\W?$",
    r"\W{0,3}note\W{1,4}(?:i(?:'ve| have| made| kept| used| tried| am|'m)\b|this (?:is a (?:fictional|sample|general|simplified|basic)|"
    r"(?:text|essay|story|email|letter|poem|response|draft|version|summary) (?:is|has|was|can|may)\b)|"
    r"(?:please )?(?:remember to |make sure to )?(?:replace|customi[sz]e|adjust|fill in)\b|the (?:word count|above (?:text|is)))",
    r"please note that (?:this (?:is a (?:fictional|sample|general)|response|text|summary|essay|story|draft)|i (?:have|'ve|am|cannot))\b",
    r"i(?:'ve| have) (?:kept|made|tried|corrected|rewritten|shortened|changed|written)\b[^\n]{0,60}\b(?:text|tone|version|story|original)\b",
    r"this (?:screenplay|story|essay|poem|e-?mail|letter|summary|script|speech) (?:aims to|captures|showcases|includes|is designed to|"
    r"follows the|tells the|meets the|uses)\b",
    r"lass (?:mich|es mich) wissen, (?:wenn|falls|ob) [^\n]{0,60}\b(?:\u00e4nder|anpass|k\u00fcrzer|l\u00e4nger)",
    r"n'h\u00e9sitez pas \u00e0 [^\n]{0,40}\b(?:modifi|adapt|ajust)",
    r"(?:av\u00edsame|d\u00edgame|dime) si (?:quieres|deseas|necesitas) [^\n]{0,40}\b(?:cambi|ajust|modific)",
)
_REMARK = re.compile(rf"^(?:{'|'.join(_REMARKS)})", re.IGNORECASE)

_SHOWN_CHARACTERS = 60

_LATEST_LINES = 2
"""The remark, and at most one more after it ("Enjoy!")."""


def closing_remark(reading: Reading) -> CheckResult | None:
    """Looks at the last lines only; a letter may say there what it likes about its own matter."""
    if not reading.words or reading.task == "chat":
        return None
    for line in reading.lines[-_LATEST_LINES:] if len(reading.lines) > 1 else ():
        said = line.replace("\u2019", "'").lstrip("*_([-> ")
        if _REMARK.match(said):
            return failed("closing_remark", f'ends with: "{line[:_SHOWN_CHARACTERS]}"')
    return passed("closing_remark", "ends with the text itself")
