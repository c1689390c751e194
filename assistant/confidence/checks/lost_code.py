"""Code, front matter, tags or shortcodes of the writer's text that the draft changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.checks.keeping import must_keep
from assistant.confidence.reading import REWRITING, Reading
from assistant.confidence.text.markup import Marked
from assistant.types import CheckResult

_SHOWN_CHARACTERS = 40


def lost_code(reading: Reading) -> CheckResult | None:
    """Applies to tasks that give the same text back; prose around the code is free to change.

    Tags are not asked for where the draft is wanted in another format than HTML.
    """
    if not must_keep(reading, "code", REWRITING):
        return None
    source = reading.asked.told.marked
    if not source.any:
        return None
    lost = [_short(piece) for piece in _lost(source, reading.told.marked, reading)]
    if lost:
        return failed("lost_code", f"changed or lost: {quoted(lost)}")
    return passed("lost_code", "code and tags unchanged")


def _lost(source: Marked, written: Marked, reading: Reading) -> Iterable[str]:
    yield from (block for block in source.blocks if not _stands(block, written, reading.text))
    # A span may become a block or lose its marks in a sentence, but not its letters.
    yield from (span for span in source.inline if span not in reading.text)
    yield from _front_matter(source, written, translated=reading.task == "translate")
    if reading.request.format in {None, "html"}:
        yield from (Counter(source.tags) - Counter(written.tags)).keys()
    yield from (code for code in source.shortcodes if code not in reading.text)


def _stands(block: str, written: Marked, text: str) -> bool:
    if block in written.blocks or block in text:
        return True
    # Inside a list a block is indented as a whole.
    lines = [line.strip() for line in block.splitlines()]
    return any(lines == [line.strip() for line in other.splitlines()] for other in written.blocks)


def _front_matter(source: Marked, written: Marked, *, translated: bool) -> Iterable[str]:
    there = set(written.front_matter.splitlines())
    keys = {line.partition(":")[0] for line in there}
    for line in source.front_matter.splitlines():
        key = line.partition(":")[0]
        # Titles and descriptions are text: a rewrite may word them anew, but not drop their keys.
        if key not in keys if translated or key.strip() in _WORDED else line not in there:
            yield line


_WORDED = frozenset({"title", "description", "summary", "subtitle", "excerpt", "lead"})


def _short(piece: str) -> str:
    first = piece.strip().partition("\n")[0]
    return first if len(first) <= _SHOWN_CHARACTERS else f"{first[:_SHOWN_CHARACTERS]}..."
