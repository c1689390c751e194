"""How far drafts lie from those of the calibration: what the index says, and what the monitor tells."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from assistant.confidence.artefact import Bins, Reference
from assistant.confidence.drift import (
    ACT,
    LEAST_DRAFTS,
    WATCH,
    Drift,
    bin_of,
    bins_of,
    drift_of,
    level_of,
    psi,
    reference_of,
)
from assistant.confidence.drift_monitor import DriftMonitor
from assistant.types import Score

NAN = float("nan")
VALUES = st.lists(
    st.one_of(st.floats(-1e6, 1e6), st.just(NAN), st.sampled_from([0.0, 1.0])), max_size=80
)


def drafts(count: int, *, mean: float = 0.5, failing: float = 0.02, seed: int = 1) -> list[Score]:
    """Scores around a mean, with a length that goes along and a check that a share of drafts fails."""
    generator = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        score = float(np.clip(generator.normal(mean, 0.1), 0, 1))
        features = (
            ("length", NAN if generator.random() < 0.3 else 100 * score),
            ("loop", float(generator.random() < failing)),
        )
        made.append(Score(value=score, features=features))
    return made


def reference(known: Sequence[Score]) -> Reference:
    """Of these drafts."""
    names = [name for name, _ in known[0].features]
    return reference_of(
        np.array([draft.value for draft in known]),
        {name: np.array([dict(draft.features)[name] for draft in known]) for name in names},
    )


KNOWN = reference(drafts(2000))


def test_a_worked_example() -> None:
    """Half and half became a quarter and three: (.25 - .5) ln .5 + (.75 - .5) ln 1.5 = .2747."""
    bins = Bins(edges=(0.5,), shares=(0.5, 0.5, 0.0))

    assert psi(bins, [25_000, 75_000, 0], reference_drafts=100_000) == pytest.approx(
        0.2747, abs=0.001
    )


def test_what_chance_does_is_taken_off() -> None:
    """Small windows of the same population have an index near 0, and none is worth acting on."""
    generator = np.random.default_rng(7)
    bins = bins_of(generator.random(2000), np.ones(2000))
    found = []
    for _ in range(300):
        counts = np.zeros(len(bins.shares), dtype=int)
        for value in generator.random(LEAST_DRAFTS).tolist():
            counts[bin_of(bins, value)] += 1
        found.append(psi(bins, counts.tolist(), reference_drafts=2000))

    assert float(np.mean(found)) < 0.02
    assert max(found) < ACT


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 500), min_size=3, max_size=12),
    st.lists(st.integers(0, 500), min_size=12, max_size=12),
)
def test_an_index_is_never_negative_and_that_of_the_same_shares_is_zero(
    then: list[int], now: list[int]
) -> None:
    """Empty bins, on either side or on both, are no trouble."""
    total = sum(then)
    shares = tuple(count / total if total else 0.0 for count in then)
    bins = Bins(edges=tuple(float(edge) for edge in range(len(then) - 2)), shares=shares)

    assert psi(bins, now[: len(then)], reference_drafts=total) >= 0
    assert psi(bins, then, reference_drafts=total) == 0


@settings(deadline=None)
@given(VALUES)
def test_values_fall_into_the_bins_that_they_made(values: list[float]) -> None:
    """Whatever they are: the shares of a sample are those of its own bins."""
    bins = bins_of(np.array(values), np.ones(len(values)))
    counts = [0] * len(bins.shares)
    for value in values:
        counts[bin_of(bins, value)] += 1

    assert list(bins.edges) == sorted(set(bins.edges))
    assert len(bins.shares) == len(bins.edges) + 2
    expected = [count / max(1, len(values)) for count in counts]
    assert list(bins.shares) == pytest.approx(expected, abs=1e-6)
    assert counts[-1] == sum(np.isnan(value) for value in values)


@pytest.mark.parametrize(("then", "now"), [(0.02, 0.2), (0.98, 0.8), (0.0, 0.1), (1.0, 0.9)])
def test_a_check_that_fails_more_often_is_seen(then: float, now: float) -> None:
    """A value that most drafts share has a bin of its own, so that the rest is not lost in it."""
    generator = np.random.default_rng(3)
    bins = bins_of((generator.random(2000) < then).astype(float), np.ones(2000))
    counts = [0] * len(bins.shares)
    for value in (generator.random(1000) < now).tolist():
        counts[bin_of(bins, float(value))] += 1

    assert psi(bins, counts, reference_drafts=2000) > WATCH


def test_ten_bins_hold_a_tenth_each() -> None:
    """Where values are spread."""
    bins = bins_of(np.arange(1000.0), np.ones(1000))

    assert bins.shares == pytest.approx([0.1] * 10 + [0.0])


def test_weights_are_drafts() -> None:
    """A draft that stands for three is like three; as evidence it is worth less."""
    scores, weights = np.array([0.2, 0.8]), np.array([3.0, 1.0])
    weighted = reference_of(scores, {"length": scores}, weights)
    spelled_out = reference_of(np.array([0.2, 0.2, 0.2, 0.8]), {})

    assert weighted.score == spelled_out.score == weighted.features["length"]
    assert weighted.drafts == 2


def test_a_feature_that_ceases_to_apply_has_moved() -> None:
    """Its last bin counts the drafts where it does not."""
    later = [
        Score(value=draft.value, features=(("length", NAN), draft.features[1]))
        for draft in drafts(1000, seed=2)
    ]
    found = drift_of(KNOWN, later)

    assert found is not None
    assert found.features["length"] > ACT
    assert found.score < WATCH
    assert level_of(found) == "watch"


def test_the_sentence_names_what_moved_most() -> None:
    """With numbers, and with the way out."""
    found = Drift(drafts=900, score=0.31, features={"loop": 0.05, "length": 0.4, "quotes": 0.2})

    assert found.most == ("length", "quotes")
    assert found.sentence == (
        "the last 900 drafts differ from the calibration drafts (score PSI 0.31; most: length 0.40,"
        " quotes 0.20): thresholds with max_risk may not hold;"
        " run `inkladder confidence calibrate --from-feedback`"
    )


class TestMonitor:
    """A window over the latest drafts."""

    def test_it_is_quiet_until_enough_drafts_were_seen(self) -> None:
        """Whatever they look like."""
        monitor = DriftMonitor(KNOWN)
        for draft in drafts(LEAST_DRAFTS - 1, mean=0.9):
            monitor.observe(draft)

        assert monitor.drift() is None
        assert monitor.level == "steady"
        monitor.observe(drafts(1)[0])
        assert monitor.drift() is not None

    def test_it_tells_what_all_drafts_together_tell(self) -> None:
        """The window's counts are those of its drafts."""
        seen = drafts(600, mean=0.6, seed=4)
        monitor = DriftMonitor(KNOWN)
        for draft in seen:
            monitor.observe(draft)

        assert monitor.drift() == drift_of(KNOWN, seen)

    def test_it_forgets_a_block_at_a_time(self) -> None:
        """Strange traffic of yesterday is gone once the window was filled anew."""
        monitor = DriftMonitor(KNOWN, block_drafts=100, blocks=4)
        for draft in [*drafts(400, mean=0.9), *drafts(400, seed=5)]:
            monitor.observe(draft)
        found = monitor.drift()

        assert found is not None
        assert found == drift_of(KNOWN, drafts(400, seed=5))
        monitor.observe(drafts(1)[0])
        assert monitor.drift() != found
        later = monitor.drift()
        assert later is not None
        assert later.drafts == 301

    def test_a_crossing_is_told_once(self) -> None:
        """A warning in words, with names and numbers alone; again only after the drafts came back."""
        monitor = DriftMonitor(KNOWN, block_drafts=100, blocks=3)
        with capture_logs() as logs:
            for draft in drafts(300, seed=6):
                monitor.observe(draft)
            assert logs == []
            for draft in drafts(600, mean=0.8, seed=7):
                monitor.observe(draft)
        warnings = [line for line in logs if line["log_level"] == "warning"]

        assert [line["event"] for line in warnings] == ["drift.crossed"]
        assert warnings[0]["detail"].startswith("the last ")
        assert "length" in warnings[0]["most"]
        with capture_logs() as logs:
            for draft in drafts(600, seed=8):
                monitor.observe(draft)
            assert monitor.level == "steady"
            for draft in drafts(600, mean=0.8, seed=9):
                monitor.observe(draft)
        assert [line["event"] for line in logs if line["log_level"] == "warning"] == [
            "drift.crossed"
        ]

    def test_an_index_that_trembles_at_the_limit_is_told_once(self) -> None:
        """A level is left only well below its limit."""
        near = Drift(drafts=500, score=ACT * 0.9, features={})

        assert level_of(near) == "watch"
        assert level_of(near, easing=0.8) == "act"

    def test_features_that_drafts_lack_have_not_moved(self) -> None:
        """Without vectors there are none about relations: that is an outage, and told elsewhere."""
        monitor = DriftMonitor(KNOWN)
        for draft in drafts(500, seed=10):
            monitor.observe(Score(value=draft.value, features=draft.features[1:]))
        found = monitor.drift()

        assert found is not None
        assert found.features.keys() == {"loop"}

    def test_without_a_reference_it_watches_nothing(self) -> None:
        """Artefacts of old do not say what their drafts were like."""
        monitor = DriftMonitor()
        for draft in drafts(300):
            monitor.observe(draft)

        assert not monitor.watches
        assert monitor.drift() is None

    def test_threads_lose_no_draft(self) -> None:
        """Each is counted once, whoever brings it."""
        monitor = DriftMonitor(KNOWN, block_drafts=10_000)
        seen = drafts(250, seed=11)

        def observe_all(_: int) -> None:
            for draft in seen:
                monitor.observe(draft)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(observe_all, range(8)))
        found = monitor.drift()

        assert found is not None
        assert found == drift_of(KNOWN, seen * 8)
