"""What is expected of a tier follows what is measured, what is seen, and who waits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.economics.curve import Curve
from assistant.economics.profile import Profile
from assistant.tiers.base import EngineLoad
from assistant.workflow.pace import FORECASTS_UNHEARD, Expected, Pace

PROFILE = Profile(
    model="m",
    card="c",
    quantization=None,
    gpus=1,
    prefill=Curve.of({1: 0.0001}),
    decode=Curve.of({1: 0.01}),
    ttft=Curve.of({1: 0.001, 32: 0.01}),
    tpot=Curve.of({1: 0.01, 32: 0.02}),
    source="test",
)
"""Reading 100 tokens takes 0.1 s for one request, writing one 0.01 s."""

counts = st.integers(0, 60)
paces = st.builds(
    lambda profile, engines, seen: taught(Pace(profile, engines=engines), *seen),
    st.sampled_from([None, PROFILE]),
    st.integers(1, 3),
    st.lists(
        st.tuples(st.floats(0.001, 30), st.floats(0.0001, 1), st.floats(1, 64)),
        min_size=1,
        max_size=5,
    ),
)


def load(running: float, waiting: float) -> EngineLoad:
    """What one engine says."""
    return EngineLoad(running=running, waiting=waiting, endpoints=1, age_s=0.0)


def taught(pace: Pace, *seen: tuple[float, float, float]) -> Pace:
    """The pace after generations with these times to first and next tokens and requests at once."""
    for ttft_s, tpot_s, in_flight in seen:
        pace.learn(ttft_s=ttft_s, tpot_s=tpot_s, in_flight=in_flight)
    return pace


def expected(
    pace: Pace,
    *,
    said: EngineLoad | None = None,
    in_flight: float = 0,
    slots: int = 16,
    prompt_tokens: int = 100,
    completion_tokens: int = 11,
) -> Expected:
    """What is expected of a usual request where something is known."""
    found = pace.expected(
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        load=said,
        in_flight=in_flight,
        slots=slots,
    )
    assert found is not None
    return found


def test_nothing_is_expected_where_nothing_is_known() -> None:
    """Neither measured nor seen, or seen without a second token."""
    pace = Pace()
    blind = replace(PROFILE, ttft=None, tpot=None)

    pace.learn(ttft_s=1.0, tpot_s=None, in_flight=1)

    for one in (pace, Pace(), Pace(blind)):
        assert (
            one.expected(prompt_tokens=1, completion_tokens=1, load=None, in_flight=0, slots=1)
            is None
        )


def test_the_measured_table_tells_an_idle_tier() -> None:
    """One request alone, as it was measured."""
    found = expected(Pace(PROFILE))

    assert found.first_token_s == pytest.approx(0.1)
    assert found.last_token_s == pytest.approx(0.1 + 10 * 0.01)


def test_a_request_waits_for_those_ahead_of_it() -> None:
    """Four places, six requests: three of them must end first, and four end at a time."""
    tier = Pace(replace(PROFILE, ttft=Curve.of({1: 0.001}), tpot=Curve.of({1: 0.01})))

    found = expected(tier, in_flight=6, slots=4)

    takes_s = 0.1 + 10 * 0.01
    assert found.first_token_s == pytest.approx(3 * takes_s / 4 + 0.1)


def test_an_engine_where_some_wait_is_full() -> None:
    """Others than us may fill it: it serves two, and two wait already."""
    tier = Pace(replace(PROFILE, ttft=Curve.of({1: 0.001}), tpot=Curve.of({1: 0.01})))

    found = expected(tier, said=load(2, 2))

    assert found.first_token_s == pytest.approx(3 * 0.2 / 2 + 0.1)


def test_the_places_of_several_engines_are_shared() -> None:
    """Eight requests at two engines are four at each."""
    assert expected(Pace(PROFILE, engines=2), in_flight=8) == expected(Pace(PROFILE), in_flight=4)


def test_a_longer_prompt_begins_later_and_a_tiny_one_no_sooner() -> None:
    """Below some size reading is not what takes the time."""
    tier = Pace(PROFILE)

    assert expected(tier, prompt_tokens=400).first_token_s == pytest.approx(0.4)
    assert expected(tier, prompt_tokens=1) == expected(tier, prompt_tokens=64)


@pytest.mark.parametrize("prompt_tokens", [None, 100], ids=["unknown size", "told size"])
def test_what_is_seen_is_expected_again(prompt_tokens: int | None) -> None:
    """Without a table, at the load at which it was seen."""
    pace = Pace()
    for _ in range(3):
        pace.learn(ttft_s=2.0, tpot_s=0.5, in_flight=3, prompt_tokens=prompt_tokens)

    found = expected(pace, in_flight=2)

    assert found.first_token_s == pytest.approx(2.0)
    assert found.last_token_s == pytest.approx(2.0 + 10 * 0.5)


def test_the_size_of_prompts_counts_where_it_was_told() -> None:
    """A prompt of four times the tokens begins four times as late."""
    pace = Pace()
    pace.learn(ttft_s=2.0, tpot_s=0.5, in_flight=1, prompt_tokens=100)

    assert expected(pace, prompt_tokens=400).first_token_s == pytest.approx(8.0)


def test_one_slow_request_does_not_throw_over_what_was_measured() -> None:
    """A cold engine is ten times as slow once."""
    before = expected(Pace(PROFILE))

    after = expected(taught(Pace(PROFILE), (10 * 0.512, 0.1, 1)))

    assert before.first_token_s < after.first_token_s < 2 * before.first_token_s
    assert before.last_token_s < after.last_token_s < 2 * before.last_token_s


def test_one_request_that_hangs_does_not_count_in_full() -> None:
    """A tier whose pace is known is thought a little slower after it, however long it hung."""
    usual = [(0.5, 0.05, 1.0)] * 5
    pace = taught(Pace(), *usual)
    before = expected(pace)

    after = expected(taught(pace, (600.0, 60.0, 1.0)))

    assert before.first_token_s < after.first_token_s < 1.3 * before.first_token_s
    assert before.last_token_s < after.last_token_s < 1.3 * before.last_token_s


def test_a_forecast_that_keeps_everybody_away_is_tried_again() -> None:
    """One request in so many goes without one, until something is learned again."""
    pace = taught(Pace(), (60.0, 1.0, 1.0))

    def known() -> bool:
        found = pace.expected(prompt_tokens=1, completion_tokens=1, load=None, in_flight=0, slots=1)
        return found is not None

    forecasts = [known() for _ in range(2 * FORECASTS_UNHEARD + 2)]

    assert [at for at, told in enumerate(forecasts) if not told] == [
        FORECASTS_UNHEARD,
        2 * FORECASTS_UNHEARD + 1,
    ]


@given(st.floats(0.2, 5), st.lists(st.floats(1, 32), min_size=60, max_size=80))
def test_a_tier_that_is_steadily_faster_or_slower_is_found_out(
    factor: float, loads: list[float]
) -> None:
    """Whatever its load meanwhile: the table tells how that counts."""
    pace = Pace(PROFILE)
    for served in loads:
        assert PROFILE.ttft is not None
        assert PROFILE.tpot is not None
        pace.learn(
            ttft_s=factor * 100 * PROFILE.ttft.at(served),
            tpot_s=factor * PROFILE.tpot.at(served),
            in_flight=served,
            prompt_tokens=100,
        )

    measured, found = expected(Pace(PROFILE)), expected(pace)

    assert found.first_token_s == pytest.approx(factor * measured.first_token_s, rel=0.1)
    assert found.last_token_s == pytest.approx(factor * measured.last_token_s, rel=0.1)


@given(paces, counts, counts, counts, st.integers(1, 32), st.integers(1, 20))
def test_more_waiting_is_never_sooner(
    pace: Pace, running: int, waiting: int, in_flight: int, slots: int, more: int
) -> None:
    """At the engine, or before it, or a longer text."""
    now = expected(pace, said=load(running, waiting), in_flight=in_flight, slots=slots)

    for later in (
        expected(pace, said=load(running, waiting + more), in_flight=in_flight, slots=slots),
        expected(pace, said=load(running, waiting), in_flight=in_flight + more, slots=slots),
        expected(
            pace,
            said=load(running, waiting),
            in_flight=in_flight,
            slots=slots,
            completion_tokens=11 + more,
        ),
    ):
        assert later.first_token_s >= now.first_token_s * (1 - 1e-9)
        assert later.last_token_s >= now.last_token_s * (1 - 1e-9)


@given(paces, counts, counts, st.integers(1, 32))
def test_the_last_token_is_not_before_the_first(
    pace: Pace, in_flight: int, waiting: int, slots: int
) -> None:
    """And nothing is expected in the past."""
    found = expected(pace, said=load(4, waiting), in_flight=in_flight, slots=slots)

    assert 0 < found.first_token_s <= found.last_token_s
