"""Vectors of texts seen before, by the texts' hashes; the texts themselves are not kept."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Key: TypeAlias = bytes
Vector: TypeAlias = NDArray[np.float32]

_KEY_BYTES = 16
"""As many as a UUID has: two texts never meet by chance."""

_ENTRY_BYTES = 300
"""What Python adds to a vector: array, key and table entry."""


def key_of(text: str) -> Key:
    """A digest of the text; any string has one, also half a surrogate pair."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest()


class KeptVectors:
    """The vectors used last, as many as fit into `limit_bytes`."""

    def __init__(self, limit_bytes: int) -> None:
        """Begins empty."""
        self._limit_bytes = limit_bytes
        self._held_bytes = 0
        self._vectors: OrderedDict[Key, Vector] = OrderedDict()

    def get(self, key: Key) -> Vector | None:
        """The vector, now the last one used."""
        vector = self._vectors.get(key)
        if vector is not None:
            self._vectors.move_to_end(key)
        return vector

    def put(self, key: Key, vector: Vector) -> None:
        """Keeps a vector that owns its memory, and lets go of those unused for longest."""
        if key not in self._vectors:
            self._vectors[key] = vector
            self._held_bytes += vector.nbytes + _ENTRY_BYTES
        while self._held_bytes > self._limit_bytes:
            _, old = self._vectors.popitem(last=False)
            self._held_bytes -= old.nbytes + _ENTRY_BYTES
