"""The Lua scripts, each of which does its work in one step."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from assistant.bounded import Script

_READS: Final = "no-writes"
"""Runs on a server that takes no writes."""

_FREES: Final = "allow-oom"
"""Runs on a server that is full: it makes room, or notes next to nothing of what matters."""


def _script(name: str, flags: str = "") -> Script:
    """Without flags it is refused as a whole by a server that is full, before it has written a part."""
    folder = files("assistant.cache.store")
    sources = [folder.joinpath(f"{part}.lua").read_text("utf-8") for part in ("common", name)]
    return Script("\n".join([f"#!lua flags={flags}", *sources]))


READ: Final = _script("read", _READS)
CHANGES: Final = _script("changes", _READS)
REGISTER: Final = _script("register")
WRITE: Final = _script("write")
ACCEPT: Final = _script("accept")
REFUSE: Final = _script("refuse", _FREES)
DELIVERED: Final = _script("delivered")
VECTOR: Final = _script("vector")
QUOTA: Final = _script("quota")
VOTE: Final = _script("vote")
UNVOTE: Final = _script("unvote", _FREES)
FORGET: Final = _script("forget", _FREES)
ERASE: Final = _script("erase", _FREES)
