"""A sample of the drafts that are good enough is repaired all the same, and told apart in every record."""

from __future__ import annotations

import pytest

from assistant.errors import TierUnavailable
from assistant.records.base import Step
from assistant.records.recorder import Keeping
from assistant.tiers.fake import FakeTier, Script
from assistant.types import Answer, Caller, DraftRequest, Entry, Message
from assistant.workflow.decide import chosen
from support.cascade import MemoryCache, ScriptedScorer
from support.records import MeasuringScorer, recorded

REQUEST = DraftRequest(instruction="Write a line about rain.")
LOCAL = Caller()
GOOD, BETTER, WORSE = "Rain falls on the roof.", "Rain falls on the old roof.", "Rain. Roof."
VALUES = {GOOD: 0.7, BETTER: 0.8, WORSE: 0.3, "Weak line.": 0.2}


def tier(name: str, text: str) -> FakeTier:
    """A tier that writes this text."""
    return FakeTier(Script(texts=(text,)), name=name)


def scorer() -> MeasuringScorer:
    """Scores by the text."""
    return MeasuringScorer(VALUES)


def steps(answer: Answer) -> list[tuple[str, str, str]]:
    """Tier, decision and reason of each rung."""
    return [(rung.tier, rung.decision, rung.reason) for rung in answer.provenance.path]


async def path_of(
    draft: FakeTier, large: FakeTier, *, share: float, request: DraftRequest = REQUEST
) -> tuple[Answer, tuple[Step, ...]]:
    """The answer of a cascade of these tiers, and the path in its record."""
    async with recorded([draft, large], scorer(), share=share) as made:
        answer = await made.assistant.draft(request)
        return answer, (await made.kept(answer.id, LOCAL)).record.path


async def test_a_chosen_draft_is_shown_to_the_next_tier() -> None:
    """It was accepted, and is repaired all the same; the better text is served."""
    large = tier("large", BETTER)

    answer, path = await path_of(tier("draft", GOOD), large, share=1.0)

    assert answer.text == BETTER
    assert steps(answer) == [("draft", "accept", "forced"), ("large", "accept", "score_ok")]
    assert GOOD in large.requests[0].messages[-1].content
    assert answer.provenance.degraded == ()
    assert [(one.forced, one.propensity) for one in path] == [(True, 1.0), (False, 1.0)]
    assert path[0].revision == pytest.approx(1 / 7, abs=1e-6)
    assert path[0].score == 0.7
    assert path[0].log_odds == pytest.approx(7)
    assert path[0].features == {"words": 5.0, "rare": None}


async def test_the_record_tells_how_likely_the_choice_was() -> None:
    """Half of the drafts: sooner or later one is chosen, and its weight will be two."""
    tiers = [tier("draft", GOOD), tier("large", BETTER)]
    async with recorded(tiers, scorer(), share=0.5) as made:
        for number in range(100):
            answer = await made.assistant.draft(DraftRequest(instruction=f"Rain {number}."))
            first = (await made.kept(answer.id, LOCAL)).record.path[0]
            if first.forced:
                break

    assert chosen(answer.id, 0.5)
    assert (first.reason, first.propensity) == ("forced", 0.5)


async def test_the_draft_is_served_where_the_larger_tier_did_worse() -> None:
    """Never worse; nothing of the experiment is held against the answer."""
    answer, path = await path_of(tier("draft", GOOD), tier("large", WORSE), share=1.0)

    assert answer.text == GOOD
    assert steps(answer)[1] == ("large", "defer", "low_score")
    assert answer.provenance.degraded == ()
    assert path[0].revision is not None


async def test_a_larger_tier_that_is_down_costs_the_writer_nothing() -> None:
    """The draft is served as if nobody had been asked; it gets no label."""
    down = FakeTier(Script(error=TierUnavailable(tier="large", detail="refused")), name="large")

    answer, path = await path_of(tier("draft", GOOD), down, share=1.0)

    assert answer.text == GOOD
    assert answer.provenance.degraded == ()
    assert [one.revision for one in path] == [None, None]


async def test_a_repair_that_was_cut_off_is_no_label() -> None:
    """How far it lies from the draft tells of the token limit, not of the draft."""
    large = FakeTier(Script(texts=(BETTER,), finish="length"), name="large")

    _, path = await path_of(tier("draft", GOOD), large, share=1.0)

    assert path[0].revision is None


@pytest.mark.parametrize(
    "request_",
    [
        DraftRequest(instruction="Write a line about rain.", deadline_ms=60_000),
        DraftRequest(instruction="Write a line about rain.", labels=("typing",)),
        DraftRequest(
            task="chat",
            messages=(
                Message(role="user", content="Rain?"),
                Message(role="assistant", content="Rain"),
            ),
        ),
    ],
    ids=["deadline asked for", "deadline of the route", "continuation"],
)
async def test_requests_that_cannot_wait_or_be_repaired_are_never_chosen(
    request_: DraftRequest,
) -> None:
    """Whatever the share."""
    large = tier("large", BETTER)

    await path_of(tier("draft", GOOD), large, share=1.0, request=request_)

    assert large.requests == []


@pytest.mark.parametrize(("entry", "asked"), [("fast", 0), ("best", 1)])
async def test_only_the_automatic_entry_is_sampled(entry: Entry, asked: int) -> None:
    """A caller that chose a tier gets that tier."""
    large = tier("large", BETTER)
    request = DraftRequest(instruction="Write a line about rain.", entry=entry)

    answer, _ = await path_of(tier("draft", GOOD), large, share=1.0, request=request)

    assert len(large.requests) == asked
    assert [reason for _, _, reason in steps(answer)] == ["only_rung"]


async def test_by_default_nobody_is_chosen() -> None:
    """The share is 0."""
    large = tier("large", BETTER)

    answer, path = await path_of(tier("draft", GOOD), large, share=0.0)

    assert large.requests == []
    assert steps(answer) == [("draft", "accept", "score_ok")]
    assert path[0].forced is False


async def test_a_deferred_draft_that_is_repaired_gets_its_label_for_certain() -> None:
    """It is in no sample: its propensity is 1. A route that starts fresh labels nothing."""
    repairing = DraftRequest(instruction="Write a line about rain.", labels=("repair",))
    weak, large = tier("draft", "Weak line."), tier("large", BETTER)

    _, repaired = await path_of(weak, large, share=1.0, request=repairing)
    _, fresh = await path_of(weak, large, share=1.0)

    assert (repaired[0].forced, repaired[0].propensity) == (False, 1.0)
    assert repaired[0].revision is not None
    assert repaired[0].revision > 0.5
    assert fresh[0].revision is None


async def test_the_record_keeps_the_calibrated_score_of_a_failed_draft() -> None:
    """What ranks it is scaled below the bar; what is calibrated is not."""
    failing = MeasuringScorer(VALUES, failing={GOOD: ["loop"]})
    async with recorded([tier("draft", GOOD), tier("large", BETTER)], failing) as made:
        answer = await made.assistant.draft(REQUEST)
        record = (await made.kept(answer.id, LOCAL)).record

    assert answer.provenance.path[0].score == pytest.approx(0.7 * 0.6)
    assert record.path[0].score == 0.7
    assert record.path[0].failed_checks == ("loop",)
    assert record.served == 1


async def test_an_answer_from_the_cache_has_a_record_of_its_own() -> None:
    """Judged like any other, but nothing was scored for it."""
    cache = MemoryCache()
    tiers = [tier("draft", GOOD), tier("large", BETTER)]
    async with recorded(tiers, scorer(), cache=cache) as made:
        first = await made.assistant.draft(REQUEST)
        again = await made.assistant.draft(REQUEST)
        record = (await made.kept(again.id, LOCAL)).record

    assert first.id != again.id
    assert (record.cache, record.served, record.cost.gpu_s) == ("hit", None, 0.0)
    assert [one.log_odds for one in record.path] == [None]


async def test_a_scorer_without_log_odds_is_recorded_without() -> None:
    """Its drafts are of no use to a calibration, and no less recorded."""
    tiers = [tier("draft", GOOD), tier("large", BETTER)]
    keeping = Keeping(keep_s=10.0, compare_for_s=0.0)
    async with recorded(tiers, ScriptedScorer(VALUES), keeping=keeping) as made:
        answer = await made.assistant.draft(REQUEST)
        record = (await made.kept(answer.id, LOCAL)).record

    assert (record.path[0].score, record.path[0].log_odds) == (0.7, None)


def test_the_choice_is_repeatable_and_of_the_stated_share() -> None:
    """A hash of the id decides; whoever is in a smaller sample is in every larger one."""
    ids = [f"draft_{number:024x}" for number in range(20_000)]

    small, large = ([one for one in ids if chosen(one, share)] for share in (0.01, 0.1))

    assert small == [one for one in ids if chosen(one, 0.01)]
    assert set(small) <= set(large)
    assert len(small) == pytest.approx(200, abs=45)
    assert len(large) == pytest.approx(2000, abs=130)
    assert not any(chosen(one, 0.0) for one in ids)
    assert all(chosen(one, 1.0) for one in ids)
