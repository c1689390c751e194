"""Files stay small: a smoke alarm for rooms that grow over everything."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
MEDIAN_LINES = 200
LONGEST_LINES = 400


def lines_of(folder: str) -> dict[str, int]:
    """Lines of every Python file below `folder` that has any."""
    counts = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / folder).rglob("*.py")
    }
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize("folder", ["assistant", "server", "tests"])
def test_no_file_is_longer_than_a_person_reads_at_once(folder: str) -> None:
    """A file over the limit wants a second room."""
    too_long = {name: count for name, count in lines_of(folder).items() if count > LONGEST_LINES}

    assert too_long == {}


@pytest.mark.parametrize("folder", ["assistant", "server"])
def test_the_typical_file_is_short(folder: str) -> None:
    """The median stays below the aim."""
    assert median(lines_of(folder).values()) < MEDIAN_LINES
