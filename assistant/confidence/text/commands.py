"""The sentences of an instruction that order something, to find them again in a draft."""

from __future__ import annotations

from assistant.confidence.text.words import folded_words, sentences

_IMPERATIVES = frozenset(
    ["write", "rewrite", "summarize", "summarise", "continue", "give", "create", "make", "explain", "list",
     "please", "compose", "draft", "provide", "generate", "describe", "translate", "shorten", "expand",
     "proofread", "correct", "improve", "answer", "reply", "respond", "use", "keep", "ensure", "include",
     "schreibe", "schreib", "verfasse", "\u00e9cris", "r\u00e9dige", "escribe", "redacta", "imagine", "act"]
)  # fmt: skip
_ROLE = ("you should", "you are", "you're a", "your task", "i want you", "i need you", "help me")  # fmt: skip

_LEAST_WORDS = 8
"""Shorter orders are said in texts too."""

_MOST_WORDS = 14
"""Enough of a long order to know it by."""

_MOST_COMMANDS = 4
"""Orders looked for: those that open a request."""

_READ_CHARACTERS = 4000
"""Orders stand at the start; what follows in a longer instruction is material."""


def commands(instruction: str) -> tuple[str, ...]:
    """The first words of each order, folded and with a space between."""
    found = []
    for sentence in sentences(instruction[:_READ_CHARACTERS]):
        tokens = folded_words(sentence)
        orders = bool(tokens) and (
            tokens[0] in _IMPERATIVES or " ".join(tokens[:3]).startswith(_ROLE)
        )
        if orders and len(tokens) >= _LEAST_WORDS:
            found.append(" ".join(tokens[:_MOST_WORDS]))
    return tuple(found[:_MOST_COMMANDS])
