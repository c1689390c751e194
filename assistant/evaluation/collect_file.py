"""The file of a collection: rows are added one by one, and it can be broken off and taken up again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from assistant.confidence.fitting.rows import JudgedRow
from assistant.confidence.validation import first_problem
from assistant.errors import DataError
from assistant.evaluation.collect_rows import CollectedRow

_LINE_END = b"\n"
_BEGINNING = b'{"id":"'
"""How every row begins: what does not is no half-written one."""


class Collection:
    """Rows in a file that is open for more; `ids` are those of the rows in it."""

    def __init__(self, file: BinaryIO, path: Path, ids: set[str]) -> None:
        self._file = file
        self._path = path
        self.ids = ids

    def add(self, row: CollectedRow) -> None:
        """Writes a row at once: whatever happens next, it is kept.

        Raises:
            DataError: the disk is full or gone.
        """
        try:
            self._file.write(row.line().encode() + _LINE_END)
            self._file.flush()
        except OSError as error:
            raise _unwritable(self._path, error) from error
        self.ids.add(row.id)


@contextmanager
def open_collection(path: Path) -> Iterator[Collection]:
    """The collection in a file, made if missing, until the block ends.

    What an interrupted run wrote of its last line is dropped.

    Raises:
        DataError: the file cannot be written, or holds something else.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise _unwritable(path, error) from error
    with file:
        yield Collection(file, path, _ids(file, path))


def read_collection(path: Path) -> list[CollectedRow]:
    """The rows of a collection, without a half-written last line.

    Raises:
        DataError: the file cannot be read, is empty, or holds something else.
    """
    try:
        with path.open("rb") as file:
            rows = [row for row, _ in _rows(file, path)]
    except OSError as error:
        message = (
            f"{path}: cannot be read ({error.strerror}); give a file written by"
            " `inkladder confidence collect`"
        )
        raise DataError(message) from error
    if not rows:
        message = f"{path}:1: no drafts, collect some with `inkladder confidence collect`"
        raise DataError(message)
    return rows


def judged_rows(path: Path) -> list[JudgedRow]:
    """The rows of a collection as judged drafts.

    Raises:
        DataError: as `read_collection`.
    """
    return [
        JudgedRow.model_validate(row.model_dump(exclude={"tier", "seed", "requirements"}))
        for row in read_collection(path)
    ]


def _ids(file: BinaryIO, path: Path) -> set[str]:
    file.seek(0)
    ids, whole = set(), 0
    for row, end in _rows(file, path):
        ids.add(row.id)
        whole = end
    file.seek(whole)
    rest = file.read()
    if rest and not _BEGINNING.startswith(rest[: len(_BEGINNING)]):
        message = (
            f"{path}:{len(ids) + 1}: holds something else than drafts; give a new file or one written by"
            " `inkladder confidence collect`"
        )
        raise DataError(message)
    try:
        # A whole row that only lost the end of its line, as editors take it, is kept.
        ids.add(CollectedRow.model_validate_json(rest).id)
    except ValidationError:
        file.truncate(whole)
    else:
        file.write(_LINE_END)
    return ids


def _rows(file: BinaryIO, path: Path) -> Iterator[tuple[CollectedRow, int]]:
    """Each whole row with the offset of its end."""
    end = 0
    for number, line in enumerate(file, start=1):
        if not line.endswith(_LINE_END):
            return
        end += len(line)
        try:
            yield CollectedRow.model_validate_json(line), end
        except ValidationError as error:
            message = (
                f"{path}:{number}: {first_problem(error)}; give a file written by"
                " `inkladder confidence collect`"
            )
            raise DataError(message) from None


def _unwritable(path: Path, error: OSError) -> DataError:
    message = f"{path}: drafts cannot be kept there ({error.strerror}); name another after --out"
    return DataError(message)
