"""What an embedder is: sentences in, unit vectors out, never blocking the event loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their cosine similarity."""

    @property
    def name(self) -> str:
        """Model name and revision; vectors of different names must never be compared."""
        ...

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimensions), in the order given.

        Raises:
            EmbedderUnavailable: the model is missing or failed to load.
        """
        ...

    @property
    def failure(self) -> str | None:
        """Why it cannot embed, None while nothing is known to be wrong."""
        ...

    async def warm(self) -> None:
        """Loads the model ahead of the first call; failures are reported by `embed`."""
        ...
