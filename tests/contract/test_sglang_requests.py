"""What the client asks SGLang for, and how it reads what comes in any framing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import pairwise

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.tiers.base import Begun, End, GenerationRequest, TierEvent, Token
from assistant.tiers.sglang import SGLangTier
from assistant.types import Message, Sampling, TokenLogprob, Usage
from support.sglang_replay import (
    RECORDED,
    SGLangReplay,
    body_of,
    counting_on,
    sglang_replay,
    stream_of,
    text_event,
)

ASK = Message(role="user", content="Write.")
RECORDED_STREAM = body_of(counting_on(RECORDED["chat stream logprobs"]))


async def read(tier: SGLangTier, request: GenerationRequest) -> list[TierEvent]:
    """All events of one generation."""
    async with aclosing(tier.stream(request)) as stream:
        return [event async for event in stream]


def request_with(*, sampling: Sampling, continue_text: bool = False) -> GenerationRequest:
    """A request for one text."""
    return GenerationRequest(
        messages=(ASK,), sampling=sampling, timeout_s=60.0, continue_text=continue_text
    )


def text_of(events: list[TierEvent]) -> str:
    """The text as the reader sees it."""
    return "".join(event.text for event in events if isinstance(event, Token))


@pytest.fixture
async def server() -> AsyncIterator[SGLangReplay]:
    """A replaying server."""
    async with sglang_replay() as replay:
        yield replay


@pytest.fixture
async def tier(server: SGLangReplay) -> AsyncIterator[SGLangTier]:
    """A client with a key."""
    client = SGLangTier(name="draft", model="gemma", endpoints=(server.url + "/",), api_key="k")
    yield client
    await client.aclose()


async def test_the_body_holds_what_was_chosen_and_nothing_else(
    server: SGLangReplay, tier: SGLangTier
) -> None:
    """Options that nobody chose are left to the engine; thinking is off."""
    await read(tier, request_with(sampling=Sampling(max_tokens=12)))

    assert server.headers[0]["authorization"] == "Bearer k"
    assert server.bodies[0] == {
        "model": "gemma",
        "messages": [{"role": "user", "content": "Write."}],
        "n": 1,
        "max_tokens": 12,
        "stream": True,
        "stream_options": {"include_usage": True, "continuous_usage_stats": True},
        "logprobs": True,
        "top_logprobs": 2,
        "chat_template_kwargs": {"enable_thinking": False},
    }


async def test_every_option_reaches_the_engine(server: SGLangReplay, tier: SGLangTier) -> None:
    """Zero is a choice, too."""
    sampling = Sampling(temperature=0.0, top_p=0.5, max_tokens=12, stop=("###",), seed=0)

    await read(tier, request_with(sampling=sampling, continue_text=True))

    body = server.bodies[0]
    assert (body["temperature"], body["top_p"], body["seed"]) == (0.0, 0.5, 0)
    assert body["stop"] == ["###"]
    assert body["continue_final_message"] is True


async def test_a_proxy_of_the_environment_is_not_used(
    server: SGLangReplay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A laptop behind a proxy still reaches its own engine, and texts take no detour."""
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    tier = SGLangTier(name="draft", model="m", endpoints=(server.url,))

    events = await read(tier, request_with(sampling=Sampling(max_tokens=12)))

    assert isinstance(events[-1], End)
    await tier.aclose()


async def test_the_recorded_stream_is_read_to_the_letter(tier: SGLangTier) -> None:
    """Text, logprobs of the chosen and the next best token, and the engine's prompt counts."""
    events = await read(tier, request_with(sampling=Sampling(max_tokens=12)))

    begun, *written = events
    assert begun == Begun(usage=Usage(prompt_tokens=35, cached_tokens=34))
    assert written[0] == Token(
        text="Subject", logprobs=(TokenLogprob(-1.6878697872161865, -2.1878697872161865),)
    )
    assert written[6] == Token(
        text="Name", logprobs=(TokenLogprob(-2.325453519821167, -2.325453519821167),)
    )
    assert text_of(events) == "Subject:\n\nDear [Name],\n\nI am"
    usage = Usage(prompt_tokens=35, completion_tokens=12, cached_tokens=34)
    assert events[-1] == End(finish=("length",), usage=usage)


async def test_an_engine_that_tells_nothing_early_is_learned_from(
    server: SGLangReplay, tier: SGLangTier
) -> None:
    """The first prompt has no price until its text is complete, the next one an estimated one."""
    silent = RECORDED["chat stream logprobs"]
    server.script += [silent, silent]
    request = request_with(sampling=Sampling(max_tokens=12))

    first = await read(tier, request)
    second = await read(tier, request)

    assert not any(isinstance(event, Begun) for event in first)
    assert second[0] == Begun(usage=Usage(prompt_tokens=35), estimated=True)
    assert second[1:] == first


@pytest.mark.parametrize(
    "text",
    ["caf\u00e9 \U0001f600\U0001f3fd", "line\u2028separator\u0085and\x0bothers", "\ufffd stays"],
    ids=["emoji", "separators", "replacement character"],
)
async def test_any_character_comes_through(
    server: SGLangReplay, tier: SGLangTier, text: str
) -> None:
    """Characters that look like line ends to Python are part of the text."""
    server.script.append(
        stream_of(text_event(text), text_event("", finish_reason="stop"), "[DONE]")
    )

    events = await read(tier, request_with(sampling=Sampling()))

    assert text_of(events) == text


async def test_thinking_is_counted_but_never_shown(server: SGLangReplay, tier: SGLangTier) -> None:
    """A model that thinks all the same costs what it costs, and the reader sees the answer."""
    thinking = text_event("", delta={"content": None, "reasoning_content": "Hmm"})
    server.script.append(
        stream_of(thinking, text_event("Yes."), text_event("", finish_reason="stop"), "[DONE]")
    )

    events = await read(tier, request_with(sampling=Sampling()))

    assert text_of(events) == "Yes."
    assert isinstance(events[-1], End)
    assert events[-1].usage.completion_tokens == 2


async def test_a_text_that_was_complete_is_continued_by_nothing(
    server: SGLangReplay, tier: SGLangTier
) -> None:
    """SGLang sends the role, the end and its counts; there is no token, and that is no failure."""
    usage = {"prompt_tokens": 44, "completion_tokens": 1}
    server.script.append(
        stream_of(
            text_event("", delta={"role": "assistant", "content": ""}),
            text_event("", delta={}, finish_reason="stop", matched_stop=2),
            json.dumps({"choices": [], "usage": usage}),
            "[DONE]",
        )
    )

    events = await read(tier, request_with(sampling=Sampling(), continue_text=True))

    assert events == [
        Begun(usage=Usage(prompt_tokens=44)),
        End(finish=("stop",), usage=Usage(prompt_tokens=44, completion_tokens=1)),
    ]


@given(st.sets(st.integers(1, len(RECORDED_STREAM) - 1), max_size=40))
async def test_framing_makes_no_difference(cuts: set[int]) -> None:
    """However the network cuts the stream, the same events come out."""
    borders = [0, *sorted(cuts), len(RECORDED_STREAM)]
    pieces = [RECORDED_STREAM[a:b] for a, b in pairwise(borders)]

    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body())

    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    tier = SGLangTier(name="draft", model="m", endpoints=("http://engine",), client=client)

    events = await read(tier, request_with(sampling=Sampling()))

    assert len(events) == 14
    assert text_of(events) == "Subject:\n\nDear [Name],\n\nI am"
    await tier.aclose()


async def test_a_stop_string_in_pieces_is_cut_out(server: SGLangReplay, tier: SGLangTier) -> None:
    """SGLang may have sent the beginning of a stop string before it knew."""
    end = json.loads(text_event("", finish_reason="stop", matched_stop="\n\n"))
    server.script.append(stream_of(text_event("One."), text_event("\n"), json.dumps(end), "[DONE]"))

    events = await read(tier, request_with(sampling=Sampling(stop=("\n\n",))))

    assert text_of(events) == "One."
