"""The text is shorter or longer than asked."""

from __future__ import annotations

import re

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.confidence.text.demands import Demand
from assistant.confidence.text.words import ends_like_a_sentence
from assistant.types import CheckResult

_HEADING = re.compile(r"^(?:#|\*\*[^*]+\*\*:?$)")


def length(reading: Reading) -> CheckResult | None:
    """Compares with the length of the request, or with the one its instruction states in words."""
    demand = reading.demand
    if demand is None or not reading.words:
        return None
    got = measured(reading, demand)
    evidence = f"expected {demand.shown}, got {got}"
    return (passed if demand.low <= got <= demand.high else failed)("length", evidence)


def measured(reading: Reading, demand: Demand) -> int:
    """The draft's length in the unit asked for; headings and greetings are no sentences."""
    if demand.unit == "words":
        return len(reading.words)
    if demand.unit == "sentences":
        return sum(map(ends_like_a_sentence, reading.sentences)) or len(reading.sentences)
    blocks = re.split(r"\n\s*\n", reading.text.strip())
    return sum(1 for block in blocks if block.strip() and not _HEADING.match(block.strip()))
