"""An encoder that runs without a model, and can be held up or refuse texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Event

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EmbedderUnavailable

GUARD_S = 20
"""A guard against hanging."""


def opened() -> Event:
    """A gate that stands open."""
    gate = Event()
    gate.set()
    return gate


def hashed(text: str) -> NDArray[np.float32]:
    """Some unit vector of its own for each text."""
    digest = np.frombuffer(sha256(text.encode("utf-8", "replace")).digest(), dtype=np.uint8)
    row = digest.astype(np.float32) - 127.5
    unit: NDArray[np.float32] = row / np.linalg.norm(row)
    return unit


@dataclass
class HashingEncoder:
    """Vectors by hash. Each pass waits for `gate`, and is told in `passes` once it has begun."""

    name: str = "hashing"
    failure: str | None = None
    gate: Event = field(default_factory=opened)
    begun: Event = field(default_factory=Event)
    refused: tuple[str, ...] = ()
    passes: list[list[str]] = field(default_factory=list)
    loads: int = 0

    @property
    def encoded(self) -> list[str]:
        """All texts encoded so far, in order."""
        return [text for texts in self.passes for text in texts]

    def load(self) -> None:
        """Counts."""
        self.loads += 1

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row a text."""
        self.passes.append(list(texts))
        self.begun.set()
        assert self.gate.wait(GUARD_S)
        if self.failure or set(texts) & set(self.refused):
            raise EmbedderUnavailable(self.failure or "encoding failed")
        return np.array([hashed(text) for text in texts], dtype=np.float32).reshape(len(texts), 32)
