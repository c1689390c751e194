"""Features of token log-probabilities and of the agreement of samples: values, signs, odd input."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.confidence.features import FEATURES
from assistant.confidence.features.agreement import AGREEMENT_FEATURES
from assistant.confidence.features.base import View
from assistant.confidence.features.logprob import LOGPROB_FEATURES
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.reading import Reading
from assistant.types import DraftRequest, TokenLogprob

BY_NAME = {feature.name: feature for feature in FEATURES}

LOGS = st.integers(min_value=-3000, max_value=0).map(lambda hundredths: hundredths / 100)
TOKENS = st.builds(TokenLogprob, LOGS, st.none() | LOGS)


def view(
    *tokens: TokenLogprob, text: str = "A short text.", siblings: tuple[str, ...] = ()
) -> View:
    """What a feature sees of a draft with these tokens."""
    draft = ScoringInput(request=DraftRequest(), text=text, logprobs=tokens, siblings=siblings)
    return View(reading=Reading(draft), checks={}, relations=None)


def measure(name: str, *tokens: TokenLogprob) -> float:
    """The value of a feature."""
    return BY_NAME[name].measure(view(*tokens))


def chances(*logprobs: float) -> list[TokenLogprob]:
    """Tokens without a runner-up."""
    return [TokenLogprob(one) for one in logprobs]


@pytest.mark.parametrize(
    ("name", "logprobs", "value"),
    [
        ("mean_logprob", (-1.0, -2.0, -3.0), -2.0),
        ("logprob_p10", tuple(-float(one) for one in range(11)), -9.0),
        ("logprob_p25", (0.0, -1.0, -2.0, -3.0, -4.0), -3.0),
        ("lowest_8_tokens", (0.0,) * 8 + (-2.0,) * 8 + (0.0,) * 8, -2.0),
        ("lowest_16_tokens", (0.0,) * 8 + (-2.0,) * 8 + (0.0,) * 8, -1.0),
        ("lowest_16_tokens", (-1.0, -3.0), -2.0),
        ("unlikely_tokens", (-0.1, -2.2, -2.4, -9.0), 0.5),
        ("first_tokens", (-1.0,) * 5 + (-9.0,) * 5, -1.0),
        ("logprob_trend", (-1.0,) * 8 + (-3.0,) * 8, -2.0),
        ("length_corrected_logprob", (-6.0,), -6.0),
    ],
)
def test_each_statistic_is_what_its_name_says(
    name: str, logprobs: tuple[float, ...], value: float
) -> None:
    """Worked by hand."""
    assert measure(name, *chances(*logprobs)) == pytest.approx(value)


def test_a_margin_is_the_lead_over_the_best_other_candidate() -> None:
    """It is negative where sampling took a less likely token."""
    tokens = (TokenLogprob(-0.1, -2.1), TokenLogprob(-3.0, -1.0), TokenLogprob(-0.5))

    assert measure("mean_margin", *tokens) == pytest.approx(0.0)
    assert measure("margin_p10", *tokens) == pytest.approx(-1.6)


def test_the_two_way_entropy_of_an_even_choice_is_one_bit() -> None:
    """Two candidates with half the chances each leave nothing over."""
    half = math.log(0.5)

    assert measure("two_way_entropy", TokenLogprob(half, half)) == pytest.approx(math.log(2))
    assert measure("two_way_entropy", TokenLogprob(0.0, -20.0)) == pytest.approx(0.0, abs=1e-6)


def test_a_longer_text_of_the_same_words_is_not_punished_in_full() -> None:
    """The corrected sum grows slower than the sum."""
    short, long = (measure("length_corrected_logprob", *chances(*[-1.0] * n)) for n in (20, 200))

    assert 10 * short < long < short


@pytest.mark.parametrize("feature", LOGPROB_FEATURES, ids=lambda feature: feature.name)
def test_without_log_probabilities_they_say_nothing(feature: object) -> None:
    """An engine that tells none costs a draft nothing."""
    assert isinstance(feature, type(LOGPROB_FEATURES[0]))
    assert math.isnan(feature.measure(view()))


@given(st.lists(TOKENS, min_size=1, max_size=40))
def test_any_tokens_give_numbers_in_range(tokens: list[TokenLogprob]) -> None:
    """No infinities; what is a mean of log-probabilities is never positive."""
    seen = view(*tokens)
    values = {feature.name: feature.measure(seen) for feature in LOGPROB_FEATURES}

    assert not any(math.isinf(value) for value in values.values())
    assert -20 <= values["mean_logprob"] <= 1e-9
    assert -20 <= values["lowest_8_tokens"] <= 1e-9
    if len(tokens) <= 8:
        assert values["lowest_8_tokens"] == pytest.approx(values["mean_logprob"])
    assert 0 <= values["unlikely_tokens"] <= 1
    assert math.isnan(values["two_way_entropy"]) or -1e-9 <= values["two_way_entropy"] < 1.2


@given(st.lists(LOGS, min_size=1, max_size=30), st.floats(min_value=0.1, max_value=5))
def test_surer_tokens_never_look_worse(logprobs: list[float], less: float) -> None:
    """Each feature with a known sign moves with it when every token becomes less likely."""
    sure, unsure = view(*chances(*logprobs)), view(*chances(*(one - less for one in logprobs)))

    for feature in LOGPROB_FEATURES:
        before, after = feature.measure(sure), feature.measure(unsure)
        if not math.isnan(before):
            assert feature.sign * (before - after) >= -1e-9


def test_odd_numbers_of_an_engine_are_harmless() -> None:
    """Minus infinity stands for a token that was cut off; a tiny positive log is rounding."""
    values = [
        feature.measure(view(TokenLogprob(-math.inf, 1e-9), TokenLogprob(1e-6, -math.inf)))
        for feature in LOGPROB_FEATURES
    ]

    assert not any(math.isinf(value) for value in values)


def test_drafts_that_say_the_same_agree() -> None:
    """The same text agrees in every way, another one in hardly any."""
    text = "The ferry to Lindmouth leaves at noon from the old pier."
    same = view(text=text, siblings=(text, text))
    other = view(text=text, siblings=("Bananas ripen faster in a warm and sunny kitchen drawer.",))

    for feature in AGREEMENT_FEATURES:
        assert feature.measure(same) == pytest.approx(1.0)
    assert [feature.measure(other) < 0.2 for feature in AGREEMENT_FEATURES[:2]] == [True, True]


def test_a_draft_alone_has_nobody_to_agree_with() -> None:
    """NaN, not 0: it is no fault to be the only sample."""
    assert all(math.isnan(feature.measure(view())) for feature in AGREEMENT_FEATURES)


@given(st.text(max_size=60), st.lists(st.text(max_size=60), min_size=1, max_size=3))
def test_agreement_is_a_share_for_any_texts(text: str, siblings: list[str]) -> None:
    """Empty texts and odd characters included."""
    seen = view(text=text, siblings=tuple(siblings))

    assert all(0 <= feature.measure(seen) <= 1 for feature in AGREEMENT_FEATURES)
