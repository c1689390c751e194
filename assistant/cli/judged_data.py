"""Reads judged drafts for the commands that learn from them."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import DataError

if TYPE_CHECKING:
    from assistant.confidence.fitting.rows import JudgedRow


def read_rows(data: Path) -> list[JudgedRow]:
    """The rows of a JSON lines file, gzipped where its name ends in .gz.

    Raises:
        DataError: the file cannot be read, or has a bad row.
    """
    from assistant.confidence.fitting.rows import parse_rows

    try:
        with gzip.open(data) if data.suffix == ".gz" else data.open("rb") as lines:
            return parse_rows(lines, file=str(data))
    except (OSError, EOFError) as error:
        message = f"{data}: cannot be read ({type(error).__name__}); give a JSON lines file"
        raise DataError(message) from error
