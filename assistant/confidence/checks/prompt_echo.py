"""The request's own words or labels in the text."""

from __future__ import annotations

import re

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_LABEL = re.compile(
    r"^\W{0,4}(?:"
    r"\[(?:requirements|instructions?|text start|text end|story|reference story|question|topic|additional information|text|"
    r"article|task|constraints|input|output|response|source)\]|"
    r"(?:instruction|text to (?:rewrite|shorten|expand|translate|summari[sz]e|correct|proofread|continue|edit)|"
    r"text (?:before|after)|first draft|what was wrong|original text|source text|rewritten text|user prompt|system prompt|"
    r"keep all (?:names|numbers|links|quotes|citations)[^\n]{0,40} exactly as they are|do not use these words|"
    r"write in the voice of this sample|length: about \d+ words|language: [a-z]{2}|output format)\W{0,4}(?::|\.|$))",
    re.IGNORECASE,
)
_LABEL_CHARACTERS = 90
"""A label stands at the start of a line; only that much of one is read."""

_OPENING_CHARACTERS = 500
"""An order said back stands at the start; further down it may be a question taken up."""

_INITIALS = frozenset("[iItToOlLfFwWsSrRuUkKdD#*_-\u201c\"'")
"""What a labelled line may begin with; most lines of prose are done with here."""


def prompt_echo(reading: Reading) -> CheckResult | None:
    """Fails on labels of a prompt's sections, and where a whole order is said back."""
    if not reading.words:
        return None
    label = _label(reading)
    if label:
        return failed("prompt_echo", f'repeats the request\'s label "{label}"')
    opening = reading.said[:_OPENING_CHARACTERS]
    order = next((one for one in reading.asked.commands if f" {one} " in opening), None)
    if order and order not in " ".join(reading.source_words):
        return failed("prompt_echo", f'repeats the request: "{order[:60]}..."')
    return passed("prompt_echo", "does not repeat the request")


def _label(reading: Reading) -> str | None:
    for line in reading.lines:
        if line[0] in _INITIALS:
            found = _LABEL.match(line[:_LABEL_CHARACTERS])
            if found and found.group() not in reading.source:
                return found.group().strip("*#_ ")
    return None
