"""A name of the request that the draft spells differently."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import AT_CURSOR, Reading
from assistant.confidence.text.spelling import distance
from assistant.types import CheckResult, Task

NAMING: frozenset[Task] = AT_CURSOR | {
    "draft", "rewrite", "proofread", "tone", "shorten", "expand", "summarize", "reply",
}  # fmt: skip
"""Tasks in the language of the request, where a name has one spelling."""

_LEAST_LETTERS = 4
"""Shorter names are near too many others."""

_LONG_LETTERS = 7
"""From here on two letters may differ; in a shorter word they make another one."""

_ADJECTIVE_ENDINGS = (
    "an",
    "ians",
    "ish",
    "ese",
    "ic",
    "ist",
    "ists",
    "ed",
    "ing",
    "ly",
    "ern",
    "s",
    "i",
)
"""Texas and Texan are two words of one family."""


def changed_names(reading: Reading) -> CheckResult | None:
    """Fails on "Anderson" where the request has "Andersen".

    That is on a capitalised word that the request lacks, while a near spelling of it, there a name,
    is missing from the draft.
    """
    names = {word.casefold(): word for run in reading.asked.given.name_runs for word in run}
    if not names or not reading.words:
        return None
    there = reading.told.word_set
    missing = [name for name in names if len(name) >= _LEAST_LETTERS and name not in there]
    if not missing:
        return passed("changed_names", "names are spelled as in the request")
    given = reading.asked.given.word_set
    for folded, written in reading.told.capitals.items():
        if folded in given or not folded.isalpha() or len(folded) < _LEAST_LETTERS - 1:
            continue
        for name in missing:
            if _misspelled(name, folded) and _is_name(name, folded, reading):
                return failed("changed_names", f'"{written}" for "{names[name]}"')
    return passed("changed_names", "names are spelled as in the request")


def _is_name(name: str, written: str, reading: Reading) -> bool:
    inner = {word.casefold() for run in reading.told.name_runs for word in run}
    # What only opens sentences may be any word: it must be long and near to be that name.
    return written in inner or (
        len(name) == len(written) >= _LONG_LETTERS and distance(name, written, most=1) == 1
    )


def _misspelled(name: str, written: str) -> bool:
    if abs(len(name) - len(written)) > 2 or (name[0] != written[0] and name[1:] != written[1:]):  # noqa: PLR2004 - most edits
        return False
    if name.startswith(written) or written.startswith(name):
        return False
    if len(name) == len(written) == _LEAST_LETTERS:
        return False
    if written.endswith(_ADJECTIVE_ENDINGS) and not name.endswith(written[-2:]):
        return False
    most = 2 if len(name) >= _LONG_LETTERS else 1
    return distance(name, written, most=most) <= most
