"""How the client takes what a real SGLang server says when it cannot write."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import anyio
import pytest
import stamina
from anyio.abc import SocketAttribute

from assistant.errors import (
    ContextTooLong,
    TierError,
    TierOverloaded,
    TierRejected,
    TierTimeout,
    TierUnavailable,
)
from assistant.tiers.base import End, GenerationRequest, TierEvent, Token
from assistant.tiers.sglang import SGLangTier
from assistant.types import Message, Sampling
from support.sglang_replay import (
    RECORDED,
    Answer,
    SGLangReplay,
    sglang_replay,
    stream_of,
    text_event,
)

SECRET = "the heron nests behind the mill"
HANGING_S = 60.0
SHORT_S = 0.05
ENOUGH_FOR_ONE_S = 1.0
"""An attempt that fails takes milliseconds, also on a busy machine."""

FULL = RECORDED["overload 5"]
FULL_IN_STREAM = RECORDED["overload stream 5"]
GOOD = RECORDED["chat stream logprobs"]


def asking(*, timeout_s: float = HANGING_S) -> GenerationRequest:
    """A request whose text must never show up in an error."""
    return GenerationRequest(
        messages=(Message(role="user", content=SECRET),),
        sampling=Sampling(max_tokens=12),
        timeout_s=timeout_s,
    )


async def read(
    tier: SGLangTier,
    request: GenerationRequest | None = None,
    into: list[TierEvent] | None = None,
) -> list[TierEvent]:
    """All events of one generation; `into` keeps those before an error."""
    events = [] if into is None else into
    async with aclosing(tier.stream(request or asking())) as stream:
        async for event in stream:
            events.append(event)
    return events


async def failure_of(tier: SGLangTier) -> TierError:
    """The error of one generation, which names its tier and never quotes the prompt."""
    with pytest.raises(TierError) as raised:
        await read(tier)
    assert raised.value.tier == "draft"
    assert SECRET not in str(raised.value)
    return raised.value


@pytest.fixture(autouse=True)
def no_backoff() -> Iterator[None]:
    """Attempts follow one another at once, as many as the tier would make."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


@pytest.fixture
async def server() -> AsyncIterator[SGLangReplay]:
    """A replaying server."""
    async with sglang_replay() as replay:
        yield replay


@pytest.fixture
async def tier(server: SGLangReplay) -> AsyncIterator[SGLangTier]:
    """A client that tries once."""
    client = SGLangTier(name="draft", model="m", endpoints=(server.url,), retries=0)
    yield client
    await client.aclose()


@pytest.fixture
async def retrying(server: SGLangReplay) -> AsyncIterator[SGLangTier]:
    """A client that tries twice."""
    client = SGLangTier(name="draft", model="m", endpoints=(server.url,), retries=1)
    yield client
    await client.aclose()


async def closed_url() -> str:
    """An endpoint where nobody listens."""
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listeners:
        port = listeners.extra(SocketAttribute.local_port)  # noqa: S610 - not Django's
    return f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("answer", [FULL, FULL_IN_STREAM], ids=["503", "200 then error"])
async def test_a_full_queue_is_overload(
    server: SGLangReplay, tier: SGLangTier, answer: Answer
) -> None:
    """Both ways in which SGLang says that its queue is full."""
    server.script.append(answer)

    error = await failure_of(tier)

    assert isinstance(error, TierOverloaded)
    assert error.retry_after_s is None


async def test_overload_carries_the_wait_the_server_asks_for(
    server: SGLangReplay, tier: SGLangTier
) -> None:
    """A gateway in front of the engine may say when to come back."""
    server.script.append(Answer(status=429, headers={"Retry-After": "7", "Content-Length": "0"}))

    error = await failure_of(tier)

    assert isinstance(error, TierOverloaded)
    assert error.retry_after_s == 7.0


async def test_a_long_wait_is_left_to_the_workflow(
    server: SGLangReplay, retrying: SGLangTier
) -> None:
    """Another tier may be faster than the seconds this one wants."""
    server.script.append(Answer(status=503, headers={"Retry-After": "7", "Content-Length": "0"}))

    error = await failure_of(retrying)

    assert isinstance(error, TierOverloaded)
    assert len(server.bodies) == 1


@pytest.mark.parametrize("case", ["chat empty messages", "chat bad temperature"])
async def test_an_invalid_request_is_rejected(
    server: SGLangReplay, retrying: SGLangTier, case: str
) -> None:
    """It is not tried again, and what the engine quotes of it stays out of the error."""
    server.script.append(RECORDED[case])

    error = await failure_of(retrying)

    assert isinstance(error, TierRejected)
    assert error.status == 400
    assert "hot" not in str(error)
    assert len(server.bodies) == 1


async def test_a_prompt_too_long_tells_both_lengths(server: SGLangReplay, tier: SGLangTier) -> None:
    """The numbers come from the engine's sentence."""
    server.script.append(RECORDED["chat too long stream"])

    error = await failure_of(tier)

    assert isinstance(error, ContextTooLong)
    assert (error.prompt_tokens, error.context_tokens) == (4031, 2048)


@pytest.mark.parametrize("chunks", range(1, len(GOOD.chunks)))
async def test_a_body_cut_off_anywhere_is_unavailable(
    server: SGLangReplay, tier: SGLangTier, chunks: int
) -> None:
    """A text is whole only after [DONE], wherever the server dies."""
    server.script.append(GOOD.cut_after(chunks))

    assert isinstance(await failure_of(tier), TierUnavailable)


@pytest.mark.parametrize("missing", [1, 2, 3], ids=["done", "usage and done", "finish too"])
async def test_a_stream_that_ends_too_early_is_unavailable(
    server: SGLangReplay, tier: SGLangTier, missing: int
) -> None:
    """A well-formed body without its last events is no whole text either."""
    server.script.append(
        Answer(headers=GOOD.headers, chunks=GOOD.chunks[: len(GOOD.chunks) - missing])
    )

    assert isinstance(await failure_of(tier), TierUnavailable)


@pytest.mark.parametrize(
    "answer",
    [
        stream_of(text_event("Dear"), text_event("", finish_reason="abort"), "[DONE]"),
        stream_of(text_event("Dear"), "[DONE]"),
        stream_of(text_event("Dear", index=1), "[DONE]"),
        stream_of("{not json", "[DONE]"),
        stream_of('{"choices": [{"delta": {"content": "\\ud83d"}}]}', "[DONE]"),
        stream_of(json.dumps({"error": {"message": SECRET, "code": "boom"}}), "[DONE]"),
        Answer(headers={"Content-Type": "text/html", "Content-Length": "2"}, chunks=(b"hi",)),
        Answer(status=502, headers={"Content-Length": "2"}, chunks=(b"no",)),
        Answer(status=302, headers={"Location": "http://127.0.0.1/", "Content-Length": "0"}),
        Answer(headers={"Content-Length": "10"}, cut=True),
    ],
    ids=[
        "abort",
        "no finish",
        "unknown sample",
        "bad json",
        "half a character",
        "unknown error",
        "html",
        "bad gateway",
        "redirect",
        "no body",
    ],
)
async def test_anything_but_the_protocol_is_unavailable(
    server: SGLangReplay, tier: SGLangTier, answer: Answer
) -> None:
    """No error of the wire leaks through as another exception."""
    server.script.append(answer)

    assert isinstance(await failure_of(tier), TierUnavailable)


async def test_a_refused_connection_is_unavailable() -> None:
    """Nobody listens: the workflow may go on at once."""
    tier = SGLangTier(name="draft", model="m", endpoints=(await closed_url(),))

    assert isinstance(await failure_of(tier), TierUnavailable)
    assert not (await tier.health()).ok
    await tier.aclose()


@pytest.mark.parametrize(
    "answer",
    [FULL, FULL_IN_STREAM, GOOD.cut_after(1)],
    ids=["503", "200 then error", "cut before the first token"],
)
async def test_failures_before_the_first_token_are_retried(
    server: SGLangReplay, retrying: SGLangTier, answer: Answer
) -> None:
    """The reader sees one whole text and nothing of the first attempt."""
    server.script.append(answer)

    events = await read(retrying)

    assert isinstance(events[-1], End)
    assert "".join(event.text for event in events if isinstance(event, Token)).startswith("Subject")
    assert len(server.bodies) == 2


async def test_nothing_is_retried_after_a_token(server: SGLangReplay, retrying: SGLangTier) -> None:
    """A second attempt would write another text behind the first words."""
    server.script.append(GOOD.cut_after(3))
    events: list[TierEvent] = []

    with pytest.raises(TierUnavailable):
        await read(retrying, into=events)

    assert len(events) == 2
    assert len(server.bodies) == 1


async def test_attempts_rotate_over_the_endpoints(server: SGLangReplay) -> None:
    """One endpoint that is down costs a retry, wherever a request starts."""
    endpoints = (await closed_url(), server.url)
    tier = SGLangTier(name="draft", model="m", endpoints=endpoints, retries=1)

    texts = [await read(tier) for _ in range(4)]

    assert all(isinstance(events[-1], End) for events in texts)
    health = await tier.health()
    assert health.ok
    assert endpoints[0] in health.detail
    await tier.aclose()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(headers=GOOD.headers, held=True),
        Answer(headers=GOOD.headers, chunks=GOOD.chunks[:4], held=True),
    ],
    ids=["before the first token", "in the middle"],
)
async def test_the_deadline_ends_a_silent_stream_and_hangs_up(
    server: SGLangReplay, tier: SGLangTier, answer: Answer
) -> None:
    """The whole generation is bounded, and the engine learns of it."""
    server.script.append(answer)

    with pytest.raises(TierTimeout) as raised:
        await read(tier, asking(timeout_s=SHORT_S))

    assert raised.value.after_s == SHORT_S
    with anyio.fail_after(HANGING_S):
        await server.hung_up.wait()


async def test_the_deadline_bounds_attempts_together(
    server: SGLangReplay, retrying: SGLangTier
) -> None:
    """A second attempt gets what the first one left."""
    server.script += [FULL, Answer(headers=GOOD.headers, held=True)]

    with pytest.raises(TierTimeout):
        await read(retrying, asking(timeout_s=ENOUGH_FOR_ONE_S))

    assert len(server.bodies) == 2


async def test_the_deadline_never_strikes_the_reader(
    server: SGLangReplay, tier: SGLangTier
) -> None:
    """It bounds the tier's work, not the code between two tokens."""
    server.script.append(GOOD)
    async with aclosing(tier.stream(asking())) as stream:
        await anext(stream)

        assert anyio.current_effective_deadline() == math.inf


async def test_closing_the_tier_ends_running_streams(
    server: SGLangReplay, tier: SGLangTier
) -> None:
    """Nothing goes on generating after shutdown."""
    server.script.append(RECORDED["chat stream client hang up"])
    stream = tier.stream(asking())
    await anext(stream)

    await tier.aclose()

    with anyio.fail_after(HANGING_S):
        await server.hung_up.wait()
    await stream.aclose()
