"""How the real llama.cpp goes on from a given beginning, which takeovers build on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from assistant.embedded.spec import EngineAddress
from assistant.tiers.base import End, GenerationRequest, TierEvent, Token
from assistant.tiers.llamacpp import LlamaCppTier
from assistant.types import Message, Sampling

HANGING_S = 60.0
"""A guard against hanging, not an expectation."""

ASK = Message(
    role="user", content="Write a two sentence email moving our meeting to Thursday at 3pm."
)
BEGUN = "Dear Anna,\n\nI would like to"
COMPLETE = (
    "I hope this email finds you well. I am writing to inform you that our meeting has been moved to"
    " Thursday at 3pm. Thank you for your understanding.\n\nBest regards,\n\n[Your Name]"
)
"""Two sentences and a signature: the model has nothing to add."""


@pytest.fixture
async def tier(embedded_engine: EngineAddress) -> AsyncIterator[LlamaCppTier]:
    """The built-in model."""
    client = LlamaCppTier(
        name="draft",
        model="smollm2",
        endpoints=(embedded_engine.url,),
        api_key=embedded_engine.api_key,
    )
    yield client
    await client.aclose()


async def continued(
    tier: LlamaCppTier, text: str, *, max_tokens: int, stop: tuple[str, ...] = ()
) -> list[TierEvent]:
    """All events of going on from `text`, the likeliest tokens only."""
    request = GenerationRequest(
        messages=(ASK, Message(role="assistant", content=text)),
        sampling=Sampling(temperature=0.0, max_tokens=max_tokens, stop=stop),
        timeout_s=HANGING_S,
        continue_text=True,
    )
    return [event async for event in tier.stream(request)]


def text_of(events: list[TierEvent]) -> str:
    """What was added."""
    return "".join(event.text for event in events if isinstance(event, Token))


async def test_a_complete_text_is_continued_by_nothing(tier: LlamaCppTier) -> None:
    """There is an End and no token, which is no failure."""
    events = await continued(tier, COMPLETE, max_tokens=20)

    assert not any(isinstance(event, Token) for event in events)
    assert isinstance(events[-1], End)
    assert events[-1].finish == ("stop",)


@pytest.mark.parametrize("begun", [BEGUN, BEGUN + " move our meeting to Thursday."])
async def test_a_blank_is_supplied_where_the_text_ends_without_one(
    tier: LlamaCppTier, begun: str
) -> None:
    """In the middle of a sentence and after it; and nothing of the text is said again."""
    text = text_of(await continued(tier, begun, max_tokens=8))

    assert text.startswith(" ")
    assert not text.startswith("  ")
    assert "Dear Anna" not in text


async def test_a_stop_string_ends_a_continuation(tier: LlamaCppTier) -> None:
    """It is left out; in the given text it does not count."""
    free = text_of(await continued(tier, BEGUN, max_tokens=8))
    stop = free.split()[-1]

    events = await continued(tier, BEGUN, max_tokens=8, stop=(stop, "Anna"))

    assert text_of(events) == free[: free.index(stop)]
    assert isinstance(events[-1], End)
    assert events[-1].finish == ("stop",)


async def test_a_limit_counts_what_is_added(tier: LlamaCppTier) -> None:
    """However long the given text is."""
    events = await continued(tier, COMPLETE.partition("\n")[0], max_tokens=5)

    assert isinstance(events[-1], End)
    assert events[-1].finish == ("length",)
    assert events[-1].usage.completion_tokens == 5
