"""Features of breaks, requests, variety and wording: what they hit, what they spare, odd input."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.confidence.features import FEATURES, USED
from assistant.confidence.features.base import Feature, View
from assistant.confidence.features.breaks import BREAK_FEATURES
from assistant.confidence.features.request import REQUEST_FEATURES
from assistant.confidence.features.variety import VARIETY_FEATURES
from assistant.confidence.features.wording import WORDING_FEATURES
from assistant.confidence.reading import Reading
from assistant.confidence.relations import Relations, Vectors
from assistant.types import Task
from support.drafts import EMAIL, draft

BY_NAME = {feature.name: feature for feature in FEATURES}
NEW: tuple[Feature, ...] = (
    *BREAK_FEATURES,
    *REQUEST_FEATURES,
    *VARIETY_FEATURES,
    *WORDING_FEATURES,
)

WORDS = ["".join(pair) for pair in product("bdfgklmnprst", "aeiou", "bdgklmnprt", "aeo")]
"""Hundreds of words of four letters, all different and none of them a small one."""

OURS, THEIRS = np.eye(2, dtype=np.float32)
"""Directions of two subjects that have nothing in common."""
BETWEEN = (OURS + THEIRS) / np.sqrt(np.float32(2))
NOTHING = np.empty((0, 2), dtype=np.float32)


def measure(
    name: str,
    text: str = "",
    *,
    instruction: str = "",
    task: Task = "draft",
    relations: Relations | None = None,
) -> float:
    """The value of a feature."""
    reading = Reading(draft(text, instruction=instruction, task=task))
    return BY_NAME[name].measure(View(reading=reading, checks={}, relations=relations))


def related(*passages: Vectors, ask: Vectors = OURS, source: Vectors | None = None) -> Relations:
    """A draft of these passages, asked for by one."""
    return Relations(
        ask=ask.reshape(-1, 2),
        source=NOTHING if source is None else source.reshape(-1, 2),
        draft=np.array(passages, dtype=np.float32).reshape(-1, 2),
    )


def test_names_are_unique_and_candidates_are_not_used() -> None:
    """An artefact knows features by name."""
    assert len(BY_NAME) == len(FEATURES)
    assert [FEATURES[place].candidate for place in USED] == [False] * len(USED)
    assert len(USED) == sum(not feature.candidate for feature in FEATURES)


@pytest.mark.parametrize("feature", FEATURES, ids=[feature.name for feature in FEATURES])
def test_a_defect_can_only_lower_a_score(feature: Feature) -> None:
    """And a feature is told by different words on either side of the usual, or not at all."""
    assert not feature.defect or feature.sign < 0
    assert feature.low != feature.high


def test_two_stitched_subjects_are_told_apart() -> None:
    """The first half is about what was asked, the second about something else."""
    stitched = related(OURS, OURS, OURS, THEIRS, THEIRS)

    assert measure("two_subjects", relations=stitched) == pytest.approx(0.4)


@pytest.mark.parametrize(
    "relations",
    [
        related(OURS, OURS, OURS, OURS),
        related(THEIRS, THEIRS, THEIRS, THEIRS),
        related(BETWEEN, BETWEEN, OURS, OURS),
        related(OURS, THEIRS, OURS, THEIRS, OURS),
        related(OURS, OURS, THEIRS, THEIRS, ask=BETWEEN),
    ],
    ids=["one subject", "another subject", "near subjects", "turns", "both were asked for"],
)
def test_a_text_of_one_piece_has_one_subject(relations: Relations) -> None:
    """Also where it moves on, or where both parts are as close to what was asked."""
    assert measure("two_subjects", relations=relations) == 0


def test_a_break_is_measured_against_the_source_of_a_rewrite() -> None:
    """Its instruction only says what to do."""
    asked_for_both = related(OURS, OURS, THEIRS, THEIRS, ask=BETWEEN, source=OURS)
    of_both = related(OURS, OURS, THEIRS, THEIRS, ask=OURS, source=BETWEEN)

    assert measure("two_subjects", task="rewrite", relations=asked_for_both) == pytest.approx(0.4)
    assert measure("two_subjects", task="rewrite", relations=of_both) == 0


def test_without_a_request_in_words_a_break_is_a_break() -> None:
    """Nothing says that both were wanted."""
    unasked = related(OURS, OURS, THEIRS, THEIRS, ask=NOTHING)

    assert measure("two_subjects", relations=unasked) == pytest.approx(0.4)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_few_passages_have_no_parts(count: int) -> None:
    """Two on each side of a break are needed; nor can it be told without vectors."""
    assert math.isnan(measure("two_subjects", relations=related(*[OURS] * count)))
    assert math.isnan(measure("two_subjects"))


def test_parts_that_share_no_word_are_told() -> None:
    """Where fifty words are about one thing and sixty about another."""
    first, second = WORDS[:25] * 2, WORDS[100:130] * 2

    assert measure("no_shared_vocabulary", " ".join(first + second)) == pytest.approx(0.1)
    assert measure("no_shared_vocabulary", " ".join(WORDS[:40] * 2)) == 0
    assert math.isnan(measure("no_shared_vocabulary", " ".join(WORDS[:39])))


@pytest.mark.parametrize(
    ("name", "instruction", "hits"),
    [
        ("asks_script", "Write a screenplay with two scenes.", 2),
        ("asks_script", "Describe the scenery of a description.", 0),
        ("asks_imitation", "Continue in the style of the reference story.", 2),
        ("asks_imitation", "Make it stylish.", 0),
        ("asks_first_person", "Tell it in the First-Person.", 1),
        ("asks_first_person", "Who was the first person on the moon? The firstborn personally.", 1),
        ("asks_first_person", "Name the first personal computer.", 0),
        ("asks_continuation", "Please continue: write the next chapter.", 2),
        ("asks_continuation", "Explain discontinuity.", 0),
        ("asks_detail", "Give a detailed, thorough and comprehensive answer, in detail.", 4),
        ("asks_detail", "Name the details. Retail in India.", 0),
        ("asks_script", "scene " * 50, 4),
        ("asks_script", "", 0),
    ],
)
def test_a_request_says_what_makes_it_hard(name: str, instruction: str, hits: int) -> None:
    """By whole words, and more than four say no more."""
    assert measure(name, instruction=instruction) == hits


def test_what_is_asked_is_no_matter_of_the_draft() -> None:
    """A draft full of scenes was not asked for any."""
    assert measure("asks_script", "A scene. A screenplay. A monologue.", instruction="Write.") == 0


@pytest.mark.parametrize(
    ("name", "tokens", "value"),
    [
        ("monotony", WORDS[:80], 5 / 80),
        ("monotony", WORDS[:5] * 16, 1.0),
        ("monotony", WORDS[:40] + WORDS[:1] * 40, 45 / 80),
        ("monotony", WORDS[:80] + WORDS[:1] * 80, (5 / 80 + 1) / 2),
        ("evenness", WORDS[:80], 1.0),
        ("evenness", WORDS[:1] * 80, 0.0),
        ("evenness", WORDS[:40] * 2, 1 - math.log(2) / math.log(80)),
        ("said_once", WORDS[:150], 1.0),
        ("said_once", WORDS[:75] * 2, 0.0),
        ("said_once", WORDS[:100] + WORDS[100:125] * 2, 100 / 150),
        ("new_at_the_end", WORDS[:90], 1.0),
        ("new_at_the_end", WORDS[:60] + WORDS[:30], 0.0),
        ("new_at_the_end", WORDS[:75] + WORDS[:15], 0.5),
    ],
)
def test_variety_is_counted(name: str, tokens: list[str], value: float) -> None:
    """Of the content words, which here are all words."""
    assert measure(name, " ".join(tokens)) == pytest.approx(value)


@pytest.mark.parametrize("name", ["monotony", "evenness", "said_once"])
def test_variety_does_not_shrink_with_length(name: str) -> None:
    """A long text repeats itself more than a short one, and is no worse for it."""
    once = WORDS[:1200]

    assert measure(name, " ".join(once * 3)) == pytest.approx(measure(name, " ".join(once)))


@pytest.mark.parametrize(
    ("name", "least"),
    [("monotony", 80), ("evenness", 80), ("said_once", 150), ("new_at_the_end", 90)],
)
def test_a_few_words_have_no_variety(name: str, least: int) -> None:
    """Nor has an empty text."""
    assert math.isnan(measure(name, " ".join(WORDS[: least - 1])))
    assert not math.isnan(measure(name, " ".join(WORDS[:least])))
    assert math.isnan(measure(name, ""))


FIFTY = " ".join(WORDS[:50])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("asides", f"{FIFTY} (one (two", 100 * 2 / 52),
        ("figures", f"{FIFTY} 3 and 4,000.5", 100 * 2 / 53),
        ("names_used", f"{FIFTY} with Anna, Tom, and Priya", 100 * 3 / 55),
        ("hedges", f"{FIFTY} perhaps it may", 100 * 2 / 53),
        ("addressing", f"{FIFTY} You're sure of your way", 100 * 2 / 55),
        ("questions", f"{FIFTY}? {FIFTY}?", 2.0),
        ("commas", f"{FIFTY}, {FIFTY}", 1.0),
        ("many_paragraphs", "one\n\ntwo\n \n\nthree", math.log(3)),
        ("many_paragraphs", "one\ntwo", 0.0),
        ("many_paragraphs", "", 0.0),
        ("headings", "# One\n\ntext\n\n**Two**\n\n**bold** text", math.log1p(2)),
        ("headings", "text", 0.0),
    ],
)
def test_wording_is_told_per_hundred_words(name: str, text: str, value: float) -> None:
    """Paragraphs and headings by their number."""
    assert measure(name, text) == pytest.approx(value)


@pytest.mark.parametrize(
    "name",
    [one.name for one in WORDING_FEATURES if one.name not in {"many_paragraphs", "headings"}],
)
def test_plain_words_have_a_rate_of_0_and_a_few_have_none(name: str) -> None:
    """Rates over fewer than forty words jump with each hit."""
    assert measure(name, FIFTY) == 0
    assert math.isnan(measure(name, " ".join(WORDS[:39])))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec=None), max_size=300), st.text(max_size=60))
def test_any_text_has_a_number_or_none(text: str, instruction: str) -> None:
    """Lone surrogates and control characters too; never infinite, and rates never below 0."""
    view = View(
        reading=Reading(draft(text, instruction=instruction)), checks={}, relations=related()
    )

    for feature in NEW:
        value = feature.measure(view)
        assert math.isnan(value) or 0 <= value < math.inf
        assert bool(feature.say(view, value, 0.0)) == feature.told(value, 0.0)


@pytest.mark.parametrize(
    "unit", ["(", "1,", "Aa, ", "#\n", "**a", "scene ", "\x00", "\ud800", "in "]
)
def test_a_million_of_one_thing_is_read_in_one_pass(unit: str) -> None:
    """As a draft and as an instruction; work that grows with the square would not end."""
    run = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
    view = View(
        reading=Reading(draft(run, instruction=run)), checks={}, relations=related(OURS, OURS)
    )

    assert all(feature.measure(view) is not None for feature in NEW)


def test_an_email_has_nothing_to_object_to() -> None:
    """It is too short to fall apart, and asks for nothing hard."""
    assert math.isnan(measure("no_shared_vocabulary", EMAIL))
    assert all(
        measure(feature.name, EMAIL, instruction="Write an email.") == 0
        for feature in REQUEST_FEATURES
    )
