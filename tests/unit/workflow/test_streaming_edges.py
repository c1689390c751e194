"""Where two wishes of one request or route meet: each is kept, and nothing is learned from what was not seen."""

from __future__ import annotations

from dataclasses import replace

from assistant.cache.base import Hit
from assistant.economics.pricing import TierPricing
from assistant.records.base import Noted
from assistant.records.off import NoRecords
from assistant.tiers.base import EngineLoad
from assistant.tiers.fake import FakeTier, Script
from assistant.types import DraftRequest, Usage
from assistant.upgrades.keeper import Keeper
from assistant.upgrades.memory import MemoryUpgradeStore
from assistant.wiring.upgrades import owners
from assistant.workflow.pace import Pace
from support.cascade import MemoryCache, ScriptedScorer, assistant_over
from support.reading_along import (
    DRAFT,
    ENDING,
    FIRST,
    POLICY,
    REQUEST,
    SECOND,
    THIRD,
    path,
    read,
    two,
)

REFUSAL = (
    "I'm sorry, but I can't help with that request, as it goes against what I may write about."
)


async def test_a_check_that_the_route_does_not_require_stops_no_draft() -> None:
    """Its score takes the failed check into account; here it is good enough."""
    draft, large = two(REFUSAL, ENDING)
    scorer = ScriptedScorer({REFUSAL: 0.95})

    answer = await assistant_over([draft, large], scorer, policy=POLICY).draft(REQUEST)

    assert answer.text == REFUSAL
    assert path(answer) == [("draft", "first", "score_ok")]


async def test_an_answer_now_is_no_matter_of_patience() -> None:
    """However long the queue is: the better text is written behind it."""
    draft, large = two(DRAFT, ENDING)
    large.engine_load = EngineLoad(running=32, waiting=400, endpoints=1, age_s=0.1)
    pace = Pace()
    pace.learn(ttft_s=0.3, tpot_s=0.02, in_flight=1)
    assistant = assistant_over(
        [draft, large],
        ScriptedScorer({DRAFT: 0.2}),
        policy=POLICY,
        paces={"large": pace},
        upgrades=Keeper(MemoryUpgradeStore(keep_s=60), owners(b"secret")),
    )

    answer = await assistant.draft(replace(REQUEST, labels=("patient",), answer_now=True))

    assert path(answer) == [("draft", "first", "answer_now")]
    assert "upgrade_pending" in answer.provenance.degraded
    await assistant.aclose()


async def test_the_rewrite_of_a_stale_answer_compares_whole_texts() -> None:
    """Nobody reads along, whoever was served the stale text."""
    draft, large = two(DRAFT, ENDING)
    scorer = ScriptedScorer({DRAFT: 0.2, ENDING: 0.9}, prefix_values={f"{FIRST} {SECOND}": 0.1})
    cache = MemoryCache()
    assistant = assistant_over([draft, large], scorer, policy=POLICY, cache=cache)
    _, stored = await read(assistant)
    cache.lookup = Hit(answer=stored, age_s=9.0, entry=stored.id, stale=True)
    draft.requests.clear()

    _, served = await read(assistant)
    await assistant.aclose()

    assert served.text == stored.text
    assert len(draft.requests) == 1
    assert cache.stored[-1].text == ENDING
    assert cache.stored[-1].provenance.never_worse == "held"


async def test_costs_are_learned_from_streams() -> None:
    """What the draft tier takes for a text is known after one."""
    pricing = {"draft": TierPricing(), "large": TierPricing()}
    assistant = assistant_over(
        two(DRAFT, "unused"), ScriptedScorer({DRAFT: 0.9}), policy=POLICY, pricing=pricing
    )

    await read(assistant)

    assert pricing["draft"].alone(Usage(completion_tokens=10), in_flight=1.0) is not None
    assert pricing["large"].alone(Usage(completion_tokens=10), in_flight=1.0) is None


async def test_the_break_after_the_last_segment_is_the_drafts() -> None:
    """The larger tier begins without a blank, and where the draft had begun a paragraph there is one."""
    parted = f"{FIRST}\n\n{SECOND}"
    scorer = ScriptedScorer({parted: 0.2})

    _, answer = await read(assistant_over(two(parted, ENDING), scorer, policy=POLICY))

    assert answer.text == f"{FIRST}\n\n{ENDING}"


async def test_a_sampled_tier_above_holds_its_texts_back_and_serves_the_best() -> None:
    """Each goes on from what was sent."""
    policy = POLICY.replace(
        'model: big, endpoints: ["http://large:1"]',
        'model: big, samples: 2, endpoints: ["http://large:1"]',
    )
    large = FakeTier(Script(texts=(f" {ENDING}", f" {THIRD}")), name="large")
    draft, _ = two(DRAFT, "unused")
    scorer = ScriptedScorer(
        {f"{FIRST} {THIRD}": 0.9, f"{FIRST} {ENDING}": 0.3},
        prefix_values={f"{FIRST} {SECOND}": 0.1},
    )

    _, answer = await read(assistant_over([draft, large], scorer, policy=policy))

    assert answer.text == f"{FIRST} {THIRD}"


class Noting(NoRecords):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.noted: list[Noted] = []

    def note(self, noted: Noted) -> None:
        """One more."""
        self.noted.append(noted)


async def test_only_a_repair_tells_how_good_the_draft_was() -> None:
    """Another text of the same tier was written without a look at it."""
    policy = POLICY.replace(
        "resample: {when: always}", "resample: {when: always}, escalate: repair"
    )
    draft = FakeTier(Script(texts=(DRAFT,)), Script(texts=(FIRST, SECOND, THIRD)), name="draft")
    scorer = ScriptedScorer({FIRST: 0.3, SECOND: 0.2, THIRD: 0.1, DRAFT: 0.2, ENDING: 0.9})
    records = Noting()
    assistant = assistant_over(two(draft, ENDING), scorer, policy=policy, records=records)

    answer = await assistant.draft(replace(REQUEST, labels=("again",)))

    assert [rung.how for rung in answer.provenance.path] == ["first", "resample", "repair"]
    revised = records.noted[0].revised
    assert [(one.draft, one.revision) for one in revised] == [(FIRST, ENDING)]


async def test_no_segments_are_counted_where_nobody_judged() -> None:
    """A ladder of one lets words out, not segments."""
    request: DraftRequest = replace(REQUEST, labels=("typing",))

    _, answer = await read(
        assistant_over(two(DRAFT, "unused"), ScriptedScorer({}), policy=POLICY), request
    )

    assert answer.provenance.path[0].segments == 0
    assert answer.provenance.path[0].kept_tokens == len(DRAFT.split())
