"""Scores of beginnings by the shipped scorer: good ones, spoiled ones, and any text at all."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.confidence.artefact import load_artefact
from assistant.confidence.asked import Asked
from assistant.confidence.beginning import view_of_beginning
from assistant.confidence.checks import CHECKS
from assistant.confidence.features import FEATURES
from assistant.confidence.fitting.beginnings import segment_ends
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.linear import log_odds
from assistant.confidence.scorer import REASONS, UNMEASURED_ALLOWANCE, Scorer
from assistant.types import TokenLogprob
from support.drafts import EMAIL, EMAIL_ASKED, draft
from support.good_texts import GOOD_TEXTS, GoodText

BAR = 0.6
"""The bar of the shipped policies, for whole drafts."""

FINAL = {check.name for check in CHECKS if check.on_prefix}


@cache
def scorer() -> Scorer:
    """The scorer with the shipped artefact."""
    return Scorer(load_artefact())


@cache
def older() -> Scorer:
    """One whose artefact has no head for beginnings."""
    return Scorer(load_artefact().model_copy(update={"prefix": None}).sealed())


def beginnings(one: ScoringInput) -> list[ScoringInput]:
    """The draft at the end of each of its segments."""
    return [
        ScoringInput(request=one.request, text=one.text[:end].rstrip())
        for end in segment_ends(one.text)
    ]


def of(text: str, instruction: str = EMAIL_ASKED, **request: Any) -> float:  # noqa: ANN401
    """The score of this beginning."""
    return scorer().score_prefix(draft(text, instruction=instruction, **request)).value


def good_beginnings(judge: Scorer) -> list[float]:
    """Scores of all beginnings of good texts, songs and tables and other languages among them."""
    return [
        judge.score_prefix(part).value for one in GOOD_TEXTS for part in beginnings(one.draft())
    ]


@pytest.mark.parametrize("judge", [scorer, older], ids=["shipped", "older"])
def test_most_beginnings_of_good_texts_meet_their_bar(judge: Any) -> None:  # noqa: ANN401 - a cache
    """With or without a head of their own."""
    scores = good_beginnings(judge())

    missed = [score for score in scores if score < BAR - judge().allowance]
    assert len(missed) < 0.15 * len(scores)


@pytest.mark.parametrize("one", GOOD_TEXTS, ids=lambda one: one.name)
def test_no_final_check_fails_on_a_beginning_of_a_good_text(one: GoodText) -> None:
    """And only such checks are run."""
    for part in beginnings(one.draft()):
        checks = scorer().score_prefix(part).checks
        assert {check.name for check in checks} <= FINAL
        assert all(check.passed for check in checks)


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("I'm sorry, but I can't help with that request.", "refusal"),
        ("I would like to have Friday off, please. " * 4, "loop"),
        (
            "Ich möchte gerne am Freitag frei haben, weil meine Schwester heiratet und die ganze"
            " Familie nach Leeds fährt. Die Zahlen sind bis Mittwoch fertig.",
            "language",
        ),
        (f"{EMAIL[:200]}<|im_end|>", "template_tokens"),
        ("Dear Ms Okafor, asdf asdfasdf I \ufffd\ufffd Friday", "gibberish"),
        (f"{EMAIL_ASKED} {EMAIL_ASKED}", "prompt_echo"),
    ],
)
def test_what_no_continuation_can_heal_misses_every_bar(text: str, check: str) -> None:
    """The reason is told, and the check is among those that failed."""
    score = scorer().score_prefix(draft(text, instruction=EMAIL_ASKED))

    assert score.value < BAR - scorer().allowance
    assert check in score.failed_checks
    assert score.reasons[0].contribution < 0


def test_a_preamble_lowers_the_score_of_a_beginning() -> None:
    """A slight fault, as judges forgive it."""
    opening = EMAIL[:240]

    assert of(f"Sure! Here is your email:\n\n{opening}") < of(opening)


@pytest.mark.parametrize("words", [4, 9, 15, 30])
def test_that_it_is_only_a_beginning_is_no_fault(words: int) -> None:
    """It is short, breaks off in the middle of a sentence, and has few of the items asked for."""
    asked = f"{EMAIL_ASKED} Write at least 400 words with seven reasons in a numbered list."
    part = " ".join(EMAIL.split(" ")[:words])

    told = scorer().score_prefix(draft(part, instruction=asked, finish="length"))
    whole = scorer().score(draft(part, instruction=asked, finish="length"), None)

    assert told.value > whole.value
    assert {reason.feature for reason in told.reasons if reason.contribution < 0} <= {
        feature.name for feature in FEATURES if feature.on_prefix
    }


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=300), st.text(max_size=80), st.integers(0, 60))
def test_any_beginning_gets_a_probability_and_at_most_three_reasons(
    text: str, instruction: str, times: int
) -> None:
    """Short or long, in every script."""
    score = scorer().score_prefix(draft(text * times, instruction=instruction))

    assert 0 < score.value < 1
    assert len(score.reasons) <= REASONS
    assert all(reason.text for reason in score.reasons)


def test_a_score_of_a_beginning_is_what_its_features_add_up_to() -> None:
    """By the head that the artefact has for them."""
    prefix = load_artefact().prefix
    assert prefix is not None

    for one in GOOD_TEXTS[::5]:
        score = scorer().score_prefix(one.draft())
        values = np.array([value for _, value in score.features])
        assert [name for name, _ in score.features] == [one.feature for one in prefix.head.curves]
        assert score.log_odds == pytest.approx(float(log_odds(prefix.head, values)), abs=1e-9)


def test_the_request_may_be_read_before_and_samples_and_finish_are_not_looked_at() -> None:
    """The same beginning has the same score."""
    one = draft(EMAIL[:200], instruction=EMAIL_ASKED)
    cut = ScoringInput(
        request=one.request, text=one.text, finish="length", siblings=("Another one.",)
    )

    plain, *others = (
        (score.value, score.reasons, score.checks)
        for score in (
            scorer().score_prefix(one),
            scorer().score_prefix(one, Asked(one.request)),
            scorer().score_prefix(cut),
        )
    )

    assert others == [plain, plain]


def test_log_probabilities_of_the_latest_tokens_are_checked_in_a_long_beginning() -> None:
    """Where the model lost its way after a thousand sure words."""
    text = "The train was late again and nobody minded it much.\n\n" * 2 + GOOD_TEXTS[0].text * 40
    sure = (TokenLogprob(-0.1),) * 3000
    lost = sure + (TokenLogprob(-6.0),) * 20

    told = [
        view_of_beginning(
            ScoringInput(request=draft("").request, text=text, logprobs=logprobs)
        ).checks["low_logprob"]
        for logprobs in (sure, lost)
    ]

    assert [one.passed for one in told] == [True, False]


def test_an_artefact_without_a_head_for_beginnings_has_a_bar_all_the_same() -> None:
    """What was measured for the shipped one."""
    prefix = load_artefact().prefix

    assert prefix is not None
    assert older().allowance == UNMEASURED_ALLOWANCE
    assert scorer().allowance == prefix.allowance
    assert abs(scorer().allowance - UNMEASURED_ALLOWANCE) <= 0.05
