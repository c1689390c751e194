"""The streaming bench's own parts: texts that carry their fate, an engine that stops, mixes, targets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import anyio
import anyio.lowlevel
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.tiers.base import Begun, End, GenerationRequest, Token
from assistant.tiers.fake import FakeTier, Script
from assistant.tiers.sglang import SGLangTier
from assistant.types import DraftRequest, Message, Sampling
from load.http_load import nearest_rank
from load.paced_engine import Connection
from load.steady_engine import SteadyEngine, SteadyPace
from load.streaming import jobs
from load.streaming_embedded import ask, outcome_table, waits_table
from load.streaming_mix import PLACES, SHARES, fates_of, mix_of, quantile, weighted
from load.streaming_run import Job, Ladder, Runs, Seen, Strategy
from load.streaming_tables import strategies_table, targets_table
from load.streaming_targets import Target, over_pure, pure_times, targets
from load.streaming_texts import (
    FALLS_SHORT,
    FALTERS,
    LATEST,
    Fate,
    Order,
    draft_of,
    good_text,
    judged_ends,
)
from support.cascade import ScriptedScorer, assistant_over

NUMBERS = st.integers(min_value=0, max_value=10_000)
FATES: tuple[Fate, ...] = ("accepted", "end", *range(LATEST + 1))
LADDER = Ladder(draft="google/gemma-4-12B-it", large="google/gemma-4-31B-it", in_flight=32)
QUICK = SteadyPace(in_flight=2, first_s=0.0, step_s=0.001, read_gpu_s=0.01)


@given(NUMBERS, st.integers(min_value=0, max_value=LATEST))
def test_a_draft_falters_in_the_segment_of_its_fate(number: int, fate: int) -> None:
    """One word differs from the good text, and all segments end where they did.

    A few texts have a segment less than most; there the latest fate falls together with the end.
    """
    good, draft = good_text(number), draft_of(number, fate)
    ends = (0, *judged_ends(draft))
    assume(fate + 1 < len(ends))

    (at,) = [at for at, pair in enumerate(zip(good, draft, strict=True)) if len(set(pair)) > 1]
    assert draft[at].strip() == FALTERS
    assert ends[fate] <= at < ends[fate + 1]
    assert ends == (0, *judged_ends(good))


@given(NUMBERS)
def test_a_draft_that_falls_short_as_a_whole_does_so_behind_its_last_segment(number: int) -> None:
    """No beginning that is judged has the word."""
    draft = draft_of(number, "end")

    at = [word.strip() for word in draft].index(FALLS_SHORT)
    assert at >= judged_ends(draft)[-1]


@given(NUMBERS, st.sampled_from(FATES))
def test_an_order_is_read_from_the_prompt_that_holds_it(number: int, fate: Fate) -> None:
    """Whatever stands around it."""
    order = Order(number=number, fate=fate, run="gated")

    assert Order.parse(f"Text before:\nThe ferry.\n\nWrite {order.words}.\n\nLanguage: en") == order


def test_a_prompt_without_an_order_is_refused() -> None:
    """An engine would write it does not know what."""
    with pytest.raises(ValueError, match="no order"):
        Order.parse("Write about the ferry.")


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0.01, 1))
def test_a_quantile_of_equal_weights_is_the_nearest_rank(values: list[float], share: float) -> None:
    """Weights of any size, as long as all are the same."""
    rounded = round(share, 3) or 0.001

    assert quantile([(one, 0.25) for one in values], rounded) == nearest_rank(values, rounded)


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0.01, 10)), min_size=1), st.floats(0.01, 0.99)
)
def test_a_quantile_splits_the_weight(values: list[tuple[float, float]], share: float) -> None:
    """Not less than its share lies at or below it, and not more strictly below."""
    at = quantile(values, share)
    whole = sum(weight for _, weight in values)

    assert sum(weight for value, weight in values if value <= at) >= share * whole * (1 - 1e-6)
    assert sum(weight for value, weight in values if value < at) <= share * whole * (1 + 1e-6)


def test_nothing_has_no_quantile() -> None:
    """Neither has what counts for nothing."""
    with pytest.raises(ValueError, match="no weight"):
        quantile([(1.0, 0.0)], 0.5)


@pytest.mark.parametrize("places", PLACES.values(), ids=list(PLACES))
@pytest.mark.parametrize("share", SHARES)
def test_accepted_and_deferred_are_all_drafts(share: float, places: dict[Fate, float]) -> None:
    """As many deferred as said."""
    fates = fates_of(share, places)

    assert sum(fates.values()) == pytest.approx(1)
    assert fates["accepted"] == pytest.approx(1 - share)


def seen_of(strategy: Strategy, fate: Fate, *, slower: float = 1.0, number: int = 1) -> Seen:
    """A run that took the pure times of the engines, or so many times longer."""
    job = Job(strategy=strategy, order=Order(number=number, fate=fate, run="gated"))
    pure = pure_times(job, *_paces())
    first_s, total_s = (1.0, 2.0) if pure is None else (pure.first_s, pure.total_s)
    return Seen(
        job=job, first_s=first_s * slower, total_s=total_s * slower, charged_s=1.0, spent_s=2.0
    )


def _paces() -> tuple[SteadyPace, SteadyPace]:
    draft, large = (
        SteadyPace.measured(model=model, card="H200", in_flight=LADDER.in_flight)
        for model in (LADDER.draft, LADDER.large)
    )
    return draft, large


def test_a_mix_weighs_fates_and_not_how_often_they_were_run() -> None:
    """One accepted run counts for seven tenths beside three deferred ones."""
    runs = [seen_of("whole", "accepted"), *(seen_of("whole", "end") for _ in range(3))]
    slow = [
        Seen(job=one.job, first_s=one.first_s, total_s=one.total_s, charged_s=at, spent_s=at)
        for at, one in enumerate(runs, start=1)
    ]

    mix = mix_of(weighted(slow, "whole", fates_of(0.3, {"end": 1.0})))

    assert mix.spent_s == pytest.approx(0.7 * 1 + 0.1 * (2 + 3 + 4))
    assert mix.total_p50 == runs[0].total_s
    assert mix.total_p95 == runs[1].total_s


def test_a_fate_that_was_not_run_is_refused() -> None:
    """Rather than left out of the mix."""
    with pytest.raises(ValueError, match="no run of 'gated' with fate 0"):
        weighted([seen_of("gated", "accepted")], "gated", fates_of(0.3, {0: 1.0}))


@pytest.mark.parametrize("fewer", [1, 2, 4])
def test_every_fate_of_every_mix_is_run(fewer: int) -> None:
    """In the shortest bench, too, and no text twice."""
    todo = list(jobs(fewer=fewer))
    fates = {job.order.fate for job in todo if job.strategy == "gated"}

    assert fates == {"accepted", *(fate for places in PLACES.values() for fate in places)}
    assert len({job.order.key for job in todo}) == len(todo)


def every_run(*, slower: float = 1.0) -> list[Seen]:
    """A run of each strategy and fate."""
    strategies: tuple[Strategy, ...] = ("small", "large", "whole", "gated")
    return [
        seen_of(strategy, fate, slower=slower, number=number)
        for strategy in strategies
        for fate in FATES
        for number in (1, 2, 3)
    ]


def met(*, slower: float) -> list[Target]:
    """The targets of runs so many times slower than the engines alone."""
    runs = every_run(slower=slower)
    mixes = [mix_of(weighted(runs, "gated", {"accepted": 1.0})) for _ in range(2)]
    return list(targets(runs, *_paces(), gated=mixes[0], whole=mixes[1]))


def test_engines_alone_meet_the_waits() -> None:
    """And twice their time does not; GPU-seconds as high as those of the other cascade miss, too."""
    waits = [target for target in met(slower=1) if "first words" in target.what]

    assert len(waits) == 4
    assert all(target.met for target in waits)
    assert not any(target.met for target in met(slower=2))


@given(st.floats(1, 3))
def test_what_our_work_adds_is_a_ratio_of_the_pure_times(slower: float) -> None:
    """Of the first words and of the whole text."""
    assert over_pure(every_run(slower=slower), *_paces()) == pytest.approx((slower, slower))


def test_the_first_words_wait_for_the_larger_tier_only_where_nothing_was_accepted() -> None:
    """Then for its reading of the prompt; else the first segment is out before."""
    firsts = {fate: seen_of("gated", fate).first_s for fate in ("accepted", 0, 1, 2)}

    assert firsts["accepted"] == firsts[1] == firsts[2]
    assert firsts[0] > firsts["accepted"] + _paces()[1].first_s * 512


def test_tables_tell_every_strategy_share_and_target() -> None:
    """Two tiers alone, and five lines for each share; missed targets are told as such."""
    runs = every_run(slower=2)

    assert strategies_table(LADDER, runs).row_count == 2 + 5 * len(SHARES)
    table = targets_table(LADDER, Runs(seen=runs, late_s=0.001))
    assert "MISSED" in list(table.columns[-1].cells)
    assert table.row_count == len(met(slower=2))
    assert "WARNING" not in str(table.caption)


def test_a_busy_machine_is_told() -> None:
    """Where the engines themselves were late, waits say nothing."""
    table = targets_table(LADDER, Runs(seen=every_run(), late_s=0.05))

    assert "50 ms late" in str(table.caption)


@asynccontextmanager
async def serving(engine: SteadyEngine) -> AsyncIterator[SGLangTier]:
    """The client of SGLang at an engine in this process."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(engine), "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    tier = SGLangTier(name="draft", model=engine.model, endpoints=(f"http://127.0.0.1:{port}",))
    async with server:
        yield tier
        await tier.aclose()


def asking(order: Order, *, begun: str = "") -> GenerationRequest:
    """A call for that text, or for the rest of it."""
    messages = [Message(role="user", content=f"Write {order.words}.")]
    if begun:
        messages.append(Message(role="assistant", content=begun))
    return GenerationRequest(
        messages=tuple(messages),
        sampling=Sampling(max_tokens=1024),
        timeout_s=60,
        continue_text=bool(begun),
    )


@pytest.mark.parametrize("kept", [0, 40])
async def test_an_engine_goes_on_where_the_beginning_ends(kept: int) -> None:
    """And tells first how much it has read."""
    order = Order(number=7, fate="accepted", run="gated")
    text = good_text(7)
    begun = "".join(text[:kept])

    async with serving(SteadyEngine(QUICK, model="m", drafts=False)) as tier:
        events = [event async for event in tier.stream(asking(order, begun=begun))]

    assert begun + "".join(one.text for one in events if isinstance(one, Token)) == "".join(text)
    assert isinstance(events[0], Begun)
    assert events[0].usage.prompt_tokens == len(f"Write {order.words}. {begun}".split())
    assert isinstance(events[-1], End)
    assert events[-1].finish == ("stop",)
    assert events[-1].usage.completion_tokens == len(text) - kept


async def test_a_client_that_hangs_up_is_charged_for_what_was_done() -> None:
    """The prompt, and a few steps; the place is free at once."""
    order = Order(number=7, fate=0, run="gated")
    engine = SteadyEngine(QUICK, model="m", drafts=True)

    async with serving(engine) as tier:
        heard = 0
        async with aclosing(tier.stream(asking(order))) as events:
            async for event in events:
                heard += isinstance(event, Token)
                if heard == 3:
                    break
        with anyio.fail_after(10):
            while engine.in_flight:
                await anyio.lowlevel.checkpoint()

    spent = engine.pages()["/spent"]
    assert isinstance(spent, dict)
    read_s = QUICK.read_gpu_s * len(f"Write {order.words}.".split())
    whole_s = read_s + QUICK.step_gpu_s * len(good_text(7))
    assert read_s + 2 * QUICK.step_gpu_s <= spent[order.key] < read_s + (whole_s - read_s) / 2


FIRST = "The ferry leaves the old harbour at seven every morning of the week."
SECOND = "Nobody on the windy pier knows when it will be back from the island."
ENDING = "Then the ramp goes up and the whole morning is quiet once more today."

TWO_WAYS = """
apiVersion: inkladder/v1
name: two
tiers:
  draft: {engine: sglang, model: small, endpoints: ["http://draft:1"]}
  large: {engine: sglang, model: big, endpoints: ["http://large:1"]}
routes:
  - {name: held, match: {labels: held}, ladder: [draft, large], stream: {gate: whole}}
  - {name: default, ladder: [draft, large], stream: {tokens: 10}}
"""


async def test_a_takeover_that_scores_below_the_whole_draft_is_counted() -> None:
    """The larger tier's end made it worse than the draft tier's own text was."""
    draft, ended = f"{FIRST} {SECOND} {ENDING}", f"{FIRST} {ENDING}"
    scorer = ScriptedScorer({draft: 0.5, ended: 0.4}, prefix_values={f"{FIRST} {SECOND}": 0.1})
    tiers = [
        FakeTier(Script(texts=(draft,)), name="draft"),
        FakeTier(Script(texts=(ended,)), name="large"),
    ]
    assistant = assistant_over(tiers, scorer, policy=TWO_WAYS)
    held = DraftRequest(instruction="Write.", labels=("held",))

    streamed = await ask(assistant, DraftRequest(instruction="Write."), live=True)
    whole = await ask(assistant, held, live=True)

    assert streamed.taken_over
    assert not whole.taken_over
    cells = list(outcome_table([streamed], [whole]).columns[1].cells)
    assert cells[2:] == ["0 of 1", "1 of 1", "1 of 1"]
    waits = waits_table({"streamed": [streamed], "held back": [whole], "not streamed": [whole]})
    assert list(waits.columns[7].cells) == ["100%", "0%", "0%"]
