"""Numbers of the writer's text that the draft lost."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.checks.keeping import must_keep
from assistant.confidence.reading import REWRITING, Reading
from assistant.confidence.text.amounts import Amount, Amounts
from assistant.types import CheckResult


def lost_numbers(reading: Reading) -> CheckResult | None:
    """Applies where the request keeps numbers, and to tasks that give the same text back.

    A number is kept in any notation: 3 pm as 15:00, 20 as "twenty", 1,500,000 as 1.5 million.
    Summaries, shortened and expanded texts may leave numbers out unless told otherwise. Dates in
    figures are left to `lost_dates`.
    """
    if not must_keep(reading, "numbers", REWRITING, kept="numbers"):
        return None
    source = [one for one in reading.asked.told.amounts.stated if one.role != "date"]
    if not source:
        return None
    written, wished = reading.told.amounts, reading.asked.wished.amounts
    lost = {
        one.digits: one.shown
        for one in source
        if not number_kept(one, written) and not number_kept(one, wished)
    }
    if lost:
        return failed("lost_numbers", f"lost: {quoted(lost.values())}")
    return passed("lost_numbers", f"all {len({one.digits for one in source})} kept")


def number_kept(one: Amount, written: Amounts) -> bool:
    """Whether a number is among others, by its digits, its value or its time of day."""
    if one.digits in written.digits:
        return True
    if one.kind == "clock":
        return not written.clocks.isdisjoint(one.values)
    if one.kind == "measure" and (one.role, one.base) in written.measures:
        return True
    return not written.values.isdisjoint(one.values)
