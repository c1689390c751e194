"""Measuring SGLang over its native route: what is sent, what is believed, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.benchmark.sglang_engine import SGLangEngine
from assistant.benchmark.target import FIRST_TOKEN, LAST_TOKEN, BenchPlan, EngineFacts, Target
from assistant.benchmark.tiers import Listener, MeasuredTier, bench_tiers
from assistant.economics.measurement import MeasuredKind
from assistant.errors import AssistantError, TierRejected, TierUnavailable
from support.measured_engine import MeasuredEngine
from support.sglang_replay import RECORDED as WIRE
from support.sglang_replay import body_of

RECORDED = {
    one["case"]: one
    for one in map(
        json.loads, Path(__file__).with_name("sglang_native.jsonl").read_text("utf-8").splitlines()
    )
}
"""What a real SGLang 0.5.17 answered."""

NEW_PROMPT = range(600)
"""Beside so many tokens, the 24 that the recorded engine had in its cache are few enough."""

SMALL = BenchPlan(levels=(1, 2), prompt_tokens=12, completion_tokens=6)


def target_of(engine: MeasuredEngine) -> Target:
    """The tier that the server is."""
    return Target(
        tier="draft",
        engine="sglang",
        model=engine.model,
        url=engine.url,
        api_key="secret",
        card="H200",
        temperature=0.7,
        top_p=0.95,
    )


async def bench(
    engine: MeasuredEngine, plan: BenchPlan = SMALL, listener: Listener | None = None
) -> MeasuredTier:
    """The measurement of the one tier."""
    measured: list[MeasuredTier] = []
    await bench_tiers([target_of(engine)], plan, keep=measured.append, listener=listener)
    return measured[0]


def replay(engine: MeasuredEngine, *cases: str) -> None:
    """Lets the server answer as the real one did."""
    for case in cases:
        one = RECORDED[case]
        engine.recorded[one["path"]] = (one["content_type"], one["body"])


def replay_wire(engine: MeasuredEngine, case: str) -> None:
    """The same with an answer that was recorded for the tiers, too."""
    path = f"/{case.split()[1]}" if case.startswith("get ") else "/generate"
    answer = WIRE[case]
    engine.recorded[path] = (answer.headers["Content-Type"], body_of(answer).decode())


async def test_every_kind_is_measured_at_every_load(engine: MeasuredEngine) -> None:
    """Three kinds, two loads; three requests at least, two for each client."""
    tier = await bench(engine)

    rows = [(one.kind, one.concurrency, one.requests) for one in tier.measurements]
    assert rows == [
        (kind, level, requests)
        for kind in ("generate", "generate_logprobs", "score_text")
        for level, requests in ((1, 3), (2, 4))
    ]
    assert {one.model for one in tier.measurements} == {engine.model}


async def test_the_seconds_of_a_request_are_those_of_the_level_shared(
    engine: MeasuredEngine,
) -> None:
    """Wall time times cards over requests; times to the first token lie within whole requests."""
    engine.num_accelerators, engine.dp_size = 2, 2

    tier = await bench(engine)

    for one in tier.measurements:
        assert one.gpu_s_per_request == pytest.approx(one.wall_s * 4 / one.requests, rel=1e-4)
        assert one.e2e_s_p50 is not None
        assert one.ttft_ms_p50 is not None
        assert one.ttft_ms_p95 is not None
        assert 0 < one.ttft_ms_p50 <= one.ttft_ms_p95
        assert one.ttft_ms_p50 <= one.e2e_s_p50 * 1000 * (1 + 1e-4)
    assert tier.described.gpus == 4


async def test_lengths_are_told_as_the_tables_want_them(engine: MeasuredEngine) -> None:
    """A read text counts as prompt, prompt and text together; nothing is written then."""
    by_kind = {one.kind: one for one in (await bench(engine)).measurements}

    generate, score = by_kind["generate"], by_kind["score_text"]
    assert (generate.prompt_tokens, generate.completion_tokens) == (12, 6)
    assert generate.output_tokens_per_s == pytest.approx(
        generate.requests * 6 / generate.wall_s, rel=1e-4
    )
    assert (score.prompt_tokens, score.completion_tokens) == (18, 1)
    assert (score.output_tokens_per_s, score.tpot_ms_p50) == (None, None)


async def test_the_engine_is_asked_for_what_our_tiers_cost(engine: MeasuredEngine) -> None:
    """The policy's sampling, a fixed length, a stream; the best two candidates only if asked."""
    await bench(engine)

    streamed = [body for body in engine.asked("/generate") if body.get("stream")]
    assert {len(body["input_ids"]) for body in streamed} == {12}
    for body in streamed:
        sampling = body["sampling_params"]
        assert (sampling["temperature"], sampling["top_p"]) == (0.7, 0.95)
        assert sampling["ignore_eos"] is True
    asked = {(body["return_logprob"], body["top_logprobs_num"]) for body in streamed}
    assert asked == {(False, 0), (True, 2)}
    assert {one.get("authorization") for one in engine.headers} == {"Bearer secret"}


async def test_a_text_is_read_from_one_token_before_its_begin(engine: MeasuredEngine) -> None:
    """The first position told has no log-probability."""
    await bench(engine)

    read = [body for body in engine.asked("/generate") if not body.get("stream")]
    assert {(len(body["input_ids"]), body["logprob_start_len"]) for body in read} == {(18, 11)}
    assert {body["sampling_params"]["max_new_tokens"] for body in read} == {1}


async def test_no_two_prompts_are_alike_and_all_fit_every_vocabulary(
    engine: MeasuredEngine,
) -> None:
    """A prompt read before would be cheaper than a writer's."""
    await bench(engine)

    prompts = [tuple(body["input_ids"]) for body in engine.asked("/generate")]
    assert len(set(prompts)) == len(prompts)
    assert all(FIRST_TOKEN <= token < LAST_TOKEN for prompt in prompts for token in prompt)


async def test_the_prefix_cache_is_emptied_before_each_level(engine: MeasuredEngine) -> None:
    """Three kinds at two loads, each after a warm-up of as many requests as will run at once."""
    await bench(engine)

    order = [path for path, _ in engine.bodies]
    warm_up = order.index("/flush_cache")
    assert warm_up == 3 * 2
    assert order.count("/flush_cache") == 6
    levels = " ".join(order[warm_up:]).split("/flush_cache")[1:]
    assert [level.count("/generate") for level in levels] == [3, 4] * 3


async def test_kinds_can_be_left_out(engine: MeasuredEngine) -> None:
    """Half the time where only the rest is wanted."""
    plan = replace(SMALL, logprobs=False, score=False, levels=(2,), requests=5)

    tier = await bench(engine, plan)

    assert [(one.kind, one.requests) for one in tier.measurements] == [("generate", 5)]


async def test_progress_is_heard_request_by_request(engine: MeasuredEngine) -> None:
    """For a line on the terminal."""
    heard: list[tuple[str, MeasuredKind, int, int]] = []

    class Heard(Listener):
        def ended(self, tier: str, kind: MeasuredKind, level: int, requests: int) -> None:
            heard.append((tier, kind, level, requests))

    plan = replace(SMALL, levels=(1,), logprobs=False, score=False)

    await bench(engine, plan, Heard())

    assert heard == [("draft", "generate", 1, number) for number in (1, 2, 3)]


def _writes_less(engine: MeasuredEngine) -> None:
    engine.tokens_left_out = 1


def _knows_the_prompt(engine: MeasuredEngine) -> None:
    engine.cached_tokens = 8


def _tells_few_logprobs(engine: MeasuredEngine) -> None:
    engine.logprobs_left_out = 2


def _is_something_else(engine: MeasuredEngine) -> None:
    engine.garbage = True


def _streams_something_else(engine: MeasuredEngine) -> None:
    engine.recorded["/generate"] = ("text/event-stream", 'data: {"hello": 1}\n\n')


def _says_nothing(engine: MeasuredEngine) -> None:
    engine.recorded["/generate"] = ("text/event-stream", "data: [DONE]\n\n")


def _answers_a_page(engine: MeasuredEngine) -> None:
    engine.recorded["/generate"] = ("text/html", "<html></html>")


@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        (_writes_less, "wrote 5 tokens where 6 were asked for"),
        (_knows_the_prompt, "had read 8 of 12 new tokens before"),
        (_tells_few_logprobs, "told 4 log-probabilities of a text of 6 tokens"),
        (_is_something_else, "/server_info answered something else than a JSON object"),
        (_streams_something_else, "not SGLang's native protocol"),
        (_says_nothing, "not SGLang's native protocol"),
        (_answers_a_page, "speaks another protocol"),
    ],
)
async def test_what_was_not_measured_is_never_written_down(
    engine: MeasuredEngine, breaks: Callable[[MeasuredEngine], None], told: str
) -> None:
    """Other work than was asked for is an error, not a cheaper number."""
    breaks(engine)

    with pytest.raises(TierUnavailable, match=told):
        await bench(engine)


async def test_a_full_queue_is_told_with_the_way_out(engine: MeasuredEngine) -> None:
    """As a status or, when streaming, as the only event."""
    engine.error_event = {
        "error": {"message": "The request queue is full.", "type": "SERVICE", "code": 503}
    }

    with pytest.raises(TierRejected, match=r"503: The request queue is full.; measure fewer"):
        await bench(engine)


async def test_a_refusal_is_told_in_the_engines_words(engine: MeasuredEngine) -> None:
    """The prompts are made up, so that nothing of a writer can be in it."""
    engine.refusal = (400, {"error": {"message": "The input (12 tokens) is longer than 8."}})

    with pytest.raises(TierRejected, match=r"400: The input \(12 tokens\) is longer than 8"):
        await bench(engine)


async def test_a_wrong_key_is_told(engine: MeasuredEngine) -> None:
    """SGLang words this one as a plain string."""
    engine.api_key = "another"

    with pytest.raises(TierRejected, match="401: Unauthorized"):
        await bench(engine)


async def test_a_tier_that_does_not_run_is_told_before_any_is_measured(
    engine: MeasuredEngine,
) -> None:
    """With the command that starts it."""
    gone = replace(target_of(engine), tier="best", url="http://127.0.0.1:9")

    with pytest.raises(TierUnavailable, match=r"no answer at .*inkladder tiers up --only best"):
        await bench_tiers([target_of(engine), gone], SMALL, keep=lambda _: None)

    assert engine.asked("/generate") == []


async def test_what_was_measured_before_a_failure_is_kept(engine: MeasuredEngine) -> None:
    """Minutes of a card are not lost with the next tier."""
    kept: list[MeasuredTier] = []

    def keep(tier: MeasuredTier) -> None:
        kept.append(tier)
        engine.tokens_left_out = 1

    large = replace(target_of(engine), tier="large")
    with pytest.raises(AssistantError):
        await bench_tiers([target_of(engine), large], SMALL, keep=keep)

    assert [tier.target.tier for tier in kept] == ["draft"]


async def test_a_real_server_tells_its_version_and_card(engine: MeasuredEngine) -> None:
    """As recorded from SGLang on an H100."""
    replay(engine, "get server_info", "get v1/loads")

    facts = await SGLangEngine(target_of(engine)).facts()

    assert facts == EngineFacts(
        version="0.5.17",
        accelerator="NVIDIA H100 80GB HBM3",
        gpus=1,
        served="smollm2-135m",
        quantization=None,
        random_weights=False,
        max_running=8,
    )


async def test_a_real_stream_is_counted(engine: MeasuredEngine) -> None:
    """Six tokens, each event with all before it; three of four prompt tokens were cached there."""
    replay(engine, "generate stream")
    sglang = SGLangEngine(target_of(engine))

    timing = await sglang.generate(range(60), tokens=6, logprobs=True)

    assert timing.tokens == 6
    assert 0 < timing.ttft_s <= timing.e2e_s


@pytest.mark.parametrize(
    ("case", "logprobs"), [("generate stream", False), ("generate stream logprobs", True)]
)
async def test_a_real_stream_of_ids_is_counted(
    engine: MeasuredEngine, case: str, logprobs: bool
) -> None:
    """24 tokens after 25 given as numbers, with the log-probabilities of the best two or without any."""
    replay_wire(engine, case)
    sglang = SGLangEngine(target_of(engine))

    timing = await sglang.generate(NEW_PROMPT, tokens=24, logprobs=logprobs)

    assert timing.tokens == 24
    assert 0 < timing.ttft_s <= timing.e2e_s


async def test_a_real_stream_that_was_not_asked_for_logprobs_is_not_taken_for_one(
    engine: MeasuredEngine,
) -> None:
    """Telling them is work that must have been done where it is measured."""
    replay_wire(engine, "generate stream")
    sglang = SGLangEngine(target_of(engine))

    with pytest.raises(TierUnavailable, match="told no log-probabilities"):
        await sglang.generate(NEW_PROMPT, tokens=24, logprobs=True)


async def test_a_real_text_that_was_read_before_is_not_measured(engine: MeasuredEngine) -> None:
    """The engine had 24 of these 57 tokens in its cache."""
    replay_wire(engine, "read text again")
    sglang = SGLangEngine(target_of(engine))

    with pytest.raises(TierUnavailable, match="had read 24 of 57 new tokens before"):
        await sglang.read(range(57), given=25)


async def test_a_real_server_under_load_tells_its_card(engine: MeasuredEngine) -> None:
    """Its capacity is the same as when it is idle."""
    replay(engine, "get server_info")
    replay_wire(engine, "get v1/loads while busy 1")

    facts = await SGLangEngine(target_of(engine)).facts()

    assert (facts.accelerator, facts.max_running) == ("NVIDIA H100 80GB HBM3", 8)


async def test_a_real_score_is_read(engine: MeasuredEngine) -> None:
    """Three log-probabilities after seven given tokens."""
    replay(engine, "generate logprob prefill score")
    sglang = SGLangEngine(target_of(engine))

    timing = await sglang.read(range(10), given=7)

    assert timing.ttft_s == timing.e2e_s > 0


def test_the_usual_loads_are_those_of_the_engine() -> None:
    """A processor would be busy for an hour with what a card does in seconds."""
    plan = BenchPlan()

    assert plan.levels_for("sglang") == (1, 8, 32)
    assert plan.levels_for("llamacpp") == (1, 4)
    assert SMALL.levels_for("llamacpp") == (1, 2)


@given(st.integers(1, 64), st.none() | st.integers(1, 200))
def test_a_level_has_as_many_requests_as_clients(level: int, asked: int | None) -> None:
    """Else it would be the measurement of a smaller one."""
    assert BenchPlan(requests=asked).requests_at(level) >= max(level, asked or 3)


async def test_a_server_that_others_use_is_not_measured(engine: MeasuredEngine) -> None:
    """It does not empty its cache then."""
    engine.busy = True

    with pytest.raises(TierRejected, match=r"Flush cache failed\.; nobody else may use the server"):
        await bench(engine)
