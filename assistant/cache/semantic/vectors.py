"""How vectors are stored: half precision, which moves a cosine by less than a thousandth."""

from __future__ import annotations

import numpy as np

from assistant.cache.semantic.rows import Vector


def packed(vector: Vector) -> bytes:
    """A unit vector as it is stored: two bytes a dimension, little-endian."""
    return vector.astype("<f2").tobytes()


def unpacked(data: bytes) -> Vector | None:
    """The unit vector that was stored, None for anything else."""
    if not data or len(data) % 2:
        return None
    vector = np.frombuffer(data, dtype="<f2").astype(np.float32)
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if np.isfinite(length) and length > 0 else None
