"""The scripted tier does what its script says."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import anyio
import pytest

from assistant.errors import ContextTooLong, TierTimeout, TierUnavailable
from assistant.tiers.base import (
    Begun,
    End,
    GenerationRequest,
    ScoreTextRequest,
    TextScore,
    Tier,
    TierEvent,
    Token,
)
from assistant.tiers.fake import FakeTier, Script
from assistant.types import Message, Sampling, TokenLogprob, Usage


def asking(
    content: str = "Write.",
    *,
    samples: int = 1,
    sampling: Sampling | None = None,
    timeout_s: float = 60.0,
) -> GenerationRequest:
    """A request."""
    return GenerationRequest(
        messages=(Message(role="user", content=content),),
        sampling=sampling or Sampling(),
        samples=samples,
        timeout_s=timeout_s,
    )


async def read(tier: Tier, request: GenerationRequest | None = None) -> list[TierEvent]:
    """All events of one call."""
    async with aclosing(tier.stream(request or asking())) as stream:
        return [event async for event in stream]


def texts_of(events: list[TierEvent], samples: int = 1) -> list[str]:
    """The text of each sample."""
    tokens = [event for event in events if isinstance(event, Token)]
    return ["".join(t.text for t in tokens if t.index == index) for index in range(samples)]


async def test_scripts_follow_one_another_and_the_last_stays() -> None:
    """Each call takes the next script."""
    tier = FakeTier(Script(texts=("One.",)), Script(texts=("Two words.",)))

    written = [texts_of(await read(tier)) for _ in range(3)]

    assert written == [["One."], ["Two words."], ["Two words."]]
    assert len(tier.requests) == 3
    assert tier.aborted == 0


async def test_samples_come_interleaved() -> None:
    """As from a real engine, with the scripted texts in turn."""
    tier = FakeTier(Script(texts=("a b", "c")))

    events = await read(tier, asking(samples=3))

    assert texts_of(events, 3) == ["a b", "c", "a b"]
    assert [event.index for event in events if isinstance(event, Token)] == [0, 1, 2, 0, 2]
    assert isinstance(events[-1], End)
    assert events[-1].usage.completion_tokens == 5


async def test_tokens_may_be_given_as_they_are() -> None:
    """For tests that need exact logprobs."""
    tokens = (Token(text="a", logprobs=(TokenLogprob(-5.0),)), Token(text="b"))

    events = await read(FakeTier(Script(texts=(tokens,), finish="length")))

    assert events[0] == Begun(usage=Usage(prompt_tokens=1))
    assert events[1:3] == list(tokens)
    assert isinstance(events[3], End)
    assert events[3].finish == ("length",)


async def test_stop_and_max_tokens_are_obeyed() -> None:
    """The text ends before a stop string, or when the tokens are used up."""
    tier = FakeTier(Script(texts=("One two. Three four.",)))

    stopped = await read(tier, asking(sampling=Sampling(stop=(" Three",))))
    cut = await read(tier, asking(sampling=Sampling(max_tokens=3)))

    assert texts_of(stopped) == ["One two."]
    assert texts_of(cut) == ["One two. Three"]
    assert isinstance(cut[-1], End)
    assert cut[-1].finish == ("length",)


async def test_a_script_may_write_by_what_it_is_given() -> None:
    """Such as on from the beginning of a text, within the tokens allowed."""
    tier = FakeTier(Script(write=lambda asked: asked.messages[-1].content + " and so on and on."))
    begun = Message(role="assistant", content="One")
    request = replace(
        asking(sampling=Sampling(max_tokens=3)), messages=(begun,), continue_text=True
    )

    continued = await read(tier, request)

    assert texts_of(continued) == [" and so on"]
    assert isinstance(continued[-1], End)
    assert continued[-1].finish == ("length",)


@pytest.mark.parametrize("after", [0, 2])
async def test_an_error_comes_after_so_many_tokens(after: int) -> None:
    """A failed call was not aborted by its reader."""
    error = TierUnavailable(tier="fake", detail="gone")
    tier = FakeTier(Script(error=error, error_after=after))
    stream = tier.stream(asking())
    # The first token comes with what the prompt took.
    events = [await anext(stream) for _ in range(after and after + 1)]

    with pytest.raises(TierUnavailable):
        await anext(stream)

    assert sum(isinstance(event, Token) for event in events) == after
    assert tier.aborted == 0


async def test_a_gate_holds_a_token_back_until_the_deadline() -> None:
    """A gate that never opens is how a test reaches a deadline."""
    tier = FakeTier(Script(gates={1: anyio.Event()}))

    with pytest.raises(TierTimeout):
        await read(tier, asking(timeout_s=0.01))

    assert tier.aborted == 0


async def test_closing_early_is_noted() -> None:
    """Tests see that a draft was given up."""
    tier = FakeTier()

    async with aclosing(tier.stream(asking())) as stream:
        await anext(stream)

    assert tier.aborted == 1


async def test_a_prompt_may_be_too_long() -> None:
    """Lengths are in words."""
    with pytest.raises(ContextTooLong) as raised:
        await read(FakeTier(context_tokens=2), asking("one two three"))

    assert raised.value.prompt_tokens == 3


async def test_health_is_as_the_test_says() -> None:
    """A tier can be down before anybody calls it."""
    tier = FakeTier()
    tier.healthy = False

    assert not (await tier.health()).ok


async def test_texts_are_scored_as_scripted() -> None:
    """One score a call, the last one again, and errors are raised."""
    score = TextScore(logprobs=(-1.0,), usage=Usage(prompt_tokens=3))
    down = TierUnavailable(tier="fake", detail="scripted")
    tier = FakeTier(text_scores=(down, score))
    request = ScoreTextRequest(messages=(), text="One.", timeout_s=1.0)

    with pytest.raises(TierUnavailable):
        await tier.score_text(request)

    assert tier.capabilities.score_text
    assert [await tier.score_text(request), await tier.score_text(request)] == [score, score]
    assert tier.score_requests == [request] * 3
