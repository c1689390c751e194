"""Whether the card that a policy names is the card that a server runs on. Pure."""

from __future__ import annotations

import re

_VENDOR_WORDS = frozenset({"nvidia", "geforce", "tesla", "quadro", "generation", "gpu"})
_MEMORY_OR_SOCKET = re.compile(r"\d+gb|hbm\d\w*|sxm\d*", re.IGNORECASE)
"""Words that tell apart what costs the same per token, as far as the tables know."""


def short_card(name: str) -> str:
    """`H100` for `NVIDIA H100 80GB HBM3`: as policies and tables call it."""
    words = [
        word
        for word in re.split(r"[\s-]+", name)
        if word.casefold() not in _VENDOR_WORDS and not _MEMORY_OR_SOCKET.fullmatch(word)
    ]
    return " ".join(words) or name


def same_card(policy_name: str, accelerator: str) -> bool:
    """Whether the policy's name of a card fits what the driver calls it."""
    return short_card(policy_name).casefold() == short_card(accelerator).casefold()
