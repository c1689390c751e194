"""The labelled pairs behind the least strengths, as counts that ship with the package."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.cache.semantic.control import LabelledStratum
from assistant.errors import DataError

NAME: Final = "labelled.json"

_WORDING: Final = "assistant.cache.wording"
_DECIDING: Final = (".py", ".toml", ".txt")
"""Endings of the files that shape a verdict."""


class Labelled(BaseModel):
    """Counts of labelled pairs, and of which verifier they are.

    `wording` is the fingerprint of the code and language data that gave the verdicts, `data` that of the
    pairs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    wording: str
    data: str
    pairs: int
    strata: tuple[LabelledStratum, ...]

    @property
    def current(self) -> bool:
        """Whether they were counted with the verifier installed here; others prove nothing of it."""
        return self.wording == wording_fingerprint()

    def dump(self) -> str:
        """As the file holds it."""
        return self.model_dump_json(indent=1) + "\n"


def parse_labelled(text: str, *, file: str) -> Labelled:
    """The counts that a file holds.

    Raises:
        DataError: it holds none.
    """
    try:
        return Labelled.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "file"
        message = (
            f"{file}: {place}: {first['msg']}; write it with `inkladder cache evaluate --counts`"
        )
        raise DataError(message) from None


@cache
def shipped_counts() -> Labelled:
    """The counts of this package."""
    file = files("assistant.cache.semantic") / NAME
    return parse_labelled(file.read_text(encoding="utf-8"), file=NAME)


@cache
def wording_fingerprint() -> str:
    """SHA-256 over the verifier's code and language data, read once."""
    digest = sha256()
    for name, content in sorted(_deciding(files(_WORDING), "")):
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _deciding(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            found += _deciding(entry, f"{name}/")
        elif name.endswith(_DECIDING):
            found.append((name, entry.read_bytes()))
    return found
