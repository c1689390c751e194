"""Reads a scripted cascade as a streaming client does."""

from __future__ import annotations

from contextlib import aclosing

from assistant.errors import TierUnavailable
from assistant.service import Assistant
from assistant.tiers.fake import FakeTier, Script
from assistant.types import (
    Answer,
    Delta,
    DraftCompleted,
    DraftRequest,
    Event,
    Rung,
)

FIRST = "The ferry leaves the old harbour at seven every morning of the week."
SECOND = "Nobody on the windy pier knows when it will be back from the island."
THIRD = "The gulls sit on the roof of the shed and wait for the fish to come."
ENDING = "Then the ramp goes up and the whole morning is quiet once more today."
DRAFT = " ".join([FIRST, SECOND, THIRD])
REQUEST = DraftRequest(instruction="Write about the ferry.")

POLICY = """
apiVersion: inkladder/v1
name: two
tiers:
  draft: {engine: sglang, model: small, endpoints: ["http://draft:1"]}
  large: {engine: sglang, model: big, endpoints: ["http://large:1"]}
routes:
  - {name: typing, match: {labels: typing}, ladder: [draft], stream: {tokens: 10}}
  - {name: held, match: {labels: held}, ladder: [draft, large], stream: {gate: whole}}
  - {name: patient, match: {labels: patient}, ladder: [draft, large], stream: {tokens: 10}, patience_ms: 500}
  - {name: again, match: {labels: again}, ladder: [draft, large], stream: {tokens: 10}, resample: {when: always}}
  - {name: repair, match: {labels: repair}, ladder: [draft, large], stream: {tokens: 10}, escalate: repair}
  - {name: default, ladder: [draft, large], stream: {tokens: 10}, accept: {min_score: 0.6, required_checks: [loop]}}
"""


def two(draft: FakeTier | str, large: FakeTier | str) -> list[FakeTier]:
    """Tiers `draft` and `large`; a text stands for a tier that writes it."""
    return [
        tier if isinstance(tier, FakeTier) else FakeTier(Script(texts=(tier,)), name=name)
        for name, tier in (("draft", draft), ("large", large))
    ]


def down(name: str, *, after: int = 0, text: str = DRAFT) -> FakeTier:
    """A tier that breaks after so many words."""
    error = TierUnavailable(tier=name, detail="gone")
    return FakeTier(Script(texts=(text,), error=error, error_after=after), name=name)


async def read(assistant: Assistant, request: DraftRequest = REQUEST) -> tuple[list[Event], Answer]:
    """All events of a reader, whose deltas are the answer's text."""
    async with aclosing(assistant.stream(request, live=True)) as events:
        seen = [event async for event in events]
    completed = seen[-1]
    assert isinstance(completed, DraftCompleted)
    assert told(seen) == completed.answer.text
    return seen, completed.answer


def told(events: list[Event]) -> str:
    """What the deltas say."""
    return "".join(event.text for event in events if isinstance(event, Delta))


def path(answer: Answer) -> list[tuple[str, str, str]]:
    """Tier, how it began, and why it ended, of each step."""
    return [(rung.tier, rung.how, rung.reason) for rung in answer.provenance.path]


def step(answer: Answer, at: int) -> Rung:
    """One step of the path."""
    return answer.provenance.path[at]
