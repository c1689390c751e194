"""Reads pairs of requests for the commands that compare them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import DataError

if TYPE_CHECKING:
    from assistant.evaluation.cache_pairs import AnyPair


def read_pairs(file: Path, model: type[AnyPair]) -> list[AnyPair]:
    """The pairs of a JSON lines file, of the standard input where its name is `-`.

    Raises:
        DataError: the file cannot be read, or has a bad line.
    """
    from assistant.evaluation.cache_pairs import parse_pairs

    if str(file) == "-":
        return parse_pairs(sys.stdin.buffer, model, file="stdin")
    try:
        with file.open("rb") as lines:
            return parse_pairs(lines, model, file=str(file))
    except OSError as error:
        message = f"{file}: cannot be read ({type(error).__name__}); give a JSON lines file"
        raise DataError(message) from error
