"""Routes that bound the risk: the score is chosen once, and where none is safe everything is deferred."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cache.rules import refusal_for
from assistant.confidence.artefact import ScoreCounts
from assistant.confidence.threshold import Measured, NoSafeThreshold, SafeThreshold
from assistant.policy.models import AcceptRule, Policy
from assistant.policy.parse import parse_policy
from assistant.tiers.fake import FakeTier, Script
from assistant.types import (
    Answer,
    CacheControl,
    Caller,
    CheckResult,
    DraftRequest,
    Entry,
    Score,
)
from assistant.workflow.bars import compile_bar, risk_bars, thresholds_of
from assistant.workflow.decide import Bar, Decision, Why, against_bar, decide
from assistant.workflow.plan import plan_request
from support.cascade import ScriptedScorer, assistant_over

RISKS = """
apiVersion: inkladder/v1
name: risks
tiers:
  draft: {engine: sglang, model: small, endpoints: ["http://draft:1"]}
  large: {engine: sglang, model: big, endpoints: ["http://large:1"]}
routes:
  - name: publish
    match: {labels: publish}
    ladder: [draft, large]
    accept: {max_risk: 0.1, required_checks: [loop]}
  - {name: alone, match: {task: titles}, ladder: [draft], accept: {max_risk: 0.2}}
  - {name: given, match: {task: tone}, ladder: [draft], accept: {min_score: 0.9}}
  - {name: default, ladder: [draft, large], accept: {min_score: 0.6}}
"""
PUBLISH = DraftRequest(instruction="Write a line about rain.", labels=("publish",))
VALUES = {"Weak.": 0.3, "Good.": 0.7, "Great.": 0.9}
COUNTS = (
    ScoreCounts(task=None, prompts=1000, cells=((30, 300, 150), (70, 300, 40), (90, 400, 12))),
)


def policy() -> Policy:
    """Two routes by risk, two by score."""
    return parse_policy(RISKS, source="risks.yaml")


def tier(name: str, text: str) -> FakeTier:
    """A tier that always writes this."""
    return FakeTier(Script(texts=(text,)), Script(texts=(text,)), name=name)


async def answered(
    draft: str,
    large: str,
    request: DraftRequest = PUBLISH,
    *,
    thresholds: dict[str, float] | None = None,
) -> Answer:
    """What comes of these two texts."""
    assistant = assistant_over(
        [tier("draft", draft), tier("large", large)],
        ScriptedScorer(VALUES),
        policy=RISKS,
        thresholds=thresholds,
    )
    return await assistant.draft(request)


def steps(answer: Answer) -> list[tuple[str, str, str]]:
    """Tier, decision and reason of each rung."""
    return [(rung.tier, rung.decision, rung.reason) for rung in answer.provenance.path]


async def test_the_compiled_score_decides() -> None:
    """As a score in the policy would."""
    deferred = await answered("Good.", "Great.", thresholds={"publish": 0.8})
    accepted = await answered("Great.", "Good.", thresholds={"publish": 0.8})

    assert steps(deferred) == [("draft", "defer", "low_score"), ("large", "accept", "score_ok")]
    assert steps(accepted) == [("draft", "accept", "score_ok")]


async def test_without_a_safe_score_everything_is_deferred_and_the_best_is_served() -> None:
    """The reason is in every rung, and the answer is marked."""
    answer = await answered("Great.", "Good.")

    assert steps(answer) == [
        ("draft", "defer", "no_safe_threshold"),
        ("large", "defer", "no_safe_threshold"),
    ]
    assert answer.text == "Great."
    assert answer.provenance.degraded == ("below_bar",)


@pytest.mark.parametrize("thresholds", [None, {"alone": 0.8}])
async def test_a_ladder_of_one_marks_a_text_that_misses_a_stated_risk(
    thresholds: dict[str, float] | None,
) -> None:
    """A promise is not forgotten because nobody else can be asked."""
    request = DraftRequest(task="titles", instruction="Name it.")

    answer = await answered("Good.", "Great.", request, thresholds=thresholds)

    assert [step[1] for step in steps(answer)] == ["defer"]
    assert (answer.text, answer.provenance.degraded) == ("Good.", ("below_bar",))


async def test_a_ladder_of_one_with_a_given_score_only_shows_it() -> None:
    """Nothing was promised there."""
    answer = await answered("Weak.", "Great.", DraftRequest(task="tone", instruction="Kinder."))

    assert steps(answer) == [("draft", "accept", "only_rung")]
    assert answer.provenance.degraded == ()


async def test_what_an_earlier_rule_accepted_is_not_served_from_the_cache_either() -> None:
    """The bar of stored answers is out of reach where no score is safe."""
    good = await answered("Great.", "Great.", thresholds={"publish": 0.8})

    def refused(thresholds: dict[str, float]) -> bool:
        plan = plan_request(
            policy(),
            PUBLISH,
            scorer="s",
            caller=Caller(),
            control=CacheControl(),
            thresholds=thresholds,
        )
        return refusal_for(plan.query, good, age_s=1.0) is not None

    assert refused({})
    assert refused({"publish": 0.95})
    assert not refused({"publish": 0.85})


@pytest.mark.parametrize("entry", ["fast", "best"])
async def test_a_part_of_the_ladder_is_held_to_the_same_risk(entry: Entry) -> None:
    """Whoever asks for one tier only is told as well."""
    request = DraftRequest(instruction="Write.", labels=("publish",), entry=entry)

    answer = await answered("Good.", "Good.", request, thresholds={"publish": 0.8})

    assert answer.provenance.degraded == ("below_bar",)


def test_only_routes_by_risk_are_compiled_and_only_safe_ones_have_a_score() -> None:
    """What is not there accepts nothing."""
    strict = policy().model_copy(
        update={
            "routes": (
                policy().routes[0].model_copy(update={"accept": AcceptRule(max_risk=0.01)}),
                *policy().routes[1:],
            )
        }
    )

    bars = risk_bars(policy(), COUNTS)

    assert [bar.route for bar in bars] == ["publish", "alone"]
    assert thresholds_of(bars) == {"publish": 0.7, "alone": 0.7}
    assert thresholds_of(risk_bars(strict, COUNTS)) == {"alone": 0.7}
    assert thresholds_of(risk_bars(policy(), ())) == {}


def test_a_bar_tells_what_it_was_compiled_from() -> None:
    """Safe, not safe, given and measured, given and unknown."""
    publish, _, given_alone, default = policy().routes

    assert isinstance(compile_bar(publish, COUNTS).compiled, SafeThreshold)
    assert isinstance(compile_bar(publish, ()).compiled, NoSafeThreshold)
    assert isinstance(compile_bar(default, COUNTS).compiled, Measured)
    assert compile_bar(default, ()).compiled is None
    assert (compile_bar(given_alone, ()).acts, compile_bar(default, ()).acts) == (False, True)


def test_a_route_is_judged_by_the_drafts_of_its_tasks_where_they_suffice() -> None:
    """Another rule can be tried on it."""
    alone = policy().routes[1]
    titles = ScoreCounts(task="titles", prompts=400, cells=((50, 400, 4),))

    own = compile_bar(alone, (*COUNTS, titles))
    pooled = compile_bar(alone, COUNTS, rule=AcceptRule(max_risk=0.1))

    assert (own.min_score, own.tasks, own.matched) == (0.5, ("titles",), ("titles",))
    assert (pooled.min_score, pooled.tasks, pooled.matched) == (0.7, (), ("titles",))


@given(
    value=st.floats(0, 1),
    failed=st.booleans(),
    rungs_left=st.integers(0, 2),
    late=st.none() | st.sampled_from([Why.DEADLINE, Why.PATIENCE]),
)
def test_under_a_bar_without_a_score_nothing_is_ever_accepted(
    value: float, failed: bool, rungs_left: int, late: Why | None
) -> None:
    """Whatever the score, the rungs and the time."""
    bar = Bar(min_score=None, required_checks=frozenset({"loop"}))
    check = CheckResult(name="loop", passed=not failed, evidence="looked at")
    score = against_bar(Score(value=value, checks=(check,)), bar)

    decision = decide(score, bar, rungs_left=rungs_left, late=late)

    assert decision.action != "accept"
    assert score.value <= value


def test_the_reason_is_the_failed_check_where_there_is_one() -> None:
    """It says more than that no score is safe."""
    bar = Bar(min_score=None, required_checks=frozenset({"loop"}))
    check = CheckResult(name="loop", passed=False, evidence="says it 9 times")

    decision = decide(Score(value=1, checks=(check,)), bar, rungs_left=1)

    assert decision == Decision(action="escalate", why=Why.FAILED_CHECK)
