"""What every tier promises, whatever engine is behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

import anyio
import httpx2
import pytest

from assistant.embedded.spec import EngineAddress
from assistant.errors import ContextTooLong
from assistant.tiers.base import Begun, End, GenerationRequest, Tier, TierEvent, Token
from assistant.tiers.fake import FakeTier, Script
from assistant.tiers.llamacpp import LlamaCppTier
from assistant.tiers.sglang import SGLangTier
from assistant.types import Message, Sampling
from support.embedded_host import CONTEXT_TOKENS
from support.sglang_replay import sglang_replay

HANGING_S = 60.0
"""A guard against hanging, not an expectation."""

ASK = Message(
    role="user", content="Write a two sentence email moving our meeting to Thursday at 3pm."
)

PREFIX = "Dear Anna,\n\nI would like to"
_LETTER = PREFIX + " move our meeting to Thursday at three in the afternoon, if that suits you."


@dataclass(frozen=True)
class Contract:
    """A tier, and `until_free`, which returns when its engine generates nothing any more."""

    tier: Tier
    until_free: Callable[[], Awaitable[None]]


@asynccontextmanager
async def _sglang() -> AsyncIterator[Contract]:
    async with sglang_replay() as server:
        tier = SGLangTier(name="draft", model="smollm2-135m", endpoints=(server.url,))
        yield Contract(tier, server.hung_up.wait)
        await tier.aclose()


@asynccontextmanager
async def _llamacpp(engine: EngineAddress) -> AsyncIterator[Contract]:
    tier = LlamaCppTier(
        name="draft", model="smollm2", endpoints=(engine.url,), api_key=engine.api_key
    )
    headers = {"authorization": f"Bearer {engine.api_key}"}
    async with httpx2.AsyncClient(base_url=engine.url, headers=headers) as client:

        async def until_free() -> None:
            while any(slot["is_processing"] for slot in (await client.get("/slots")).json()):
                pass

        yield Contract(tier, until_free)
    await tier.aclose()


@asynccontextmanager
async def _fake() -> AsyncIterator[Contract]:
    tier = FakeTier(Script(texts=(_LETTER,)), context_tokens=CONTEXT_TOKENS)

    async def until_free() -> None:
        assert tier.aborted == 1

    yield Contract(tier, until_free)


@pytest.fixture(params=["sglang", "llamacpp", "fake"])
async def contract(request: pytest.FixtureRequest) -> AsyncIterator[Contract]:
    """Each tier in turn; the llama.cpp one with the real engine and the built-in model."""
    kind: str = request.param
    if kind == "llamacpp":
        context = _llamacpp(request.getfixturevalue("embedded_engine"))
    else:
        context = _sglang() if kind == "sglang" else _fake()
    async with context as ready:
        yield ready


def request_for(
    *messages: Message, max_tokens: int, samples: int = 1, continue_text: bool = False
) -> GenerationRequest:
    """A deterministic request; the recorded server answers 12 and 8 tokens only."""
    return GenerationRequest(
        messages=messages,
        sampling=Sampling(temperature=0.0, max_tokens=max_tokens),
        samples=samples,
        timeout_s=HANGING_S,
        continue_text=continue_text,
    )


async def read(tier: Tier, request: GenerationRequest) -> tuple[list[Token], End]:
    """All tokens and the End, which must be the last and only one."""
    events: list[TierEvent] = []
    async with aclosing(tier.stream(request)) as stream:
        events += [event async for event in stream]
    *tokens, end = events
    assert isinstance(end, End)
    return [token for token in tokens if isinstance(token, Token)], end


async def test_text_streams_in_pieces_and_one_end_is_last(contract: Contract) -> None:
    """What the prompt took, then the pieces, which make a text, and at last the End, which says why."""
    events = [event async for event in contract.tier.stream(request_for(ASK, max_tokens=12))]

    assert [type(event) for event in events] == [Begun] + [Token] * (len(events) - 2) + [End]
    assert len(events) > 3
    text = "".join(event.text for event in events if isinstance(event, Token))
    assert text.strip()


async def test_running_out_of_tokens_is_length(contract: Contract) -> None:
    """`max_tokens` bounds the text, and the End says so."""
    _, end = await read(contract.tier, request_for(ASK, max_tokens=12))

    assert end.finish == ("length",)


async def test_usage_is_what_was_streamed(contract: Contract) -> None:
    """Completion tokens are those that came, and the prompt was not free."""
    tokens, end = await read(contract.tier, request_for(ASK, max_tokens=12))

    assert end.usage.completion_tokens == 12
    assert sum(len(token.logprobs) for token in tokens) == 12
    assert end.usage.prompt_tokens > 0


async def test_the_prompt_is_counted_before_the_text_is_complete(contract: Contract) -> None:
    """So a generation that is closed early has a price: the same as that of a complete one."""
    request = request_for(ASK, max_tokens=12)

    async with aclosing(contract.tier.stream(request)) as stream:
        begun = await anext(stream)
    _, end = await read(contract.tier, request)

    assert isinstance(begun, Begun)
    assert not begun.estimated
    assert begun.usage.prompt_tokens == end.usage.prompt_tokens
    assert begun.usage.completion_tokens == 0


async def test_logprobs_are_never_positive(contract: Contract) -> None:
    """Each token has its log-probability and that of the best other candidate."""
    tokens, _ = await read(contract.tier, request_for(ASK, max_tokens=12))

    told = [logprob for token in tokens for logprob in token.logprobs]
    assert all(logprob.logprob <= 0 for logprob in told)
    assert all(logprob.runner_up is not None and logprob.runner_up <= 0 for logprob in told)


async def test_every_sample_has_its_text_and_its_end(contract: Contract) -> None:
    """Two samples come interleaved, told apart by their index, and are counted together."""
    tokens, end = await read(contract.tier, request_for(ASK, max_tokens=8, samples=2))

    texts = ["".join(token.text for token in tokens if token.index == index) for index in (0, 1)]
    assert all(text.strip() for text in texts)
    assert end.finish == ("length", "length")
    assert end.usage.completion_tokens == 16


async def test_continuing_returns_only_the_continuation(contract: Contract) -> None:
    """The given beginning is not repeated."""
    begun = Message(role="assistant", content=PREFIX)
    request = request_for(ASK, begun, max_tokens=8, continue_text=True)

    tokens, end = await read(contract.tier, request)

    text = "".join(token.text for token in tokens)
    assert text.startswith(" ")
    assert "Dear Anna" not in text
    assert end.usage.completion_tokens == 8


async def test_closing_early_frees_the_engine(contract: Contract) -> None:
    """Whoever stops reading stops the generation."""
    async with aclosing(contract.tier.stream(request_for(ASK, max_tokens=1500))) as stream:
        await anext(stream)

    with anyio.fail_after(HANGING_S):
        await contract.until_free()


async def test_cancelling_the_reader_frees_the_engine(contract: Contract) -> None:
    """Cancellation reaches the engine as closing does."""
    with anyio.CancelScope() as scope:
        async with aclosing(contract.tier.stream(request_for(ASK, max_tokens=1500))) as stream:
            await anext(stream)
            scope.cancel()
            await anext(stream)

    with anyio.fail_after(HANGING_S):
        await contract.until_free()


async def test_a_prompt_beyond_the_context_says_so(contract: Contract) -> None:
    """The error names both lengths."""
    long = Message(role="user", content="word " * 4000)

    with pytest.raises(ContextTooLong) as raised:
        await read(contract.tier, request_for(long, max_tokens=12))

    assert raised.value.context_tokens == CONTEXT_TOKENS
    assert (raised.value.prompt_tokens or 0) >= 4000


async def test_a_running_tier_is_healthy(contract: Contract) -> None:
    """Health needs no generation."""
    health = await contract.tier.health()

    assert health.ok
