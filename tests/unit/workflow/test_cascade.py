"""The cascade over a ladder of three scripted tiers."""

from __future__ import annotations

import anyio
import pytest

from assistant.errors import (
    AllTiersFailed,
    ContextTooLong,
    DeadlineExceeded,
    TierOverloaded,
    TierTimeout,
    TierUnavailable,
)
from assistant.tiers.fake import FakeTier, Script
from assistant.types import Answer, DraftRequest
from support.cascade import ScriptedScorer, assistant_over

REQUEST = DraftRequest(instruction="Write a line about rain.")
VALUES = {"Weak.": 0.2, "Fair.": 0.5, "Good.": 0.7, "Best.": 0.9}


def tier(name: str, *texts: str) -> FakeTier:
    """A tier that writes these texts, one a call; several samples take them in turn."""
    return FakeTier(*(Script(texts=(text,)) for text in texts), name=name, model=f"{name}-model")


def down(name: str) -> FakeTier:
    """A tier that cannot be reached."""
    return FakeTier(Script(error=TierUnavailable(tier=name, detail="refused")), name=name)


def steps(answer: Answer) -> list[tuple[str, str, str]]:
    """Tier, decision and reason of each rung."""
    return [(rung.tier, rung.decision, rung.reason) for rung in answer.provenance.path]


async def test_a_good_draft_is_accepted_at_the_first_rung() -> None:
    """The larger tiers are never asked."""
    large, best = tier("large", "Best."), tier("best", "Best.")
    assistant = assistant_over([tier("draft", "Good."), large, best], ScriptedScorer(VALUES))

    answer = await assistant.draft(REQUEST)

    assert answer.text == "Good."
    assert steps(answer) == [("draft", "accept", "score_ok")]
    assert answer.provenance.degraded == ()
    assert (large.requests, best.requests) == ([], [])


async def test_a_weak_draft_goes_to_the_next_rung() -> None:
    """Deferred to 1, accepted there."""
    assistant = assistant_over(
        [tier("draft", "Weak."), tier("large", "Good."), tier("best", "Best.")],
        ScriptedScorer(VALUES),
    )

    answer = await assistant.draft(REQUEST)

    assert answer.text == "Good."
    assert steps(answer) == [("draft", "defer", "low_score"), ("large", "accept", "score_ok")]
    assert (answer.provenance.tier, answer.provenance.model) == ("large", "large-model")


async def test_two_weak_drafts_go_to_the_last_rung() -> None:
    """Deferred to 2."""
    assistant = assistant_over(
        [tier("draft", "Weak."), tier("large", "Fair."), tier("best", "Best.")],
        ScriptedScorer(VALUES),
    )

    answer = await assistant.draft(REQUEST)

    assert answer.text == "Best."
    assert [step[1] for step in steps(answer)] == ["defer", "defer", "accept"]


async def test_a_failed_required_check_defers_whatever_the_score() -> None:
    """A loop is not served because its words are pretty."""
    scorer = ScriptedScorer(VALUES, failing={"Best.": ["loop"]})
    assistant = assistant_over(
        [tier("draft", "Best."), tier("large", "Good."), tier("best", "Fair.")], scorer
    )

    answer = await assistant.draft(REQUEST)

    assert answer.text == "Good."
    assert steps(answer)[0] == ("draft", "defer", "failed_check")


async def test_with_every_text_below_the_bar_the_best_is_served_and_says_so() -> None:
    """The middle tier wrote the best of three weak texts; its failed checks are named."""
    scorer = ScriptedScorer({**VALUES, "Poor.": 0.3}, failing={"Fair.": ["length"]})
    assistant = assistant_over(
        [tier("draft", "Weak."), tier("large", "Fair."), tier("best", "Poor.")], scorer
    )

    answer = await assistant.draft(REQUEST)

    assert answer.text == "Fair."
    assert answer.provenance.tier == "large"
    assert answer.provenance.degraded == ("below_bar",)
    assert [check.name for check in answer.checks if not check.passed] == ["length"]


async def test_a_large_tier_that_is_down_is_passed_over() -> None:
    """The next one writes, and the answer says that one was missing."""
    assistant = assistant_over(
        [tier("draft", "Weak."), down("large"), tier("best", "Best.")], ScriptedScorer(VALUES)
    )

    answer = await assistant.draft(REQUEST)

    assert answer.text == "Best."
    assert steps(answer)[1] == ("large", "failed", "tier_unavailable")
    assert answer.provenance.degraded == ("tier_down",)


async def test_with_the_upper_tiers_down_the_weak_draft_is_served() -> None:
    """Still an answer."""
    assistant = assistant_over(
        [tier("draft", "Weak."), down("large"), down("best")], ScriptedScorer(VALUES)
    )

    answer = await assistant.draft(REQUEST)

    assert answer.text == "Weak."
    assert answer.provenance.degraded == ("tier_down", "below_bar")


async def test_with_every_tier_down_the_error_names_each_cause() -> None:
    """One cause per tier, in ladder order."""
    overloaded = FakeTier(
        Script(error=TierOverloaded(tier="large", retry_after_s=3.0)), name="large"
    )
    assistant = assistant_over([down("draft"), overloaded, down("best")], ScriptedScorer(VALUES))

    with pytest.raises(AllTiersFailed) as caught:
        await assistant.draft(REQUEST)

    assert [cause.tier for cause in caught.value.causes] == ["draft", "large", "best"]
    assert caught.value.retry_after_s == 3.0


async def test_a_prompt_that_fits_no_tier_tells_the_longest_context() -> None:
    """The writer learns how much room there is."""
    tiers = [
        FakeTier(name=name, context_tokens=room)
        for name, room in [("draft", 5), ("large", 9), ("best", 7)]
    ]
    assistant = assistant_over(tiers, ScriptedScorer(VALUES))

    with pytest.raises(ContextTooLong) as caught:
        await assistant.draft(REQUEST)

    assert caught.value.context_tokens == 9


async def test_a_prompt_too_long_for_the_draft_tier_is_no_outage() -> None:
    """A longer context is a reason to escalate, not a fault."""
    small = FakeTier(name="draft", context_tokens=5)
    assistant = assistant_over(
        [small, tier("large", "Good."), tier("best", "Best.")], ScriptedScorer(VALUES)
    )

    answer = await assistant.draft(REQUEST)

    assert answer.text == "Good."
    assert steps(answer)[0] == ("draft", "failed", "context_too_long")
    assert answer.provenance.degraded == ()


async def test_at_the_deadline_the_best_text_so_far_is_served() -> None:
    """The large tier never answers; the weak draft is better than nothing."""
    stuck = FakeTier(Script(gates={0: anyio.Event()}), name="large")
    best = tier("best", "Best.")
    assistant = assistant_over(
        [tier("draft", "Weak."), stuck, best],
        ScriptedScorer(VALUES),
        real_time=True,
    )

    answer = await assistant.draft(
        DraftRequest(instruction="Write a line about rain.", deadline_ms=200)
    )

    assert answer.text == "Weak."
    assert steps(answer)[1] == ("large", "failed", "tier_timeout")
    assert answer.provenance.degraded == ("deadline", "below_bar")
    assert best.requests == []


async def test_a_text_cut_by_the_deadline_is_served_as_partial_if_there_is_no_other() -> None:
    """Half a text, marked as such, beats an error."""
    slow = FakeTier(Script(texts=("One two three.",), gates={2: anyio.Event()}), name="draft")
    assistant = assistant_over(
        [slow, tier("large", "Good."), tier("best", "Best.")],
        ScriptedScorer(VALUES),
        real_time=True,
    )

    answer = await assistant.draft(DraftRequest(instruction="Count.", deadline_ms=200))

    assert (answer.text, answer.finish) == ("One two", "length")
    assert answer.provenance.degraded == ("deadline", "partial")


async def test_a_deadline_without_a_single_word_is_an_error() -> None:
    """There is nothing to serve."""
    stuck = FakeTier(Script(gates={0: anyio.Event()}), name="draft")
    assistant = assistant_over(
        [stuck, tier("large", "Good."), tier("best", "Best.")],
        ScriptedScorer(VALUES),
        real_time=True,
    )

    with pytest.raises(DeadlineExceeded):
        await assistant.draft(DraftRequest(instruction="Count.", deadline_ms=100))


async def test_a_tier_that_breaks_off_does_not_hide_what_the_next_one_writes() -> None:
    """A broken text never wins over a whole one, whatever its score."""
    broken = FakeTier(
        Script(
            texts=("Best. And more words.",),
            error=TierUnavailable(tier="draft", detail="cut off"),
            error_after=1,
        ),
        name="draft",
    )
    assistant = assistant_over(
        [broken, tier("large", "Good."), tier("best", "Fair.")], ScriptedScorer(VALUES)
    )

    answer = await assistant.draft(REQUEST)

    assert answer.text == "Good."
    assert answer.provenance.path[0].usage.completion_tokens == 1


async def test_a_tier_with_no_time_of_its_own_left_fails_alone() -> None:
    """Its own timeout is no deadline of the request: the next tier still writes."""
    slow = FakeTier(Script(error=TierTimeout(tier="draft", after_s=60.0)), name="draft")
    assistant = assistant_over(
        [slow, tier("large", "Good."), tier("best", "Best.")], ScriptedScorer(VALUES)
    )

    answer = await assistant.draft(REQUEST)

    assert answer.text == "Good."
    assert answer.provenance.degraded == ("tier_down",)


async def test_a_ladder_of_one_is_scored_and_not_acted_upon() -> None:
    """The typing route has nobody to ask, and does not call its answer degraded."""
    assistant = assistant_over([tier("draft", "Weak.")], ScriptedScorer(VALUES))

    answer = await assistant.draft(DraftRequest(task="continue", before="It rained"))

    assert steps(answer) == [("draft", "accept", "only_rung")]
    assert answer.provenance.score == 0.2
    assert answer.provenance.degraded == ()
