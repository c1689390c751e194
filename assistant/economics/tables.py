"""Which measurements are in force: the shipped ones, and those of the admin's own cards."""

from __future__ import annotations

from pathlib import Path

from assistant.economics.measured import MeasuredTable, read_runs, shipped_table


def measured_table(own: Path | None) -> MeasuredTable:
    """The shipped measurements, and before them those of the folder or file `own`.

    Raises:
        DataError: a file of either is broken, or `own` is not there.
    """
    shipped = shipped_table()
    return shipped if own is None else shipped.with_runs(read_runs(own))
