"""The numbers of an evaluation of pairs."""

from __future__ import annotations

from assistant.evaluation.binomial import clopper_pearson
from assistant.evaluation.cache_found import Group, Label, PairsFound
from assistant.evaluation.cache_pairs import Apart, Comparison, LabelledPair, Together
from assistant.evaluation.cache_report import (
    REDISVL,
    SERVED,
    Case,
    Origin,
    count_strata,
    evaluate_pairs,
)

ORIGIN = Origin(data="d", wording="w", embedder="e")
EXACT = Together(level="exact", language="en")
CANONICAL = Together(level="canonical", language="en")
WORD = Apart(reason="word", language="en")
UNSURE = Apart(reason="unsure")


def similar(strength: float) -> Together:
    """A semantic hit."""
    return Together(level="semantic", language="en", strength=strength)


def case(
    found: Comparison,
    label: Label = "same",
    *,
    kind: str = "order",
    cosine: float = 0.97,
    task: str = "draft",
) -> Case:
    """One labelled pair."""
    row = {"id": "1", "a": "a", "b": "b", "label": label, "kind": kind, "task": task}
    return Case(pair=LabelledPair.model_validate(row), found=found, cosine=cosine)


def evaluated(*cases: Case) -> PairsFound:
    """The numbers at one per cent."""
    return evaluate_pairs(cases, ORIGIN, max_false_hit=0.01)


def group(found: PairsFound, name: str) -> Group:
    """The kind or total of that name."""
    return next(one for one in (*found.kinds, *found.totals) if one.name == name)


def test_each_level_has_the_hits_of_those_below_it() -> None:
    """Recall grows with the levels."""
    found = evaluated(case(EXACT), case(CANONICAL), case(similar(0.9)), case(WORD))

    hits = {rule: share.hits for rule, share in group(found, "same, all").shares.items()}

    assert (hits["exact"], hits["canonical"]) == (1, 2)
    assert (hits["semantic 1.00"], hits["semantic 0.90"]) == (2, 3)


def test_shares_have_exact_intervals() -> None:
    """Of Clopper and Pearson."""
    found = evaluated(case(EXACT), case(WORD), case(WORD))

    share = group(found, "order").shares["exact"]

    assert (share.hits, share.pairs) == (1, 3)
    assert (share.low, share.high) == clopper_pearson(1, 3)


def test_rules_of_likeness_go_by_their_threshold_alone() -> None:
    """Redisvl serves up to a distance of .1: a cosine of .90."""
    found = evaluated(
        case(WORD, "different", kind="date", cosine=0.96),
        case(WORD, "different", kind="date", cosine=0.90),
        case(WORD, "different", kind="date", cosine=0.85),
    )

    hits = {rule: share.hits for rule, share in group(found, "date").shares.items()}

    assert (hits["cosine 0.80"], hits["cosine 0.90"], hits["cosine 0.95"]) == (3, 2, 1)
    assert hits[REDISVL] == 2
    assert hits[SERVED] == 0


def test_light_and_deep_rewording_are_told_apart() -> None:
    """Deep is all that is not light."""
    found = evaluated(case(EXACT), case(EXACT, kind="synonym"), case(WORD, kind="deep"))

    assert group(found, "same, light").shares["exact"].pairs == 2
    assert group(found, "same, deep").shares["exact"].pairs == 1


def test_what_is_served_follows_from_the_counts_of_the_same_pairs() -> None:
    """Strict hits are proven, the lenient ones are false too often; unlike pairs are not nominated."""
    misses = [case(WORD, "different", kind="name") for _ in range(400)]
    wrong = [case(similar(0.8), "different", kind="name") for _ in range(9)]
    right = [case(similar(0.9)), case(similar(0.8)), case(similar(0.9), cosine=0.1)]

    found = evaluated(*misses, *wrong, *right)

    assert found.strata[0].least == 0.85
    assert group(found, "order").shares[SERVED].hits == 1
    assert group(found, "name").shares[SERVED].hits == 0


def test_misses_are_counted_by_reason_and_verdicts_by_strength() -> None:
    """For both labels."""
    found = evaluated(case(WORD), case(UNSURE, "different"), case(similar(0.9)), case(EXACT))

    assert found.rejections == {
        "unsure": {"same": 0, "different": 1},
        "word": {"same": 1, "different": 0},
    }
    assert found.strengths == {
        "0.90": {"same": 1, "different": 0},
        "1.00": {"same": 1, "different": 0},
    }
    assert (found.pairs, found.unread) == (4, 1)


def test_strata_count_what_the_verifier_read_by_task_and_language() -> None:
    """Any level's false hit is one."""
    cases = [
        case(CANONICAL, "different"),
        case(similar(0.9), "different"),
        case(WORD, "different"),
        case(UNSURE, "different"),
        case(similar(0.9)),
        case(WORD, "different", task="reply"),
    ]

    draft, reply = count_strata(cases)

    assert (draft.task, draft.different, draft.same) == ("draft", 3, 1)
    assert [(one.strength, one.false_hits, one.hits) for one in draft.levels] == [
        (1.0, 1, 0),
        (0.9, 1, 1),
    ]
    assert (reply.task, reply.different, reply.levels) == ("reply", 1, ())
