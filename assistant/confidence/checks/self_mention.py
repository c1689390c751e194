"""The model speaks of itself in a text that is the writer's."""

from __future__ import annotations

import re

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_ITSELF = re.compile(
    r"\b(?:as an? (?:large |artificial intelligence )?(?:ai(?: language model| assistant| model)?|language model|artificial intelligence)\b"
    r"|i(?:'m| am) (?:just |only )?an? (?:large |ai )?(?:ai|language model|ai assistant|artificial intelligence)\b"
    r"|my (?:training data|knowledge cut-?off))"
)
_ABOUT = re.compile(
    r"\b(?:ai|a\.i\.|artificial|language models?|llms?|chat ?gpt|chatbot|robots?|assistant|machine|android)\b",
    re.IGNORECASE,
)


def self_mention(reading: Reading) -> CheckResult | None:
    """Does not apply in a conversation, nor where the request is about such machines."""
    if reading.task == "chat" or not reading.words:
        return None
    if (
        " ai " not in reading.said
        and " model " not in reading.said
        and " my training" not in reading.said
    ):
        return passed("self_mention", "keeps to the writer's voice")
    found = _ITSELF.search(reading.said)
    if found is None:
        return passed("self_mention", "keeps to the writer's voice")
    if _ABOUT.search(reading.instruction) or _ABOUT.search(reading.source):
        return None
    return failed("self_mention", f'speaks as a machine: "{found.group()}"')
