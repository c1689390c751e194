"""From measurements to the seconds of any request."""

from __future__ import annotations

import datetime as dt
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.economics.curve import Curve
from assistant.economics.measured import MeasuredRun, MeasuredTable, shipped_table
from assistant.economics.profile import Profile
from support.measured import MODEL, measurement, run_of

seconds = st.floats(min_value=1e-3, max_value=100)


def profile(*runs: MeasuredRun, gpus: int = 1) -> Profile:
    """The profile of the one model on an H200."""
    found = MeasuredTable(runs).profile(model=MODEL, card="h200", quantization=None, gpus=gpus)
    assert found is not None
    return found


@given(whole=seconds, read=seconds, prompt=st.integers(1, 5000), written=st.integers(1, 2000))
def test_the_measured_request_costs_exactly_what_was_measured(
    whole: float, read: float, prompt: int, written: int
) -> None:
    """However long reading alone took, the parts add up to the whole and none is negative."""
    made = profile(
        run_of(
            measurement(whole, concurrency=8, prompt_tokens=prompt, completion_tokens=written),
            measurement(read, kind="score_text", concurrency=8, prompt_tokens=prompt),
        )
    )

    again = made.run_s(prompt_tokens=prompt, completion_tokens=written, in_flight=8)

    assert again == pytest.approx(whole)
    assert made.decode.at(8) > 0


@given(values=st.dictionaries(st.integers(1, 512), seconds, min_size=1), at=st.floats(1, 600))
def test_a_curve_stays_between_its_neighbours(values: dict[int, float], at: float) -> None:
    """It meets every value, and never leaves the range of the two beside it."""
    curve = Curve.of(values)

    below = max((level for level in values if level <= at), default=min(values))
    above = min((level for level in values if level >= at), default=max(values))
    low, high = sorted((values[below], values[above]))
    assert low * (1 - 1e-9) <= curve.at(at) <= high * (1 + 1e-9)
    assert all(curve.at(level) == value for level, value in values.items())


@given(values=st.dictionaries(st.integers(1, 512), seconds, min_size=1), most=st.integers(1, 600))
def test_a_bounded_curve_is_the_same_below_and_flat_above(
    values: dict[int, float], most: int
) -> None:
    """A server that is full serves no cheaper."""
    curve = Curve.of(values)

    bounded = curve.up_to(most)

    assert bounded.at(most / 2) == pytest.approx(curve.at(most / 2))
    assert bounded.at(4 * most) == bounded.at(most) == curve.at(most)


def test_between_two_loads_the_logarithms_are_linear() -> None:
    """Halfway between 1 and 4 in flight is 2, and the seconds are the geometric mean."""
    curve = Curve.of({1: 1.0, 4: 0.5})

    assert curve.at(2) == pytest.approx(sqrt(0.5))


def test_log_probabilities_are_in_the_price() -> None:
    """A measured ratio is used for the loads where only plain writing was measured."""
    made = profile(
        run_of(
            measurement(2.0, concurrency=1),
            measurement(1.0, concurrency=32),
            measurement(1.1, kind="generate_logprobs", concurrency=32),
        )
    )

    assert made.run_s(prompt_tokens=100, completion_tokens=50, in_flight=1) == pytest.approx(2.2)
    assert made.run_s(prompt_tokens=100, completion_tokens=50, in_flight=32) == pytest.approx(1.1)


def test_without_a_measured_reading_the_first_token_tells_it() -> None:
    """Half a second to the first token of a hundred: five milliseconds a token."""
    made = profile(run_of(measurement(5.0)))

    assert made.read_s(tokens=10, in_flight=1) == pytest.approx(0.05)


def test_reading_what_is_cached_costs_nothing() -> None:
    """Neither does more cached than read."""
    made = profile(run_of(measurement(5.0)))

    whole = made.run_s(prompt_tokens=100, completion_tokens=0, in_flight=1)
    half = made.run_s(prompt_tokens=100, completion_tokens=0, in_flight=1, cached_tokens=50)

    assert half == pytest.approx(whole / 2)
    assert made.run_s(prompt_tokens=1, completion_tokens=0, in_flight=1, cached_tokens=9) == 0


def test_times_of_a_request_follow_its_length() -> None:
    """Half a second to the first of two tokens, ten milliseconds to the next."""
    made = profile(run_of(measurement(5.0)))

    assert made.ttft_s(prompt_tokens=100, in_flight=1) == pytest.approx(0.5)
    told = made.e2e_s(prompt_tokens=100, completion_tokens=2, in_flight=1)
    assert told == pytest.approx(0.51)


def test_the_newest_measurement_counts() -> None:
    """For each load alone: older ones fill what the newer run left out."""
    old = run_of(measurement(4.0), measurement(1.0, concurrency=8))
    new = run_of(measurement(3.0), date=dt.date(2026, 12, 1))

    made = profile(new, old)

    assert made.run_s(prompt_tokens=100, completion_tokens=50, in_flight=1) == pytest.approx(3.0)
    assert made.run_s(prompt_tokens=100, completion_tokens=50, in_flight=8) == pytest.approx(1.0)
    assert made.source == "H200, 2026-12-01, sglang 0.5.17"


def test_of_one_day_the_latest_measurement_counts() -> None:
    """Wherever the clock stood; one without a time is of the day's start."""
    day = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    noon = run_of(measurement(3.0)).model_copy(update={"measured_at": day.replace(hour=12)})
    eastern = dt.timezone(dt.timedelta(hours=9))
    earlier = day.replace(hour=11).astimezone(eastern)
    morning = run_of(measurement(4.0)).model_copy(update={"measured_at": earlier})

    made = profile(noon, morning, run_of(measurement(5.0)))

    assert made.run_s(prompt_tokens=100, completion_tokens=50, in_flight=1) == pytest.approx(3.0)


def test_of_one_day_the_usual_request_counts() -> None:
    """Another length on the same day does not push it aside."""
    usual = measurement(2.0, prompt_tokens=512, completion_tokens=256)

    made = profile(run_of(usual), run_of(measurement(9.0)))

    assert made.run_s(prompt_tokens=512, completion_tokens=256, in_flight=1) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("model", "card", "quantization", "gpus"),
    [("lab/other", "H200", None, 1), (MODEL, "L4", None, 1), (MODEL, "H200", "fp8", 1),
     (MODEL, "H200", None, 2)],
)  # fmt: skip
def test_what_nobody_measured_has_no_profile(
    model: str, card: str, quantization: str | None, gpus: int
) -> None:
    """Model, card, precision and number of cards must all be the same."""
    table = MeasuredTable((run_of(measurement(2.0)),))

    assert table.profile(model=model, card=card, quantization=quantization, gpus=gpus) is None


def test_reading_alone_makes_no_profile() -> None:
    """Nobody knows then what writing costs."""
    table = MeasuredTable((run_of(measurement(1.0, kind="score_text")),))

    assert table.profile(model=MODEL, card="H200", quantization=None) is None


@pytest.mark.parametrize("run", shipped_table().runs, ids=lambda run: run.source)
def test_every_shipped_run_is_met_by_the_profiles_from_it(run: MeasuredRun) -> None:
    """Rows with log-probabilities exactly, at each load."""
    for row in run.measurements:
        if row.kind == "generate_logprobs":
            made = MeasuredTable((run,)).profile(
                model=row.model, card=run.card, quantization=row.quantization, gpus=run.gpus
            )
            assert made is not None
            again = made.run_s(
                prompt_tokens=row.prompt_tokens,
                completion_tokens=row.completion_tokens,
                in_flight=row.concurrency,
            )
            assert again == pytest.approx(row.gpu_s_per_request)
