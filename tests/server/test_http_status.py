"""Models, health, metrics, request ids: what admins and clients look at before they write."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.errors import AllTiersFailed, TierUnavailable
from assistant.types import Answer, CacheInfo, Cost, OpinionGiven, Usage
from support.server_app import LADDER, ScriptedAssistant, ScriptedHealth, answer, client_of

DRAFT = {"task": "draft", "instruction": "a letter"}


async def test_the_models_are_the_aliases_and_the_ladder() -> None:
    """In that order, each with what OpenAI clients expect; asked one by one they are the same."""
    async with client_of(ScriptedAssistant()) as client:
        listed = (await client.get("/v1/models")).json()
        single = (await client.get(f"/v1/models/{LADDER[0].name}")).json()

    assert listed["object"] == "list"
    names = [model["id"] for model in listed["data"]]
    assert names == ["draft-auto", "draft-fast", "draft-best", *(model.name for model in LADDER)]
    assert {model["object"] for model in listed["data"]} == {"model"}
    assert single in listed["data"]
    assert single["context_length"] == 2048


@pytest.mark.parametrize(
    ("parts", "status", "word"),
    [
        ({"cache": ScriptedHealth(ok=True)}, 200, "ready"),
        ({"cache": ScriptedHealth(ok=False, required=False)}, 200, "degraded"),
        (
            {
                "cache": ScriptedHealth(ok=False, required=False),
                "tier draft": ScriptedHealth(ok=False, detail="refused"),
            },
            503,
            "down",
        ),
    ],
)
async def test_readiness_names_what_does_not_answer(
    parts: dict[str, ScriptedHealth], status: int, word: str
) -> None:
    """Only a required part makes the server unready; liveness never depends on any."""
    async with client_of(ScriptedAssistant(health_of=parts)) as client:
        ready = await client.get("/readyz")
        alive = await client.get("/healthz")

    told = ready.json()
    assert (ready.status_code, told["status"]) == (status, word)
    assert told["down"] == [n for n, part in parts.items() if part.required and not part.ok]
    assert told["degraded"] == [n for n, part in parts.items() if not (part.required or part.ok)]
    assert told["components"].keys() == parts.keys()
    assert alive.status_code == 200


async def test_metrics_count_requests_answers_rungs_and_costs() -> None:
    """Each label is a name from the policy or a route's template."""
    made = answer()
    made = replace(made, provenance=replace(made.provenance, degraded=("below_bar",)))
    async with client_of(ScriptedAssistant(answer=made)) as client:
        await client.post("/v1/drafts", json=DRAFT)
        await client.get("/v1/models/a-name-nobody-has")
        lines = (await client.get("/metrics")).text.splitlines()

    for line in (
        'inkladder_requests_total{route="/v1/drafts",status="200"} 1.0',
        'inkladder_requests_total{route="/v1/models/{name:path}",status="404"} 1.0',
        'inkladder_answers_total{tier="large"} 1.0',
        'inkladder_rungs_total{decision="defer",tier="draft"} 1.0',
        'inkladder_cache_lookups_total{level="",reason="absent",status="miss"} 1.0',
        'inkladder_degraded_total{reason="below_bar"} 1.0',
        'inkladder_tokens_total{kind="completion",tier="large"} 7.0',
        'inkladder_gpu_seconds_total{tier="large"} 0.25',
        'inkladder_first_text_seconds_count{route="/v1/drafts"} 1.0',
        'inkladder_request_seconds_count{route="/v1/drafts"} 1.0',
        "inkladder_requests_in_flight 1.0",
    ):
        assert line in lines
    assert not any("_created" in line for line in lines)


def deferral(*, always_large_usd: float | None) -> Answer:
    """A draft that was thrown away, at a quarter of the price of the large text."""
    made = answer()
    draft, large = made.provenance.path
    path = (
        replace(draft, cost=Cost(gpu_s=1.0, usd=0.25)),
        replace(large, cost=Cost(gpu_s=2.0, usd=1.0)),
    )
    spent = Cost(gpu_s=3.0, usd=1.25, always_large_gpu_s=2.0, always_large_usd=always_large_usd)
    return replace(made, provenance=replace(made.provenance, path=path, cost=spent))


async def test_metrics_tell_whether_the_cascade_pays() -> None:
    """One escalated answer: a quarter of the large bill wasted, worth it below 75 percent."""
    async with client_of(ScriptedAssistant(answer=deferral(always_large_usd=1.0))) as client:
        await client.post("/v1/drafts", json=DRAFT)
        lines = (await client.get("/metrics")).text.splitlines()

    for line in (
        'inkladder_escalation_rate{policy_route="default"} 1.0',
        'inkladder_break_even_escalation_rate{policy_route="default"} 0.75',
        'inkladder_saved_share{policy_route="default"} -0.25',
        'inkladder_thrown_away_share{policy_route="default"} 0.2',
        'inkladder_usd_total{tier="draft"} 0.25',
    ):
        assert line in lines


async def test_what_became_of_a_streamed_draft_is_counted() -> None:
    """A beginning of two segments was kept, the rest stopped in the engine, and a larger tier went on."""
    made = answer()
    draft, large = made.provenance.path
    path = (
        replace(draft, segments=2, aborted=True, reason="failed_check"),
        replace(large, how="continue", segments=1),
    )
    made = replace(made, provenance=replace(made.provenance, path=path))
    async with client_of(ScriptedAssistant(answer=made)) as client:
        await client.post("/v1/drafts", json=DRAFT | {"stream": True})
        lines = (await client.get("/metrics")).text.splitlines()

    for line in (
        'inkladder_takeovers_total{tier="large"} 1.0',
        'inkladder_aborted_total{reason="failed_check",tier="draft"} 1.0',
        'inkladder_segments_total{tier="draft"} 2.0',
        'inkladder_segments_total{tier="large"} 1.0',
    ):
        assert line in lines


async def test_a_beginning_that_was_kept_is_not_thrown_away() -> None:
    """Of a draft that cost a quarter of the large text, three tokens of four are in the answer."""
    made = deferral(always_large_usd=1.0)
    draft, large = made.provenance.path
    kept = replace(draft, usage=Usage(completion_tokens=4), kept_tokens=3, aborted=True)
    made = replace(made, provenance=replace(made.provenance, path=(kept, large)))
    async with client_of(ScriptedAssistant(answer=made)) as client:
        await client.post("/v1/drafts", json=DRAFT)
        lines = (await client.get("/metrics")).text.splitlines()

    assert 'inkladder_thrown_away_share{policy_route="default"} 0.05' in lines


async def test_several_texts_of_the_first_tier_are_no_escalation() -> None:
    """It was asked again, and no larger one."""
    made = deferral(always_large_usd=1.0)
    draft, _ = made.provenance.path
    again = replace(draft, how="resample", decision="accept")
    made = replace(made, provenance=replace(made.provenance, path=(draft, again), tier="draft"))
    async with client_of(ScriptedAssistant(answer=made)) as client:
        await client.post("/v1/drafts", json=DRAFT)
        lines = (await client.get("/metrics")).text.splitlines()

    assert 'inkladder_escalation_rate{policy_route="default"} 0.0' in lines


async def test_a_ladder_of_one_has_no_break_even() -> None:
    """Nothing could have been escalated."""
    made = deferral(always_large_usd=1.0)
    only = replace(made.provenance.path[1], reason="only_rung")
    made = replace(made, provenance=replace(made.provenance, path=(only,)))
    async with client_of(ScriptedAssistant(answer=made)) as client:
        await client.post("/v1/drafts", json=DRAFT)
        metrics = (await client.get("/metrics")).text

    assert "inkladder_break_even_escalation_rate{" not in metrics


async def test_a_second_opinion_is_charged_to_the_tier_that_read() -> None:
    """It wrote nothing, and its card was busy all the same."""
    made = answer()
    usage = Usage(prompt_tokens=90)
    read = OpinionGiven(tier="large", mean_logprob=-1.0, usage=usage, cost=Cost(gpu_s=0.5))
    draft = replace(made.provenance.path[0], second_opinion=read)
    made = replace(made, provenance=replace(made.provenance, tier="draft", path=(draft,)))
    async with client_of(ScriptedAssistant(answer=made)) as client:
        await client.post("/v1/drafts", json=DRAFT)
        lines = (await client.get("/metrics")).text.splitlines()

    assert 'inkladder_gpu_seconds_total{tier="large"} 0.5' in lines
    assert 'inkladder_tokens_total{kind="prompt",tier="large"} 90.0' in lines


async def test_a_cached_answer_costs_nothing_again() -> None:
    """Its rungs, tokens and GPU time were counted when it was written."""
    made = answer()
    hit = replace(made.provenance, cache=CacheInfo(status="hit", age_s=1.0))
    async with client_of(ScriptedAssistant(answer=replace(made, provenance=hit))) as client:
        await client.post("/v1/drafts", json=DRAFT)
        metrics = (await client.get("/metrics")).text

    assert 'inkladder_cache_lookups_total{level="",reason="",status="hit"} 1.0' in metrics
    assert "inkladder_gpu_seconds_total{" not in metrics
    assert "inkladder_rungs_total{" not in metrics


async def test_failed_tiers_are_counted_without_an_answer() -> None:
    """An outage shows in the same series as deferrals."""
    gone = AllTiersFailed([TierUnavailable(tier="draft", detail="gone")])
    async with client_of(ScriptedAssistant(error=gone)) as client:
        await client.post("/v1/drafts", json=DRAFT)
        metrics = (await client.get("/metrics")).text

    assert 'inkladder_rungs_total{decision="failed",tier="draft"} 1.0' in metrics


@pytest.mark.parametrize(
    ("given", "echoed"),
    [("trace-1.a:b", True), ("no spaces", False), ("x" * 65, False), (None, False)],
)
async def test_a_sane_request_id_comes_back(given: str | None, echoed: bool) -> None:
    """Callers find their request in the log by it; anything else is replaced."""
    headers = {} if given is None else {"x-request-id": given}
    async with client_of(ScriptedAssistant()) as client:
        reply = await client.get("/healthz", headers=headers)

    assert (reply.headers["x-request-id"] == given) is echoed
    assert reply.headers["x-request-id"]
