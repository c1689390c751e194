"""Our server against the engine behind it: the same work, both ways in turns."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.benchmark.chat import ChatTiming, ChatWay
from assistant.benchmark.gateway import GatewayPlan, compare_ways
from assistant.benchmark.gateway_report import GatewayReport, Rounds, compare
from assistant.benchmark.tables import gateway_doubts
from assistant.benchmark.target import Timing
from assistant.errors import TierRejected, TierUnavailable
from support.measured_engine import PROMPT_TOKENS, MeasuredEngine, measured_engine

DAY = dt.date(2026, 11, 22)
ACCEPTED = {"path": "draft:accept", "cache": "bypass; reason=no_store", "degraded": []}
PLAN = GatewayPlan(
    model="google/gemma-4-12B-it",
    gateway_model="draft-fast",
    levels=(1, 2),
    rounds=2,
    prompt_words=20,
    max_tokens=8,
)


@pytest.fixture
def ours() -> Iterator[MeasuredEngine]:
    """A running server that answers as ours does."""
    with measured_engine(MeasuredEngine(cascade=ACCEPTED)) as running:
        yield running


@asynccontextmanager
async def ways(
    engine: MeasuredEngine, ours: MeasuredEngine
) -> AsyncIterator[tuple[ChatWay, ChatWay]]:
    """Clients of both, closed in the end."""
    direct = ChatWay(engine.url, direct=True, api_key="engine-key")
    gateway = ChatWay(ours.url, direct=False, api_key="our-key")
    try:
        yield direct, gateway
    finally:
        await direct.aclose()
        await gateway.aclose()


async def compared(
    engine: MeasuredEngine, ours: MeasuredEngine, plan: GatewayPlan = PLAN
) -> GatewayReport:
    """The report of one comparison."""
    async with ways(engine, ours) as (direct, gateway):
        return await compare_ways(direct, gateway, plan, date=DAY)


async def test_both_ways_are_measured_at_every_load(
    engine: MeasuredEngine, ours: MeasuredEngine
) -> None:
    """Two rounds of three or four requests; every answer had full length."""
    report = await compared(engine, ours)

    assert [(one.concurrency, one.comparable) for one in report.levels] == [(1, True), (2, True)]
    for level, requests in zip(report.levels, (6, 8), strict=True):
        for way in (level.direct, level.gateway):
            assert (way.requests, way.full_length) == (requests, requests)
            assert way.mean_completion_tokens == 8
            assert way.mean_prompt_tokens == PROMPT_TOKENS
            assert 0 < way.first_text_ms_p50 <= way.e2e_ms_p50 <= way.e2e_ms_p95
    assert GatewayReport.model_validate_json(report.to_json()) == report


async def test_the_engine_does_the_same_work_on_both_ways(
    engine: MeasuredEngine, ours: MeasuredEngine
) -> None:
    """Directly it is asked for what our tier would ask for; our server refuses some of it."""
    await compared(engine, ours)

    direct = engine.asked("/v1/chat/completions")
    gateway = ours.asked("/v1/chat/completions")
    for name in ("max_tokens", "temperature", "top_p", "stream", "stream_options"):
        assert {str(body[name]) for body in direct} == {str(body[name]) for body in gateway}
    assert {(body["logprobs"], body["top_logprobs"]) for body in direct} == {(True, 2)}
    assert not any("logprobs" in body for body in gateway)
    assert {body["model"] for body in direct} == {"google/gemma-4-12B-it"}
    assert {body["model"] for body in gateway} == {"draft-fast"}
    assert {len(body["messages"][0]["content"].split()) for body in direct + gateway} == {33}


async def test_no_cache_can_answer(engine: MeasuredEngine, ours: MeasuredEngine) -> None:
    """Prompts differ from their first word on, and our server is told not to remember."""
    await compared(engine, ours)

    bodies = engine.asked("/v1/chat/completions") + ours.asked("/v1/chat/completions")
    first_words = [body["messages"][0]["content"].split()[0] for body in bodies]
    assert len(set(first_words)) == len(first_words)
    assert {one["cache-control"] for one in ours.headers} == {"no-cache, no-store"}
    assert {one["authorization"] for one in ours.headers} == {"Bearer our-key"}
    assert {one["authorization"] for one in engine.headers} == {"Bearer engine-key"}


async def test_each_way_goes_first_in_turns(engine: MeasuredEngine, ours: MeasuredEngine) -> None:
    """Direct, ours, ours, direct: whatever drifts meets both alike."""
    heard: list[str] = []

    async with ways(engine, ours) as (direct, gateway):
        await compare_ways(
            direct,
            gateway,
            replace(PLAN, levels=(1,), requests=1),
            date=DAY,
            progress=lambda way, _level, _ended: heard.append(way),
        )

    warm_up, rounds = heard[:2], heard[2:]
    assert warm_up == ["direct", "gateway"]
    assert rounds == ["direct", "gateway", "gateway", "direct"]


async def test_short_answers_are_left_out_and_told(
    engine: MeasuredEngine, ours: MeasuredEngine
) -> None:
    """They are no measure of the way, only of what the model had to say."""
    ours.short_answers = 4  # two of them in the warm-up

    report = await compared(engine, ours, replace(PLAN, levels=(2,)))

    (level,) = report.levels
    assert (level.gateway.full_length, level.gateway.requests, level.comparable) == (6, 8, False)
    (doubt,) = gateway_doubts(report)
    assert "6 of 8 through the server" in doubt
    assert "trust the figures per token" in doubt


async def test_degraded_answers_are_told(engine: MeasuredEngine, ours: MeasuredEngine) -> None:
    """The server may have done less than usual."""
    ours.cascade = ACCEPTED | {"degraded": ["no_embedder"]}

    report = await compared(engine, ours, replace(PLAN, levels=(1,)))

    assert list(gateway_doubts(report)) == ["at 1: the server marked 6 answers as degraded"]


@pytest.mark.parametrize(
    ("cascade", "told"),
    [
        (ACCEPTED | {"path": "draft:defer,large:accept"}, "more than one tier .*--gateway-model"),
        (ACCEPTED | {"cache": "hit; age=3"}, "answered from its cache"),
    ],
)
async def test_other_work_than_one_tiers_is_no_overhead(
    engine: MeasuredEngine, ours: MeasuredEngine, cascade: dict[str, object], told: str
) -> None:
    """An escalation is not what stands between a client and the engine."""
    ours.cascade = cascade

    with pytest.raises(TierUnavailable, match=told):
        await compared(engine, ours)


async def test_a_server_that_is_not_there_is_told_with_the_way_out(
    engine: MeasuredEngine, ours: MeasuredEngine
) -> None:
    """Each way has its own."""
    ours.url = "http://127.0.0.1:9"

    with pytest.raises(TierUnavailable, match=r"'gateway': no answer at .*inkladder serve"):
        await compared(engine, ours)


async def test_a_refusal_inside_a_stream_is_an_error(
    engine: MeasuredEngine, ours: MeasuredEngine
) -> None:
    """SGLang tells a full queue with status 200."""
    engine.error_event = {"error": {"message": "The request queue is full.", "code": 503}}

    with pytest.raises(TierRejected, match="'direct': refused with HTTP 503"):
        await compared(engine, ours)


@pytest.mark.parametrize("body", ["data: [DONE]\n\n", 'data: {"choices": []}\n\n', "data: 7\n\n"])
async def test_an_answer_without_text_or_counts_is_an_error(
    engine: MeasuredEngine, ours: MeasuredEngine, body: str
) -> None:
    """Nothing was measured then."""
    engine.recorded["/v1/chat/completions"] = ("text/event-stream", body)

    with pytest.raises(TierUnavailable, match=r"'direct': (answered without its|sent something)"):
        await compared(engine, ours)


async def test_tokens_without_text_are_told_with_the_way_out(
    engine: MeasuredEngine, ours: MeasuredEngine
) -> None:
    """Random weights at temperature 0 may write one special token again and again."""
    usage = {"prompt_tokens": 7, "completion_tokens": 64}
    events = [
        {"choices": [{"index": 0, "delta": {"content": ""}}]},
        {"choices": [], "usage": usage},
    ]
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    engine.recorded["/v1/chat/completions"] = ("text/event-stream", body)

    with pytest.raises(TierUnavailable, match=r"wrote 64 tokens and no text.*--temperature 0\.7"):
        await compared(engine, ours)


times = st.floats(0.001, 100)
answers = st.builds(
    lambda ttft, rest, tokens: ChatTiming(
        timing=Timing(ttft_s=ttft, e2e_s=ttft + rest, tokens=tokens), prompt_tokens=5
    ),
    times,
    times,
    st.integers(1, 8),
)
some_answers = st.lists(answers, min_size=1, max_size=8).map(tuple)


@given(some_answers, times)
def test_a_way_beside_itself_adds_nothing(
    given_answers: tuple[ChatTiming, ...], wall: float
) -> None:
    """Differences of zero, ratios of one."""
    rounds = Rounds(wall_s=wall, answers=given_answers)

    level = compare(1, direct=rounds, gateway=rounds, max_tokens=8)

    assert (level.added_ms_p50, level.added_ms_p95) == (0, 0)
    assert (level.ratio_p50, level.ratio_p95, level.throughput_share) == (1, 1, 1)


@given(some_answers, st.floats(0.001, 10))
def test_what_is_added_to_every_answer_is_what_is_told(
    given_answers: tuple[ChatTiming, ...], added_s: float
) -> None:
    """The same answers, each later by the same time."""
    later = tuple(
        replace(one, timing=replace(one.timing, e2e_s=one.timing.e2e_s + added_s))
        for one in given_answers
    )

    level = compare(
        1,
        direct=Rounds(wall_s=1, answers=given_answers),
        gateway=Rounds(wall_s=1, answers=later),
        max_tokens=8,
    )

    assert level.added_ms_p50 == pytest.approx(added_s * 1000, abs=1e-6)
    assert level.added_ms_p95 == pytest.approx(added_s * 1000, abs=1e-6)
