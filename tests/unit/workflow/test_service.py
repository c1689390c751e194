"""The door: events, cache, variants, cost, cancellation, health."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

import anyio
import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.cache.base import Bypass, Miss
from assistant.economics.meter import EngineMeter
from assistant.errors import EmbedderUnavailable, NotCached, RequestError
from assistant.service import Assistant
from assistant.tiers.fake import FakeTier, Script
from assistant.tiers.limited import LimitedTier
from assistant.types import (
    CacheControl,
    DraftCompleted,
    DraftRequest,
    DraftStarted,
    Message,
    RungJudged,
    Sampling,
    TierStarted,
)
from support.cascade import MemoryCache, ScriptedScorer, assistant_over
from support.clock import ManualClock

REQUEST = DraftRequest(instruction="Write a line about rain.")
VALUES = {"Weak.": 0.2, "Good.": 0.7, "Better.": 0.8, "Best.": 0.9}


def ladder(*texts: str) -> list[FakeTier]:
    """Tiers draft, large and best, each writing its one text."""
    names = ("draft", "large", "best")
    return [
        FakeTier(Script(texts=(text,)), name=name) for name, text in zip(names, texts, strict=False)
    ]


class NothingAhead:
    """Takes foreseen texts and does nothing."""

    def want(self, texts: Sequence[str]) -> None:
        """Forgets them."""

    def close(self) -> None:
        """Nothing to drop."""


class NoEmbedder:
    """An embedder whose model is missing."""

    name = "none"
    failure: str | None = "the model is missing"

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Never works."""
        raise EmbedderUnavailable

    def ahead(self) -> NothingAhead:
        """What is foreseen is not embedded either."""
        return NothingAhead()

    async def warm(self) -> None:
        """Nothing to load."""


class StuckEmbedder(NoEmbedder):
    """An embedder that is still loading."""

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Never ends."""
        await anyio.sleep_forever()
        raise AssertionError


async def test_events_tell_the_story_in_order() -> None:
    """Started, each tier and its verdict, completed."""
    assistant = assistant_over(ladder("Weak.", "Good.", "Best."), ScriptedScorer(VALUES))

    events = [event async for event in assistant.stream(REQUEST)]

    kinds = [
        type(event)
        for event in events
        if isinstance(event, DraftStarted | TierStarted | RungJudged | DraftCompleted)
    ]
    assert kinds == [
        DraftStarted, TierStarted, RungJudged, TierStarted, RungJudged, DraftCompleted,
    ]  # fmt: skip
    first, last = events[0], events[-1]
    assert isinstance(first, DraftStarted)
    assert isinstance(last, DraftCompleted)
    assert first.id == last.answer.id


async def test_a_stored_answer_is_served_before_the_graph_is_entered() -> None:
    """No tier is asked twice, and the second answer costs nothing."""
    tiers = ladder("Good.", "Best.", "Best.")
    cache = MemoryCache()
    assistant = assistant_over(tiers, ScriptedScorer(VALUES), cache=cache)

    first = await assistant.draft(REQUEST)
    events = [event async for event in assistant.stream(REQUEST)]

    assert [type(event) for event in events] == [DraftStarted, DraftCompleted]
    second = events[-1]
    assert isinstance(second, DraftCompleted)
    assert second.answer.text == first.text
    assert second.answer.id != first.id
    assert second.answer.provenance.cache.status == "hit"
    assert second.answer.provenance.cost.gpu_s == 0.0
    assert len(tiers[0].requests) == 1


async def test_another_ladder_gives_another_cache_shape() -> None:
    """The first rung alone may not answer for the whole ladder."""
    tiers = ladder("Good.", "Best.", "Best.")
    assistant = assistant_over(tiers, ScriptedScorer(VALUES), cache=MemoryCache())

    await assistant.draft(REQUEST)
    best = await assistant.draft(DraftRequest(instruction=REQUEST.instruction, entry="best"))

    assert (best.text, best.provenance.cache.status) == ("Best.", "miss")


async def test_only_if_cached_asks_no_tier() -> None:
    """RFC 9111: a miss is an error."""
    tiers = ladder("Good.")
    assistant = assistant_over(tiers, ScriptedScorer(VALUES))

    with pytest.raises(NotCached):
        await assistant.draft(REQUEST, control=CacheControl(only_if_cached=True))

    assert tiers[0].requests == []


async def test_a_cache_that_is_down_is_told_and_costs_no_answer() -> None:
    """Soft failure."""
    cache = MemoryCache(lookup=Bypass(reason="redis-down"))
    assistant = assistant_over(ladder("Good."), ScriptedScorer(VALUES), cache=cache)

    answer = await assistant.draft(REQUEST)

    assert answer.text == "Good."
    assert answer.provenance.degraded == ("cache_down",)
    assert (answer.provenance.cache.status, answer.provenance.cache.reason) == (
        "bypass",
        "redis-down",
    )


async def test_the_cache_is_asked_once_per_request() -> None:
    """The recall node does not repeat what the door has asked."""
    cache = MemoryCache(lookup=Miss())
    assistant = assistant_over(ladder("Good."), ScriptedScorer(VALUES), cache=cache)

    await assistant.draft(REQUEST)

    assert cache.asked == 1


async def test_without_embeddings_a_draft_is_still_scored() -> None:
    """The text alone decides, and the answer says so."""
    scorer = ScriptedScorer(VALUES)
    assistant = assistant_over(ladder("Good."), scorer, embedder=NoEmbedder())

    answer = await assistant.draft(REQUEST)

    assert scorer.vectors_given == [False]
    assert answer.provenance.degraded == ("embedder_down",)


async def test_a_deadline_does_not_wait_for_an_embedder_that_loads() -> None:
    """The writer's patience comes first."""
    assistant = assistant_over(
        ladder("Good."), ScriptedScorer(VALUES), embedder=StuckEmbedder(), real_time=True
    )

    answer = await assistant.draft(DraftRequest(instruction="Rain.", deadline_ms=100))

    assert (answer.text, answer.provenance.degraded) == ("Good.", ("deadline",))


async def test_variants_are_the_other_texts_best_first() -> None:
    """Three wanted: three samples of one rung, no text twice."""
    draft = FakeTier(Script(texts=("Good.", "Best.", "Better.")), name="draft")
    assistant = assistant_over([draft, *ladder("", "", "")[1:]], ScriptedScorer(VALUES))

    answer = await assistant.draft(DraftRequest(instruction="Rain.", variants=3))

    assert (answer.text, answer.variants) == ("Best.", ("Better.", "Good."))
    assert draft.requests[0].samples == 3


async def test_a_repairing_route_shows_the_draft_to_the_next_tier() -> None:
    """With the evidence of what was wrong; a fresh route shows nothing."""
    repairing = ladder("Weak.", "Good.")
    fresh = ladder("Weak.", "Good.", "Best.")
    scorer = ScriptedScorer(VALUES, failing={"Weak.": ["loop"]})

    await assistant_over(repairing, scorer).draft(
        DraftRequest(instruction="Rain.", labels=("repair",))
    )
    await assistant_over(fresh, scorer).draft(DraftRequest(instruction="Rain."))

    shown = repairing[1].requests[0].messages[-1].content
    assert "Weak." in shown
    assert "loop looked at" in shown
    assert "Weak." not in fresh[1].requests[0].messages[-1].content


async def test_a_trailing_assistant_message_is_continued_and_judged_as_a_whole() -> None:
    """The seam's blank stays; the scorer sees the sentence, not its tail."""
    draft = FakeTier(Script(texts=("Once upon a time.",)), name="draft")
    scorer = ScriptedScorer({"Once upon a time.": 0.9})
    messages = (Message(role="user", content="Tell."), Message(role="assistant", content="Once"))

    answer = await assistant_over([draft], scorer).draft(
        DraftRequest(task="chat", messages=messages)
    )

    assert draft.requests[0].continue_text
    assert answer.text == " upon a time."
    assert scorer.seen[0].text == "Once upon a time."


async def test_the_callers_sampling_goes_before_the_tiers_defaults() -> None:
    """Where the request is silent, the policy speaks; the smaller length wins."""
    tiers = ladder("Good.")
    sampling = Sampling(temperature=0.0, max_tokens=5, stop=("\n",), seed=7)

    await assistant_over(tiers, ScriptedScorer(VALUES)).draft(
        DraftRequest(instruction="Rain.", sampling=sampling)
    )

    used = tiers[0].requests[0].sampling
    assert (used.temperature, used.top_p, used.max_tokens) == (0.0, 0.95, 5)
    assert (used.stop, used.seed) == (("\n",), 7)


async def test_the_cost_adds_all_rungs_and_learns_what_the_last_one_costs() -> None:
    """Unknown before the last tier ever ran, then measured, then estimated from what it took."""
    clock = ManualClock()
    scorer = ScriptedScorer(VALUES)
    tiers = [
        TickingTier(Script(texts=("Good.",)), Script(texts=("Weak.",)), Script(texts=("Good.",)),
                    clock=clock, name="draft"),
        TickingTier(Script(texts=("Weak.",)), clock=clock, name="large"),
        TickingTier(Script(texts=("Best.",)), clock=clock, name="best"),
    ]  # fmt: skip
    assistant = assistant_over(tiers, scorer, clock=clock)
    no_cache = CacheControl(no_store=True)

    unknown, measured, estimated = [
        (await assistant.draft(DraftRequest(instruction=text), control=no_cache)).provenance.cost
        for text in ("One.", "Two.", "Three.")
    ]

    assert (unknown.gpu_s, unknown.always_large_gpu_s) == (1.0, None)
    assert (measured.gpu_s, measured.always_large_gpu_s) == (3.0, 1.0)
    assert measured.usd == pytest.approx((1 + 2 + 4) / 3600)
    assert (estimated.gpu_s, estimated.always_large_gpu_s) == (1.0, 1.0)
    assert estimated.always_large_usd == pytest.approx(4 / 3600)


class TickingTier(FakeTier):
    """A tier whose every generation takes one second of a manual clock."""

    def __init__(self, *scripts: Script, clock: ManualClock, name: str) -> None:
        super().__init__(*scripts, name=name)
        self._clock = clock

    async def stream(self, request):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        """The scripted stream, a second long."""
        self._clock.now += 1.0
        async with aclosing(super().stream(request)) as events:
            async for event in events:
                yield event


async def test_leaving_a_stream_aborts_the_tier_at_work() -> None:
    """The engine is free again at once."""
    started = anyio.Event()
    stuck = FakeTier(
        Script(texts=("One two three.",), gates={1: anyio.Event()}, started=started), name="draft"
    )
    limited = LimitedTier(stuck, max_concurrency=1, max_queue=0)
    meters = {name: EngineMeter(ManualClock()) for name in ("draft", "large", "best")}
    assistant = assistant_over([limited], ScriptedScorer(VALUES), meters=meters)

    async with anyio.create_task_group() as group:
        group.start_soon(assistant.draft, REQUEST)
        await started.wait()
        group.cancel_scope.cancel()

    assert stuck.aborted == 1
    assert (limited.in_flight, meters["draft"].in_flight) == (0, 0)


async def test_closing_the_events_aborts_the_tier_at_work() -> None:
    """As a consumer does that has seen enough."""
    stuck = FakeTier(Script(gates={1: anyio.Event()}), name="draft")
    assistant = assistant_over([stuck], ScriptedScorer(VALUES))

    async with aclosing(assistant.stream(REQUEST)) as events:
        async for event in events:
            if isinstance(event, TierStarted):
                break

    assert stuck.aborted == len(stuck.requests)


@pytest.mark.parametrize(
    "request_",
    [DraftRequest(), DraftRequest(task="rewrite", text=" \n"), DraftRequest(style=REQUEST.style)],
)
async def test_a_request_about_nothing_is_refused(request_: DraftRequest) -> None:
    """Before any tier is asked."""
    tiers = ladder("Good.")

    with pytest.raises(RequestError, match="nothing to write about"):
        await assistant_over(tiers, ScriptedScorer(VALUES)).draft(request_)

    assert tiers[0].requests == []


async def test_health_names_every_component() -> None:
    """A tier that is down is told with its own words."""
    tiers = ladder("Good.", "Best.", "Best.")
    tiers[1].healthy = False

    health = await assistant_over(tiers, ScriptedScorer(VALUES), embedder=NoEmbedder()).health()

    assert {name: one.ok for name, one in health.items()} == {
        "cache": True,
        "embedder": False,
        "tier best": True,
        "tier draft": True,
        "tier large": False,
    }
    assert health["tier large"].detail == "scripted to be down"
    assert [name for name, one in health.items() if one.required] == ["tier draft"]


async def test_a_ladder_that_is_down_as_a_whole_is_required() -> None:
    """With draft and large down, the repairing route has nobody left to write."""
    tiers = ladder("Good.", "Best.", "Best.")
    tiers[0].healthy = tiers[1].healthy = False

    health = await assistant_over(tiers, ScriptedScorer(VALUES)).health()

    required = [name for name, one in health.items() if one.required]
    assert required == ["tier draft", "tier large"]


async def test_closing_closes_every_tier() -> None:
    """No connection is left."""
    tiers = ladder("Good.", "Best.", "Best.")
    assistant: Assistant = assistant_over(tiers, ScriptedScorer(VALUES))

    await assistant.aclose()

    assert all(tier.closed for tier in tiers)


async def test_no_text_is_sent_to_a_tracing_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """LangChain would trace every node's input when the environment asks for it."""
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "test")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", "http://127.0.0.1:9")
    traced: list[bool] = []

    class Spy(ScriptedScorer):
        """Notes whether tracing is on where the nodes run."""

        def passages(self, draft: object, asked: object = None) -> tuple[str, ...]:
            """Called inside the judge node."""
            from langsmith.utils import tracing_is_enabled

            del draft, asked
            traced.append(bool(tracing_is_enabled()))
            return ()

    await assistant_over(ladder("Good."), Spy(VALUES), embedder=NoEmbedder()).draft(REQUEST)

    assert traced == [False]
