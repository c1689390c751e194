"""How numbers are written in reports and tables."""

from __future__ import annotations

from assistant.evaluation.result import Estimate

NOTHING = "\N{EN DASH}"
"""Stands where the data cannot tell."""

TO = "\N{EN DASH}"
"""Between the ends of a range."""

NO_BREAK = "\N{NO-BREAK SPACE}"

Cell = Estimate | float | int | str | None


def number(value: Cell, *, digits: int = 3) -> str:
    """A number to three digits, counts and words as they are."""
    if value is None:
        return NOTHING
    if isinstance(value, Estimate):
        return f"{value.value:.{digits}f}"
    if isinstance(value, float):
        return f"{value:.{digits}f}"
    return str(value)


def interval(value: Estimate, *, digits: int = 3) -> str:
    """Both ends of an interval."""
    return f"{value.low:.{digits}f}{TO}{value.high:.{digits}f}"


def share(value: Estimate | float | None, *, digits: int = 1) -> str:
    """A share in per cent."""
    if value is None:
        return NOTHING
    plain = value.value if isinstance(value, Estimate) else value
    return f"{plain:.{digits}%}".replace("%", f"{NO_BREAK}%")


def share_interval(value: Estimate, *, digits: int = 1) -> str:
    """Both ends of an interval of a share, in per cent."""
    return f"{value.low * 100:.{digits}f}{TO}{value.high * 100:.{digits}f}{NO_BREAK}%"
