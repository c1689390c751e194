"""Where semantic hits may be served, and when that is taken back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cache.semantic.control import (
    FEWEST_OWN,
    STRENGTHS,
    LabelledLevel,
    LabelledStratum,
    Proof,
    Proven,
    Unproven,
    crossed,
    lower_bound,
    proof_for,
)

LEVELS = st.lists(
    st.builds(
        LabelledLevel,
        strength=st.sampled_from((1.0, 0.97, 0.9, 0.8, 0.7, 0.3)),
        false_hits=st.integers(0, 3),
        hits=st.integers(0, 50),
    ),
    max_size=5,
)
STRATA = st.lists(
    st.builds(
        LabelledStratum,
        task=st.sampled_from(("draft", "reply", "tone")),
        language=st.sampled_from(("en", "de")),
        different=st.integers(0, 900),
        same=st.integers(0, 300),
        levels=LEVELS.map(tuple),
    ),
    min_size=1,
    max_size=5,
)
TASKS = st.sampled_from(("draft", "reply", "tone", "chat", "continue"))
LIMITS = st.sampled_from((0.001, 0.005, 0.01, 0.02, 0.05, 0.2))


def stratum(
    task: str = "draft", different: int = 400, language: str = "en", **false_hits: int
) -> LabelledStratum:
    """One whose false hits are named by strength: `at_90=2`."""
    levels = tuple(
        LabelledLevel(strength=int(name.removeprefix("at_")) / 100, false_hits=count, hits=10)
        for name, count in false_hits.items()
    )
    return LabelledStratum(
        task=task, language=language, different=different, same=100, levels=levels
    )


def reach(proof: Proof) -> float:
    """The least strength, above all of them where nothing is served."""
    return proof.strength if isinstance(proof, Proven) else 2.0


def proven(
    *strata: LabelledStratum, task: str = "draft", language: str = "en", limit: float = 0.01
) -> Proof:
    """What follows for requests of a task."""
    return proof_for(strata, task=task, language=language, max_false_hit=limit)


def test_without_a_false_hit_299_pairs_prove_one_per_cent_and_298_do_not() -> None:
    """The rule of three, exactly."""
    enough, too_few = stratum(different=299), stratum(different=298)

    assert isinstance(proven(enough), Proven)
    assert proven(too_few) == Unproven(why="too_few_labels")


def test_hits_are_served_down_to_the_last_strength_whose_bound_holds() -> None:
    """One false hit in 500 is within 1 %, six are not."""
    found = proven(stratum(different=500, at_90=1, at_80=5))

    assert isinstance(found, Proven)
    assert (found.strength, found.false_hits, found.different) == (0.85, 1, 500)
    assert found.bound <= 0.01


def test_a_strict_strength_that_fails_ends_it_however_good_the_lenient_ones_look() -> None:
    """False hits add up from strict to lenient."""
    assert proven(stratum(at_100=9)) == Unproven(why="false_hits")


def test_a_task_with_few_pairs_of_its_own_borrows_those_of_all_tasks() -> None:
    """The verifier knows no task."""
    found = proven(stratum("reply", 20), stratum("draft", 290), task="reply")

    assert isinstance(found, Proven)
    assert (found.basis, found.different) == ("pooled", 310)


def test_a_false_hit_of_its_own_ends_the_borrowing_at_its_strength() -> None:
    """Though all tasks together would allow it."""
    strata = (stratum("reply", 20, at_80=1), stratum("draft", 900))

    assert reach(proven(*strata, task="reply")) == 0.85
    assert reach(proven(*strata, task="draft")) == STRENGTHS[-1]


def test_a_task_that_was_hardly_looked_at_serves_nothing() -> None:
    """Nor does one of which there are no pairs at all."""
    strata = (stratum("tone", FEWEST_OWN - 1), stratum("draft", 900))

    assert proven(*strata, task="tone") == Unproven(why="no_labels")
    assert proven(*strata, task="continue") == Unproven(why="no_labels")


def test_a_task_with_enough_pairs_stands_by_them_alone() -> None:
    """Those of others neither help it nor harm it."""
    strata = (stratum("draft", 400, at_90=3), stratum("reply", 5000))

    assert reach(proven(*strata, task="draft")) == 0.95
    assert reach(proven(*strata, task="reply")) == STRENGTHS[-1]


def test_a_chat_takes_the_pairs_of_all_tasks_of_its_language() -> None:
    """It may ask for any of them."""
    strata = (stratum("draft", 200), stratum("reply", 150), stratum("draft", 9, "de"))

    assert isinstance(proven(*strata, task="chat"), Proven)
    assert proven(*strata, task="chat", language="de") == Unproven(why="too_few_labels")
    assert proven(*strata, task="chat", language="fr") == Unproven(why="no_labels")


@given(strata=STRATA, task=TASKS, limit=LIMITS, data=st.data())
def test_one_more_false_hit_never_serves_more(
    strata: list[LabelledStratum], task: str, limit: float, data: st.DataObject
) -> None:
    """Wherever it falls, also at a strength that had none."""
    place = data.draw(st.integers(0, len(strata) - 1))
    strength = data.draw(st.sampled_from((1.0, 0.97, 0.93, 0.9, 0.8, 0.5, 0.3)))
    worse = list(strata)
    more = LabelledLevel(strength=strength, false_hits=1, hits=0)
    worse[place] = replace(strata[place], levels=(*strata[place].levels, more))

    before = proof_for(strata, task=task, language="en", max_false_hit=limit)
    after = proof_for(worse, task=task, language="en", max_false_hit=limit)

    assert reach(after) >= reach(before)


@given(strata=STRATA, task=TASKS, limits=st.tuples(LIMITS, LIMITS))
def test_a_stricter_policy_never_serves_more(
    strata: list[LabelledStratum], task: str, limits: tuple[float, float]
) -> None:
    """Whichever pairs count then."""
    strict, lenient = (
        proof_for(strata, task=task, language="en", max_false_hit=limit) for limit in sorted(limits)
    )

    assert reach(strict) >= reach(lenient)


@given(strata=STRATA, task=TASKS, limit=LIMITS)
def test_what_is_proven_is_bounded_by_the_policy(
    strata: list[LabelledStratum], task: str, limit: float
) -> None:
    """By its own account."""
    found = proof_for(strata, task=task, language="en", max_false_hit=limit)

    assert isinstance(found, Unproven) or found.bound <= limit


def test_a_strength_that_is_wrong_too_often_is_served_in_five_draws_of_a_hundred_at_most() -> None:
    """However often it is looked at: of pairs that must miss, 1.01 % are hits from 0.80 on."""
    draws = 400
    drawn = np.random.default_rng(7).binomial(480, 0.0101, size=draws)
    wrong = sum(
        reach(proven(stratum(different=480, at_80=int(false_hits)))) <= 0.8 for false_hits in drawn
    )

    assert 0 < wrong <= draws * 0.05 + 3 * (draws * 0.05 * 0.95) ** 0.5


@pytest.mark.parametrize(("wrong", "seen"), [(1, 5), (2, 35), (3, 82)])
def test_hits_are_taken_back_where_more_than_one_per_cent_must_be_wrong(
    wrong: int, seen: int
) -> None:
    """The lower bound is above it, and no more with one right hit more."""
    assert crossed(seen=seen, wrong=wrong, max_false_hit=0.01)
    assert not crossed(seen=seen + 1, wrong=wrong, max_false_hit=0.01)


@given(seen=st.integers(0, 500), wrong=st.integers(0, 20), limit=LIMITS)
def test_what_was_taken_back_stays_so_with_each_further_wrong_hit(
    seen: int, wrong: int, limit: float
) -> None:
    """Also where counts of two processes came in an odd order: more wrong than seen."""
    if crossed(seen=seen, wrong=wrong, max_false_hit=limit):
        assert crossed(seen=seen + 1, wrong=wrong + 1, max_false_hit=limit)
    assert 0 <= lower_bound(wrong, seen) <= 1


@given(seen=st.integers(0, 5000), limit=LIMITS)
def test_without_a_wrong_hit_nothing_is_taken_back(seen: int, limit: float) -> None:
    """However few were seen."""
    assert not crossed(seen=seen, wrong=0, max_false_hit=limit)


def test_what_is_rejected_in_any_case_takes_nothing_back() -> None:
    """Three of ten hits and of a hundred other texts; seven of ten are more than please nobody."""
    assert crossed(seen=10, wrong=3, max_false_hit=0.01)
    assert not crossed(seen=10, wrong=3, max_false_hit=0.01, made=100, rejected=30)
    assert crossed(seen=10, wrong=7, max_false_hit=0.01, made=100, rejected=30)


@given(
    seen=st.integers(0, 500),
    wrong=st.integers(0, 20),
    limit=LIMITS,
    made=st.integers(0, 500),
    rejected=st.integers(0, 500),
)
def test_rejections_of_other_texts_never_take_hits_back(
    seen: int, wrong: int, limit: float, made: int, rejected: int
) -> None:
    """They only excuse those of hits."""
    if crossed(seen=seen, wrong=wrong, max_false_hit=limit, made=made, rejected=rejected):
        assert crossed(seen=seen, wrong=wrong, max_false_hit=limit)
