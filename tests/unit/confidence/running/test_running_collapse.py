"""A model that has lost its way shows it in the margin between what it chose and the next best."""

from __future__ import annotations

from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.confidence.asked import Asked
from assistant.confidence.running import AbortLimits, Doom, RunningMargin
from assistant.types import DraftRequest, TokenLogprob

LIMITS = AbortLimits(margin=-0.5, margin_span=8, margin_least=12)
SURE = TokenLogprob(-0.1, -4.0)
LOST = TokenLogprob(-4.0, -2.0)
TOKENS = st.lists(
    st.builds(TokenLogprob, st.floats(-20, 0), st.none() | st.floats(-20, 0)), max_size=60
)


def running(limits: AbortLimits = LIMITS) -> RunningMargin:
    """One that has heard nothing."""
    return RunningMargin(Asked(DraftRequest()), limits)


def doomed_at(tokens: list[TokenLogprob], limits: AbortLimits = LIMITS) -> int | None:
    """The first token at which a draft is doomed, counted from one."""
    one = running(limits)
    return next((at for at, token in enumerate(tokens, 1) if one.hear("", (token,))), None)


def test_a_collapse_is_found_once_enough_tokens_tell_it() -> None:
    """Neither at the first unlikely word nor only when all are."""
    assert doomed_at([LOST] * 40) == 12
    at = doomed_at([SURE] * 30 + [LOST] * 40)
    assert at is not None
    assert 32 < at < 50
    assert running().hear("", (LOST,) * 14 + (SURE,) * 40) is not None


def test_the_evidence_says_how_far_ahead_the_words_were() -> None:
    """In nats, with the limit."""
    doom = running().hear("", (LOST,) * 12)

    assert doom == Doom(
        cause="margin", evidence="words hardly ahead of the next best: -2.00 nats, at least -0.50"
    )


@pytest.mark.parametrize(
    "tokens",
    [
        [SURE] * 60,
        [LOST] * 11,
        ([LOST] * 2 + [SURE] * 4) * 12,
        [TokenLogprob(-9.0)] * 60,
        [TokenLogprob(nan, nan)] * 60,
    ],
    ids=["sure", "too few", "unlikely words here and there", "no runner-up told", "not a number"],
)
def test_a_draft_that_finds_its_way_is_let_go_on(tokens: list[TokenLogprob]) -> None:
    """As is one whose engine does not tell."""
    assert doomed_at(tokens) is None


def test_a_token_that_was_cut_off_counts_as_unlikely() -> None:
    """Engines tell minus infinity for what they did not sample from."""
    assert doomed_at([TokenLogprob(-inf, -0.1)] * 12) == 12


def test_without_a_limit_nothing_is_doomed_by_its_margin() -> None:
    """However lost the model is."""
    assert doomed_at([LOST] * 99, AbortLimits(margin=None)) is None


@given(
    tokens=st.lists(st.sampled_from([SURE, LOST]), max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=8),
)
def test_pieces_of_several_tokens_change_nothing(
    tokens: list[TokenLogprob], cuts: list[int]
) -> None:
    """Engines send one token or a dozen at a time."""
    bounds = [0, *sorted(min(cut, len(tokens)) for cut in cuts), len(tokens)]
    one, other = running(), running()

    for token in tokens:
        one.hear("", (token,))
    for start, end in pairwise(bounds):
        other.hear("", tokens[start:end])

    first, second = one.hear("", ()), other.hear("", ())
    assert (first is None) == (second is None)


@given(tokens=TOKENS, lower=st.floats(-3, 3), higher=st.floats(-3, 3))
def test_a_higher_limit_never_lets_a_draft_go_on_longer(
    tokens: list[TokenLogprob], lower: float, higher: float
) -> None:
    """So a table over limits has an order."""
    low, high = sorted((lower, higher))
    early = doomed_at(tokens, AbortLimits(margin=high))
    late = doomed_at(tokens, AbortLimits(margin=low))

    assert late is None or (early is not None and early <= late)
