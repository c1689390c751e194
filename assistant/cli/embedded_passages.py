"""Vectors of passages for the commands that need many, kept in a file between runs where wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from zipfile import BadZipFile

import typer

from assistant.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors: TypeAlias = NDArray[np.float32]
    Embed: TypeAlias = Callable[[Sequence[str]], Vectors]

_CHUNK = 512
"""Passages between two progress lines: some ten seconds of one core."""


def load_embedder() -> tuple[str, Embed]:
    """The name of the default embedder and how to embed with it; nothing is loaded before that."""
    import anyio

    from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder()

    def embed(texts: Sequence[str]) -> Vectors:
        return anyio.run(embedder.embed, texts)

    return embedder.name, embed


def embedded(
    passages: Sequence[str], name: str, embed: Embed, *, file: Path | None = None
) -> dict[str, Vectors]:
    """A unit vector for each passage, from the file where it holds them.

    What had to be computed is added to the file, also when that was interrupted. The file knows
    passages by their SHA-256 and holds no text.

    Raises:
        DataError: the file is not one of vectors, or holds those of another embedder.
    """
    known = {} if file is None else _read(file, name)
    found = {text: known[key] for text in passages if (key := _key(text)) in known}
    # Sorted, so that a batch holds passages of about one length and pads little.
    missing = sorted((text for text in passages if text not in found), key=len)
    try:
        for start in range(0, len(missing), _CHUNK):
            chunk = missing[start : start + _CHUNK]
            found.update(zip(chunk, embed(chunk), strict=True))
            done = min(start + _CHUNK, len(missing))
            typer.echo(f"embedded {done} of {len(missing)}", err=True)
    finally:
        if file is not None and missing:
            _write(file, name, known | {_key(text): vector for text, vector in found.items()})
    return found


def _key(passage: str) -> bytes:
    return sha256(passage.encode("utf-8", "surrogatepass")).digest()


def _read(file: Path, name: str) -> dict[bytes, Vectors]:
    import numpy as np

    if not file.exists():
        return {}
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as held:
            embedder, keys, vectors = str(held["embedder"]), held["keys"], held["vectors"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        message = (
            f"{file}: holds no vectors of passages ({type(error).__name__}); name another file, which"
            " will be written"
        )
        raise DataError(message) from error
    if embedder != name:
        message = f"{file}: holds vectors of {embedder!r}, not of {name!r}; name another file"
        raise DataError(message)
    return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}


def _write(file: Path, name: str, vectors: dict[bytes, Vectors]) -> None:
    import numpy as np

    if not vectors:
        return
    keys = np.frombuffer(b"".join(vectors), dtype=np.uint8).reshape(len(vectors), -1)
    # Written beside it first: a file cut short by a full disk or a signal would lose all of it.
    beside = file.with_name(f"{file.name}.new")
    try:
        with beside.open("wb") as out:
            np.savez(
                out,
                embedder=np.array(name),
                keys=keys,
                vectors=np.stack(list(vectors.values())),
            )
        beside.replace(file)
    except OSError as error:
        message = f"{file}: cannot be written ({type(error).__name__}); name another file"
        raise DataError(message) from error
