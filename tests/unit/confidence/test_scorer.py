"""The shipped scorer on short drafts as production has them, and the laws it keeps."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.confidence.artefact import load_artefact
from assistant.confidence.checks import GROSS
from assistant.confidence.features import FEATURES
from assistant.confidence.fitting.defects import planted
from assistant.confidence.fitting.examples import NATURAL, Example
from assistant.confidence.linear import log_odds
from assistant.confidence.metrics import auroc
from assistant.confidence.scorer import Scorer
from assistant.types import Task
from support.drafts import EMAIL, EMAIL_ASKED, draft, hashed_vectors
from support.good_texts import GOOD_TEXTS

GOOD_ENOUGH = 0.6
"""The bar of the shipped policies."""

TAKEN_FOR_GRANTED = {feature.name for feature in FEATURES if feature.taken_for_granted}

RIVERS = (
    "Most great cities grew beside a river, and few of them could live without one today. Rivers"
    " bring drinking water, carry goods, cool the streets in summer and give people a place to walk"
    " in the evening. They also take away what a city no longer wants, which is why a clean river is"
    " the best sign of a city that takes care of itself."
)
MESSAGE = "Hi Tom, we met Priya on 3 May and she said the 40 boxes are late. Can you call her?"

GOOD: list[tuple[str, dict[str, Any]]] = [
    (EMAIL, {"instruction": EMAIL_ASKED}),
    (RIVERS, {"instruction": "Write a paragraph about why rivers matter to cities."}),
    (
        "1. Honey Above the Rooftops\n2. The City That Learned to Hum\n3. Keeping Bees Where Cars"
        " Once Parked\n4. Sweet Streets\n5. What Bees Can Teach a City",
        {"task": "titles", "instruction": "Five titles for an essay about urban beekeeping."},
    ),
    (
        "Dear Tom, we met with Priya on 3 May, and she informed us that the 40 boxes are delayed."
        " Could you please telephone her?",
        {"task": "rewrite", "instruction": "Make it more formal.", "text": MESSAGE},
    ),
    (
        "Priya says the 40 boxes are late; Tom should call her.",
        {"task": "summarize", "instruction": "Summarize in one sentence.", "text": MESSAGE},
    ),
    (
        "They stood under the eaves of the bakery and watched the brown water climb.",
        {"task": "continue", "before": "The rain had not stopped for three days. "},
    ),
]
BAD: list[tuple[str, str, dict[str, Any]]] = [
    (
        "asdkj qwoei zmxn bvnq pwoeir alskdj zxmcn qpwoe irutyghf jdksla mznxbc vqwe",
        "no_language",
        {},
    ),
    ("Photosynthesis turns sunlight, water and air into sugar. " + RIVERS, "terms_", {}),
    ("I'm sorry, but I can't help with that request.", "refusal", {}),
    ("I would like Friday off. " * 9, "loop", {}),
    (EMAIL[:260], "cut_off", {}),
    ("Friday off.", "far_too_short", {}),
    ("", "empty", {}),
    (EMAIL_ASKED + " " + EMAIL_ASKED, "prompt_echo", {}),
    (
        EMAIL,
        "forbidden_words",
        {"instruction": f'{EMAIL_ASKED} Do not use the word "wedding" or "travel".'},
    ),
    (EMAIL, "length", {"instruction": f"{EMAIL_ASKED} Write at least 400 words."}),
    (
        "Dear Tom, we had a meeting and were told of a delay. Could you get in touch?",
        "lost_",
        {"task": "rewrite", "instruction": "Make it more formal.", "text": MESSAGE},
    ),
]


@cache
def scorer() -> Scorer:
    """The scorer with the shipped artefact."""
    return Scorer(load_artefact("default"))


@pytest.mark.parametrize(("text", "request_fields"), GOOD)
def test_a_good_short_draft_passes_the_bar(text: str, request_fields: dict[str, Any]) -> None:
    """Being short is no fault when no length was asked for."""
    score = scorer().score(draft(text, **request_fields), None)

    assert score.value >= GOOD_ENOUGH
    assert score.failed_checks == ()


def test_most_good_texts_of_unusual_kinds_pass_the_bar() -> None:
    """Songs, tables, recipes, other languages: judged by words alone, few are taken for bad ones."""
    scores = {one.name: scorer().score(one.draft(), None).value for one in GOOD_TEXTS}

    missed = [name for name, value in scores.items() if value < GOOD_ENOUGH]
    assert len(missed) < 0.2 * len(scores), missed


@pytest.mark.parametrize(("text", "problem", "request_fields"), BAD)
def test_a_bad_draft_misses_the_bar_for_the_right_reason(
    text: str, problem: str, request_fields: dict[str, Any]
) -> None:
    """The first reasons name what a reader would object to."""
    score = scorer().score(draft(text, **{"instruction": EMAIL_ASKED, **request_fields}), None)

    assert score.value < GOOD_ENOUGH
    assert any(
        reason.feature.startswith(problem) and reason.contribution < 0 for reason in score.reasons
    )


@pytest.mark.parametrize("task", get_args(Task))
@pytest.mark.parametrize("text", ["", " \n", "---"])
def test_an_empty_draft_scores_near_zero(task: Task, text: str) -> None:
    """Nothing is never good enough, whatever was asked for."""
    one = draft(text, task=task, instruction=EMAIL_ASKED, text=MESSAGE)

    score = scorer().score(one, None)

    assert score.value < 0.05
    assert score.reasons[0].feature in {"empty", "far_too_short"}


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=400),
    st.text(max_size=80),
    st.sampled_from(["draft", "rewrite", "titles", "chat"]),
)
def test_any_text_gets_a_probability_and_at_most_three_reasons(
    text: str,
    instruction: str,
    task: Any,  # noqa: ANN401 - a Literal that hypothesis samples
) -> None:
    """In every script: what makes it unusable, then the stronger, and last that it was an easy one."""
    score = scorer().score(draft(text, instruction=instruction, task=task, text=instruction), None)
    ranks = [
        (
            one.feature in TAKEN_FOR_GRANTED and one.contribution > 0,
            one.contribution > 0 or one.feature not in GROSS,
            -abs(one.contribution),
        )
        for one in score.reasons
    ]

    assert 0 < score.value < 1
    assert len(ranks) <= 3
    assert ranks == sorted(ranks)
    assert all(reason.text for reason in score.reasons)


@pytest.mark.parametrize("check", sorted(GROSS))
def test_failing_a_gross_check_alone_lowers_the_score(check: str) -> None:
    """With everything else equal, in both heads."""
    artefact = load_artefact("default")

    for head in (artefact.full, artefact.text):
        names = [curve.feature for curve in head.curves]
        usual = np.array([curve.usual for curve in head.curves])
        failing = usual.copy()
        failing[names.index(check)] = 1.0
        if check == "empty":
            # Nothing is also too little, and cannot be one without the other.
            failing[names.index("far_too_short")] = np.log(25)
        assert log_odds(head, failing) < log_odds(head, usual) - 1


@pytest.mark.parametrize(
    "worse",
    [
        "I'm sorry, but I can't help with that request.\n\n" + EMAIL,
        EMAIL[: EMAIL.index(" by Wednesday")],
        EMAIL + " Thank you very much indeed for this." * 5,
        "Sure! Here is your email:\n\n" + EMAIL,
        f"```\n{EMAIL}\n```",
    ],
)
def test_spoiling_a_good_draft_lowers_its_score(worse: str) -> None:
    """A refusal, a cut, a loop, a preamble, a fence."""
    good = scorer().score(draft(EMAIL, instruction=EMAIL_ASKED), None).value

    assert scorer().score(draft(worse, instruction=EMAIL_ASKED), None).value < good


def test_vectors_of_another_draft_are_refused() -> None:
    """A wrong number of rows must not be scored silently."""
    with pytest.raises(ValueError, match="one for each passage"):
        scorer().score(draft(EMAIL), np.zeros((1, 8), dtype=np.float32))


def test_vectors_choose_the_head_that_uses_them() -> None:
    """With an off-topic vector the full head objects, the text head cannot know."""
    one = draft(EMAIL, instruction=EMAIL_ASKED)
    passages = scorer().passages(one)
    near = np.full((len(passages), 4), 0.5, dtype=np.float32)
    far = near.copy()
    far[0] *= -1

    close, apart = scorer().score(one, near), scorer().score(one, far)

    assert apart.value < close.value
    assert apart != scorer().score(one, None)


def test_passages_stay_few_for_a_long_draft_and_a_long_source() -> None:
    """Embedding cost has a ceiling."""
    huge = RIVERS * 200
    one = draft(huge, task="summarize", instruction=huge, text=huge)

    assert len(scorer().passages(one)) <= 6 + 12 + 48


def test_an_empty_draft_with_vectors_of_its_request_is_scored() -> None:
    """There is no passage of the draft, only of what was asked."""
    one = draft("", instruction=EMAIL_ASKED)

    score = scorer().score(one, hashed_vectors(scorer().passages(one)))

    assert score.value < 0.1


def test_the_shipped_scorer_finds_defects_that_length_cannot() -> None:
    """On hand-written texts it has never seen, for defects that leave a text's length alone."""
    hidden = {"forbidden_word", "word_salad", "off_topic", "fence", "rambling", "wrong_length"}
    sound = [
        Example(
            draft=good.draft(),
            acceptable=True,
            target=1.0,
            weight=1.0,
            group=good.name,
            kind=NATURAL,
            task="chat",
        )
        for good in GOOD_TEXTS
    ]
    spoiled = [one for seed in range(8) for one in planted(sound, Random(seed))]  # noqa: S311
    every = [*sound, *(one for one in spoiled if one.kind in hidden)]
    good = np.array([one.acceptable for one in every])

    scores = np.array([scorer().score(one.draft, None).value for one in every])
    lengths = np.array([float(len(one.draft.text)) for one in every])

    assert auroc(good, scores) > auroc(good, lengths) + 0.05
    assert auroc(good, scores) > 0.85
