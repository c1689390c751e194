"""The decision of the cascade."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.types import CheckResult, Score
from assistant.workflow.decide import Bar, Decision, Why, against_bar, decide, defers_beginning

BAR = Bar(min_score=0.6, required_checks=frozenset({"loop"}))
FAILED_LOOP = CheckResult(name="loop", passed=False, evidence="says the same line 9 times")
FAILED_PREAMBLE = CheckResult(name="preamble", passed=False, evidence="starts with 'Here is'")

scores = st.builds(
    Score,
    value=st.floats(0, 1),
    checks=st.lists(st.sampled_from([FAILED_LOOP, FAILED_PREAMBLE]), unique=True).map(tuple),
)
bars = st.builds(
    Bar,
    min_score=st.floats(0, 1),
    required_checks=st.frozensets(st.sampled_from(["loop", "preamble"])),
    acts=st.booleans(),
)


@pytest.mark.parametrize(
    ("score", "rungs_left", "late", "expected"),
    [
        (Score(value=0.6), 2, None, Decision(action="accept", why=Why.SCORE_OK)),
        (Score(value=0.59), 2, None, Decision(action="escalate", why=Why.LOW_SCORE)),
        (Score(value=0.59), 0, None, Decision(action="settle", why=Why.LOW_SCORE)),
        (Score(value=0.59), 2, Why.DEADLINE, Decision(action="settle", why=Why.DEADLINE)),
        (Score(value=0.59), 2, Why.PATIENCE, Decision(action="settle", why=Why.PATIENCE)),
        (Score(value=0.59), 0, Why.DEADLINE, Decision(action="settle", why=Why.LOW_SCORE)),
        (Score(value=0.6), 2, Why.DEADLINE, Decision(action="accept", why=Why.SCORE_OK)),
        (
            Score(value=0.9, checks=(FAILED_LOOP,)),
            1,
            None,
            Decision(action="escalate", why=Why.FAILED_CHECK),
        ),
        (
            Score(value=0.9, checks=(FAILED_PREAMBLE,)),
            1,
            None,
            Decision(action="accept", why=Why.SCORE_OK),
        ),
    ],
)
def test_a_draft_is_accepted_deferred_or_settled_for_a_named_reason(
    score: Score, rungs_left: int, late: Why | None, expected: Decision
) -> None:
    """Score, checks, rungs and time each have their say."""
    assert decide(score, BAR, rungs_left=rungs_left, late=late) == expected


@given(score=scores, low=bars, rungs_left=st.integers(0, 3))
def test_a_higher_bar_never_accepts_what_a_lower_one_deferred(
    score: Score, low: Bar, rungs_left: int
) -> None:
    """Threshold up, deferrals never fewer."""
    high = Bar(
        min_score=min(1.0, (low.min_score or 0.0) + 0.1),
        required_checks=low.required_checks | {"loop"},
        acts=low.acts,
    )

    lower = decide(score, low, rungs_left=rungs_left)
    higher = decide(score, high, rungs_left=rungs_left)

    assert not (higher.action == "accept" and lower.action != "accept")


@given(score=scores, min_score=st.floats(0, 1), rungs_left=st.integers(0, 3))
def test_a_ladder_of_one_reports_the_score_and_never_acts_on_it(
    score: Score, min_score: float, rungs_left: int
) -> None:
    """There is nobody to ask."""
    bar = Bar(min_score=min_score, required_checks=frozenset({"loop"}), acts=False)

    decision = decide(score, bar, rungs_left=rungs_left)

    assert decision == Decision(action="accept", why=Why.ONLY_RUNG)


@given(first=scores, second=scores, min_score=st.floats(0.01, 1))
def test_a_text_that_fails_a_required_check_never_outranks_an_accepted_one(
    first: Score, second: Score, min_score: float
) -> None:
    """Choosing by score alone is then never worse."""
    bar = Bar(min_score=min_score, required_checks=frozenset({"loop"}))
    accepted = against_bar(first, bar)
    failed = against_bar(second, bar)
    if "loop" not in failed.failed_checks:
        return
    if decide(accepted, bar, rungs_left=0).action != "accept":
        return

    assert failed.value <= accepted.value


@given(first=st.floats(0, 1), second=st.floats(0, 1))
def test_two_texts_that_fail_keep_their_order(first: float, second: float) -> None:
    """The better of two bad texts stays the better one."""
    low, high = (
        against_bar(Score(value=value, checks=(FAILED_LOOP,)), BAR)
        for value in sorted((first, second))
    )

    assert low.value <= high.value


def test_a_bar_of_nothing_keeps_failed_texts_in_their_order() -> None:
    """Otherwise the worse of two texts that failed a check could be served."""
    bar = Bar(min_score=0.0, required_checks=frozenset({"loop"}))
    failed = (CheckResult(name="loop", passed=False, evidence="again and again"),)

    better = against_bar(Score(value=0.7, checks=failed), bar)
    worse = against_bar(Score(value=0.1, checks=failed), bar)

    assert better.value > worse.value > 0


@given(score=scores, bar=bars, min_score=st.floats(0, 1))
def test_a_beginning_is_deferred_by_its_own_bar_or_a_required_check(
    score: Score, bar: Bar, min_score: float
) -> None:
    """Whatever the bar of whole drafts is."""
    why = defers_beginning(score, bar, min_score=min_score)

    fails = bool(bar.required_checks & set(score.failed_checks))
    assert (why is Why.FAILED_CHECK) == fails
    assert (why is Why.LOW_SCORE) == (not fails and score.value < min_score)
