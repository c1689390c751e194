"""A letter to somebody else than it is for."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.confidence.text.letters import same_person
from assistant.types import CheckResult, Task

WRITES_LETTERS: frozenset[Task] = frozenset({"draft", "reply", "chat"})
"""Tasks that address somebody of the request; the others keep the text's own greeting."""


def addressee(reading: Reading) -> CheckResult | None:
    """Compares greeting and signature with the names of the request; a greeting of nobody is fine."""
    known = reading.asked.correspondents
    letter = reading.letter
    if not (known.to or known.sender) or not letter.opens:
        return None
    greets = letter.greets
    if greets and greets & known.sender:
        return failed("addressee", f"greets its own sender: {_shown(greets)}")
    if greets and known.to and not same_person(greets, known.to) and not _is_known(greets, reading):
        return failed("addressee", f"greets {_shown(greets)}, is for {_shown(known.to)}")
    if letter.signed and letter.signed <= known.to:
        return failed("addressee", f"is signed by whom it is for: {_shown(letter.signed)}")
    return passed("addressee", "greets whom it is for")


def _is_known(greets: frozenset[str], reading: Reading) -> bool:
    # "to Tom" may be answered by "Dear Mr Hale" where the request names him so elsewhere.
    return bool(greets & {*reading.asked.instruction_words, *reading.source_words})


def _shown(names: frozenset[str]) -> str:
    return " ".join(sorted(name.title() for name in names))
