"""The conversation of a tier that goes on from a beginning others wrote: what is there, what is missing. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from assistant.confidence.asked import Asked
from assistant.confidence.checks import CHECKS
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.reading import Reading
from assistant.types import CheckResult, DraftRequest, Message
from assistant.workflow.prompt import conversation, noted_conversation, source_words, wanted_words

_STILL_TO_COME: Final = frozenset(
    {
        "items",
        "lost_citations",
        "lost_dates",
        "lost_links",
        "lost_names",
        "lost_numbers",
        "lost_quotes",
        "sections",
    }
)
"""Checks that fail on a beginning because of what is not there yet; their evidence names it."""

_LITTLE: Final = 0.2
"""Share of a text that is not worth another tier's reading of all of it, if only its sound can be mended."""


def takeover_conversation(
    asked: Asked, *, accepted: str, failed: CheckResult | None = None
) -> tuple[Message, ...]:
    """The conversation with the accepted beginning as the start of the answer.

    A task of ours also says what is left to do; a client's own conversation is left as it is. `failed` is
    what the draft after the beginning was stopped for.
    """
    request = asked.request
    note = (
        ""
        if request.messages
        else "\n".join(f"- {line}" for line in _left(asked, accepted, failed))
    )
    return _with_beginning(
        noted_conversation(request, template="takeover", note=note)
        if note
        else conversation(request),
        accepted,
    )


def can_mend(asked: Asked, *, text: str, failed: Collection[str], held: float) -> bool:
    """Whether a tier that may only write the end of a complete draft anew could make it much better.

    Args:
        asked: The request, read.
        text: The draft.
        failed: Names of the checks that it fails, with those that its route requires.
        held: Share of the draft that nobody was sent.
    """
    if held >= _LITTLE or "cut_off" in failed or not _STILL_TO_COME.isdisjoint(failed):
        return True
    demand = asked.demand
    return demand is not None and demand.unit == "words" and source_words(text) < demand.low


def _with_beginning(messages: tuple[Message, ...], accepted: str) -> tuple[Message, ...]:
    *earlier, last = messages
    if last.role == "assistant":
        # The client has begun the answer itself.
        return (*earlier, Message(role="assistant", content=last.content + accepted))
    return (*messages, Message(role="assistant", content=accepted))


def _left(asked: Asked, accepted: str, failed: CheckResult | None) -> Iterator[str]:
    request = asked.request
    words = _words_left(request, accepted)
    if words is not None:
        yield (
            f"Length: about {words} more words." if words else "Come to an end: it is long enough."
        )
    reading = Reading(ScoringInput(request=request, text=accepted), asked)
    for check in (one.run(reading) for one in CHECKS if one.name in _STILL_TO_COME):
        if check is not None and not check.passed:
            yield f"Not in it yet ({check.name.removeprefix('lost_')}): {_told(check)}"
    missing = [
        wording
        for term, wording in request.style.glossary
        if term.casefold() in request.text.casefold()
        and wording.casefold() not in accepted.casefold()
    ]
    if missing:
        yield "Terms not used yet: " + ", ".join(missing)
    if failed is not None and failed.name not in _STILL_TO_COME:
        yield f"Avoid what another continuation did wrong: {failed.name} ({failed.evidence})"


def _told(check: CheckResult) -> str:
    return check.evidence.removeprefix("lost: ")


def _words_left(request: DraftRequest, accepted: str) -> int | None:
    wanted = None if request.length is None else wanted_words(request.length, request.text)
    return None if wanted is None else max(0, wanted - source_words(accepted))
