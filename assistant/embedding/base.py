"""What an embedder is: sentences in, unit vectors out, never blocking the event loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Ahead(Protocol):
    """Texts whose vectors one caller will ask for soon, embedded while nothing is urgent."""

    def want(self, texts: Sequence[str]) -> None:
        """Adds texts; returns at once, also where they cannot be embedded."""
        ...

    def close(self) -> None:
        """Drops what was not begun and nobody else wants. What was embedded stays at hand."""
        ...


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

    def ahead(self) -> Ahead:
        """A place to name texts that `embed` will be asked for, to be closed by the caller."""
        ...

    @property
    def failure(self) -> str | None:
        """Why it cannot embed, None while nothing is known to be wrong."""
        ...

    async def warm(self) -> None:
        """Loads the model ahead of the first call; failures are reported by `embed`."""
        ...


class Encoder(Protocol):
    """A model that computes vectors in the thread it is called from."""

    @property
    def name(self) -> str:
        """As `Embedder.name`."""
        ...

    @property
    def failure(self) -> str | None:
        """As `Embedder.failure`."""
        ...

    def load(self) -> None:
        """Loads the model, once; a failure is kept for `encode` to report. Blocks for seconds."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimensions), in the order given. Blocks.

        Raises:
            EmbedderUnavailable: the model is missing, failed to load, or failed on these texts.
        """
        ...
