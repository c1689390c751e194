"""Reading a given text with SGLang: one log-probability for each of its tokens."""

from __future__ import annotations

import json
import statistics
from collections.abc import AsyncIterator
from dataclasses import replace

import anyio
import pytest

from assistant.errors import (
    ContextTooLong,
    TierError,
    TierOverloaded,
    TierRejected,
    TierTimeout,
    TierUnavailable,
)
from assistant.tiers.base import ScoreTextRequest, TextScore
from assistant.tiers.llamacpp import LlamaCppTier
from assistant.tiers.sglang import SGLangTier
from assistant.tiers.text_score import IMPOSSIBLE_LOGPROB, Generated
from assistant.types import Message, Usage
from support.sglang_replay import (
    ASKED,
    RECORDED,
    Answer,
    SGLangReplay,
    body_of,
    json_of,
    sglang_replay,
)
from support.sglang_scores import encoded, generated, logprob_of, tokens_of

SECRET = "the heron nests behind the mill"
TEXT = "A plain answer."
HANGING_S = 60.0
ASK = (Message(role="system", content="You write."), Message(role="user", content=SECRET))
TOKENS = json_of({"tokens": [1, 2, 3], "count": 3, "max_model_len": 2048})
LONGER = json_of({"tokens": [1, 2, 3, 4, 5], "count": 5, "max_model_len": 2048})

UNSPEAKABLE = replace(json_of({"detail": "Integer exceeds 64-bit range"}, status=500), held=True)
"""How uvicorn ends a call whose answer cannot be written: a whole 500, and a moment later it hangs up. A
call that comes meanwhile on the same connection is lost."""


def reading(
    text: str = TEXT, *, messages: tuple[Message, ...] = ASK, timeout_s: float = HANGING_S
) -> ScoreTextRequest:
    """A text to be read."""
    return ScoreTextRequest(messages=messages, text=text, timeout_s=timeout_s)


@pytest.fixture
async def server() -> AsyncIterator[SGLangReplay]:
    """A server that makes up tokens and scores."""
    async with sglang_replay() as replay:
        yield replay


@pytest.fixture
async def tier(server: SGLangReplay) -> AsyncIterator[SGLangTier]:
    """A client that tries once."""
    client = SGLangTier(name="large", model="gemma", endpoints=(server.url,), retries=0)
    yield client
    await client.aclose()


async def failure_of(tier: SGLangTier) -> TierError:
    """The error of one score, which quotes neither the conversation nor the text."""
    with pytest.raises(TierError) as raised:
        await tier.score_text(reading())
    assert SECRET not in str(raised.value)
    assert TEXT not in str(raised.value)
    return raised.value


async def test_every_token_of_the_text_has_its_value(
    server: SGLangReplay, tier: SGLangTier
) -> None:
    """And none of the conversation has one."""
    score = await tier.score_text(reading())

    assert score.logprobs == tuple(map(logprob_of, encoded(TEXT)))
    prompt = [{"role": message.role, "content": message.content} for message in ASK]
    before = len(tokens_of(prompt, continued=False))
    assert score.usage == Usage(prompt_tokens=before + len(encoded(TEXT)), cached_tokens=before - 1)
    assert server.paths == ["/v1/tokenize", "/v1/tokenize", "/generate"]


async def test_the_server_is_asked_as_for_a_chat(server: SGLangReplay, tier: SGLangTier) -> None:
    """Thinking is off, the text is a begun answer, and only what is behind the prefix is read anew."""
    await tier.score_text(reading())

    whole, before, prefill = server.bodies
    assert before["chat_template_kwargs"] == {"enable_thinking": False}
    assert "continue_final_message" not in before
    assert whole["continue_final_message"] is True
    assert whole["messages"][-1] == {"role": "assistant", "content": TEXT}
    assert prefill["return_logprob"] is True
    assert prefill["logprob_start_len"] == len(prefill["input_ids"]) - len(encoded(TEXT)) - 1


async def test_a_text_that_continues_another_is_read_behind_it(tier: SGLangTier) -> None:
    """A token that takes in the end of the begun answer counts as one of the text."""
    begun = Message(role="assistant", content="Dear")
    half = Message(role="assistant", content="Dea")

    even = await tier.score_text(reading(" Anna", messages=(*ASK, begun)))
    odd = await tier.score_text(reading("r Anna", messages=(*ASK, half)))

    assert even.logprobs == tuple(map(logprob_of, encoded(" Anna")))
    assert odd.logprobs == tuple(map(logprob_of, encoded("ar Anna")))


async def test_a_text_without_tokens_costs_nothing(server: SGLangReplay, tier: SGLangTier) -> None:
    """There is nothing to read."""
    score = await tier.score_text(reading(""))

    assert score == TextScore(logprobs=(), usage=Usage())
    assert "/generate" not in server.paths


async def test_an_impossible_token_leaves_a_mean(server: SGLangReplay, tier: SGLangTier) -> None:
    """Minus infinity comes over the wire as null."""
    reply = generated([1, 2, 3, 4, 5], 2)
    reply["meta_info"]["input_token_logprobs"][1][0] = None
    server.script += [LONGER, TOKENS, json_of(reply)]

    score = await tier.score_text(reading())

    assert score.logprobs == (IMPOSSIBLE_LOGPROB, logprob_of(5))


def test_the_recorded_prefill_has_the_shape_that_is_read() -> None:
    """The made-up servers of these tests speak as the real one did."""
    body = body_of(RECORDED["generate logprob prefill score"])

    told = Generated.model_validate_json(body).meta_info

    assert told.prompt_tokens == 10
    assert [entry[0] is None for entry in told.input_token_logprobs] == [True, False, False, False]
    assert set(json.loads(body)) >= set(generated([1, 2], 0))


REAL_ASK = tuple(Message(**message) for message in ASKED["tokenize conversation"]["messages"])
REAL_TEXT: str = ASKED["tokenize continued"]["messages"][-1]["content"]


@pytest.fixture
async def real_tier(server: SGLangReplay) -> AsyncIterator[SGLangTier]:
    """A client of the model that was recorded."""
    model = ASKED["tokenize conversation"]["model"]
    client = SGLangTier(name="large", model=model, endpoints=(server.url,), retries=0)
    yield client
    await client.aclose()


@pytest.mark.parametrize("read", ["read text, 0 new tokens", "read text, 1 new tokens"])
async def test_a_text_is_scored_as_by_the_real_server(
    server: SGLangReplay, real_tier: SGLangTier, read: str
) -> None:
    """Two sentences about a library, read by SmolLM2 on an H100: 57 tokens, 25 of them the question."""
    server.script += [RECORDED["tokenize continued"], RECORDED["tokenize conversation"]]
    server.script += [RECORDED[read]]

    score = await real_tier.score_text(reading(REAL_TEXT, messages=REAL_ASK))

    assert len(score.logprobs) == 57 - 25
    assert statistics.fmean(score.logprobs) == pytest.approx(-2.388, abs=0.001)
    assert all(-9 < logprob < 0 for logprob in score.logprobs)
    assert score.usage == Usage(prompt_tokens=57, cached_tokens=24)
    recorded = ["tokenize continued", "tokenize conversation", "read text, 1 new tokens"]
    assert server.bodies == [ASKED[case] for case in recorded]


async def test_a_text_has_the_same_values_when_it_is_read_again(
    server: SGLangReplay, real_tier: SGLangTier
) -> None:
    """What the engine had cached of the conversation was what lies before the first token told."""
    prepared = [RECORDED["tokenize continued"], RECORDED["tokenize conversation"]]
    server.script += [*prepared, RECORDED["read text, 1 new tokens"]]
    server.script += [*prepared, RECORDED["read text again"]]

    first = await real_tier.score_text(reading(REAL_TEXT, messages=REAL_ASK))
    again = await real_tier.score_text(reading(REAL_TEXT, messages=REAL_ASK))

    assert first == again
    assert again.usage.cached_tokens == ASKED["read text again"]["logprob_start_len"]


async def test_the_real_server_tells_the_same_tokens_in_a_chat(
    server: SGLangReplay, real_tier: SGLangTier
) -> None:
    """Its chat of one token stands in for a `/v1/tokenize` that fails, at the cost of a prefill."""
    asked = json.loads(body_of(RECORDED["tokenize conversation"]))["tokens"]
    server.script += [UNSPEAKABLE, RECORDED["chat prompt token ids"]]
    server.script += [UNSPEAKABLE, chat_of(asked, cached=24), RECORDED["read text, 1 new tokens"]]

    score = await real_tier.score_text(reading(REAL_TEXT, messages=REAL_ASK))

    assert len(score.logprobs) == 57 - 25
    assert score.usage == Usage(
        prompt_tokens=57 + 25 + 57, completion_tokens=2, cached_tokens=6 + 24 + 24
    )
    assert server.bodies[1] == ASKED["chat prompt token ids"]
    assert server.bodies[4] == ASKED["read text, 1 new tokens"]


def chat_of(tokens: list[int], *, cached: int) -> Answer:
    """The recorded chat of one token with other tokens of its prompt."""
    chat = json.loads(body_of(RECORDED["chat prompt token ids"]))
    chat["choices"][0]["prompt_token_ids"] = tokens
    chat["usage"]["prompt_tokens"] = len(tokens)
    chat["usage"]["total_tokens"] = len(tokens) + 1
    chat["usage"]["prompt_tokens_details"]["cached_tokens"] = cached
    return json_of(chat)


async def test_where_tokenize_fails_a_chat_tells_the_tokens(
    server: SGLangReplay, tier: SGLangTier
) -> None:
    """SGLang 0.5.17 cannot write down that a tokenizer such as Gemma's knows no longest text."""
    prefill = json_of(generated([1, 2, 3, 4, 5], 2))
    chats = [chat_of([1, 2, 3, 4, 5], cached=1), chat_of([1, 2, 3], cached=2)]
    server.script += [UNSPEAKABLE, chats[0], UNSPEAKABLE, chats[1], prefill, *chats, prefill]

    first = await tier.score_text(reading())
    await tier.score_text(reading())

    assert first.logprobs == (logprob_of(4), logprob_of(5))
    spent = Usage(prompt_tokens=5 + 3 + 5, completion_tokens=2, cached_tokens=1 + 2 + 2)
    assert first.usage == spent
    tokenize, chat, generate = "/v1/tokenize", "/v1/chat/completions", "/generate"
    assert server.paths[:5] == [tokenize, chat, tokenize, chat, generate]
    assert server.paths[5:] == [chat, chat, generate]
    assert server.bodies[1]["return_prompt_token_ids"] is True
    assert server.bodies[1]["max_tokens"] == 1
    assert "stream" not in server.bodies[1]


async def test_one_failure_of_tokenize_is_chance(server: SGLangReplay, tier: SGLangTier) -> None:
    """Chats cost the card a prefill: the next text is turned into tokens for nothing again."""
    prefill = json_of(generated([1, 2, 3, 4, 5], 2))
    server.script += [UNSPEAKABLE, chat_of([1, 2, 3, 4, 5], cached=1), TOKENS, prefill]
    server.script += [LONGER, TOKENS, prefill]

    await tier.score_text(reading())
    await tier.score_text(reading())

    assert server.paths[-3:] == ["/v1/tokenize", "/v1/tokenize", "/generate"]


async def test_a_server_that_stops_telling_tokens_fails_one_call_at_most(
    server: SGLangReplay,
) -> None:
    """Its connections were kept for a next call before, as those of a server that works are."""
    tier = SGLangTier(name="large", model="gemma", endpoints=(server.url,), retries=1)
    prefill = json_of(generated([1, 2, 3, 4, 5], 2))
    chats = [chat_of([1, 2, 3, 4, 5], cached=1), chat_of([1, 2, 3], cached=2)]
    server.script += [LONGER, TOKENS, prefill]
    server.script += [UNSPEAKABLE, UNSPEAKABLE, chats[0], UNSPEAKABLE, chats[1], prefill]

    before = await tier.score_text(reading())
    after = await tier.score_text(reading())

    assert before.logprobs == after.logprobs
    assert [headers["connection"] for headers in server.headers[:2]] == ["close", "keep-alive"]
    await tier.aclose()


async def test_a_server_that_is_down_after_all_is_unavailable(
    server: SGLangReplay, tier: SGLangTier
) -> None:
    """A chat that breaks off, too, is no matter of a tokenizer."""
    server.script += [UNSPEAKABLE, Answer(headers={"Content-Length": "10"}, cut=True)]

    assert isinstance(await failure_of(tier), TierUnavailable)


@pytest.mark.parametrize("status", [400, 404, 422, 500])
async def test_a_server_without_tokenizer_says_what_to_do(
    server: SGLangReplay, tier: SGLangTier, status: int
) -> None:
    """It is no outage, so nothing is retried, and the way out is named."""
    refused = json_of({"object": "error", "message": SECRET}, status=status)
    server.script += [refused, json_of({"object": "error", "message": SECRET}, status=400)]

    error = await failure_of(tier)

    assert isinstance(error, TierRejected)
    assert error.status == 400
    assert "--skip-tokenizer-init" in str(error)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([RECORDED["overload 5"]], TierOverloaded),
        ([LONGER, TOKENS, RECORDED["overload 5"]], TierOverloaded),
        ([LONGER, TOKENS, json_of({"error": {"message": SECRET}}, status=400)], TierRejected),
        ([LONGER, TOKENS, json_of({"detail": SECRET}, status=500)], TierUnavailable),
        ([LONGER, TOKENS, RECORDED["chat too long stream"]], ContextTooLong),
        ([json_of({"tokens": SECRET})], TierUnavailable),
        ([LONGER, TOKENS, json_of({"text": SECRET})], TierUnavailable),
        ([LONGER, TOKENS, json_of(generated([1, 2, 3, 4], 2))], TierUnavailable),
        ([Answer(headers={"Content-Length": "10"}, cut=True)], TierUnavailable),
    ],
    ids=[
        "full",
        "full later",
        "refused",
        "broken",
        "too long",
        "no tokens",
        "no values",
        "too few values",
        "cut off",
    ],
)
async def test_errors_are_those_of_a_stream(
    server: SGLangReplay, tier: SGLangTier, answers: list[Answer], expected: type[TierError]
) -> None:
    """The workflow need not know which call it was."""
    server.script += answers

    assert isinstance(await failure_of(tier), expected)


async def test_the_deadline_bounds_all_calls_together(
    server: SGLangReplay, tier: SGLangTier
) -> None:
    """And the server learns that nobody waits."""
    server.script += [LONGER, TOKENS, Answer(headers={"Content-Length": "10"}, held=True)]

    with pytest.raises(TierTimeout) as raised:
        await tier.score_text(reading(timeout_s=1.0))

    assert raised.value.after_s == 1.0
    with anyio.fail_after(HANGING_S):
        await server.hung_up.wait()


async def test_an_engine_that_cannot_says_so(server: SGLangReplay) -> None:
    """Its capabilities tell beforehand, and asking all the same is refused without a call."""
    tier = LlamaCppTier(name="draft", model="m", endpoints=(server.url,))

    assert not tier.capabilities.score_text
    with pytest.raises(TierRejected, match="engine: sglang"):
        await tier.score_text(reading())
    assert tier.load() is None
    assert server.paths == []
    await tier.aclose()
