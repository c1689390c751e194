"""The bound on a share, against scipy and its own laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom

from assistant.share_bound import chance_of_so_few, fewest_drafts, upper_bound

drafts = st.integers(1, 100_000)
levels = st.floats(0.5, 0.999)


@st.composite
def outcomes(draw: st.DrawFn) -> tuple[int, int]:
    """Bad drafts and drafts, few of them bad as often as any number."""
    every = draw(drafts)
    return draw(st.integers(0, every) | st.integers(0, min(every, 50))), every


@given(seen=outcomes(), share=st.floats(0.001, 0.999))
def test_the_chance_is_the_tail_of_a_binomial(seen: tuple[int, int], share: float) -> None:
    """At most so many, as scipy sums them."""
    assert chance_of_so_few(*seen, share) == pytest.approx(binom.cdf(*seen, share), abs=1e-8)


@given(seen=outcomes(), level=levels)
def test_the_bound_is_that_of_clopper_and_pearson(seen: tuple[int, int], level: float) -> None:
    """A quantile of a beta distribution; a set that is bad throughout bounds nothing."""
    bad, every = seen
    expected = 1.0 if bad == every else beta.ppf(level, bad + 1, every - bad)

    assert upper_bound(bad, every, level) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(
    ("bad", "every", "bound"), [(0, 59, 0.0495), (0, 10, 0.2589), (3, 60, 0.1242), (0, 0, 1.0)]
)
def test_worked_examples(bad: int, every: int, bound: float) -> None:
    """With none bad it is 1 - (1 - c) ** (1 / n), the exact form of the rule of three."""
    assert upper_bound(bad, every, 0.95) == pytest.approx(bound, abs=1e-4)


@given(seen=outcomes(), level=levels)
def test_more_bad_drafts_and_more_confidence_raise_the_bound(
    seen: tuple[int, int], level: float
) -> None:
    """Neither ever lowers it, and it is never below what was seen at even odds or more."""
    bad, every = seen

    bound = upper_bound(bad, every, level)

    assert bound <= upper_bound(min(bad + 1, every), every, level)
    assert bound <= upper_bound(bad, every, level + (1 - level) / 2)
    assert bound >= bad / every - 1e-9


@given(fraction=st.floats(0, 1), every=st.integers(2, 1000))
def test_a_fraction_of_a_draft_lies_between_whole_ones(fraction: float, every: int) -> None:
    """As effective sample sizes need it."""
    low, high = upper_bound(0, every, 0.95), upper_bound(1, every, 0.95)

    assert low - 1e-9 <= upper_bound(fraction, every, 0.95) <= high + 1e-9


@given(share=st.floats(0.01, 0.5), level=levels)
def test_no_bound_is_reached_with_fewer_drafts_than_its_least(share: float, level: float) -> None:
    """Even if all of them are good."""
    least = fewest_drafts(share, level)

    assert upper_bound(0, least, level) == pytest.approx(share, abs=1e-8)
    assert upper_bound(0, least * 0.99, level) > share


@pytest.mark.parametrize("bad", [0, 1, 50_000, 999_999])
def test_a_million_drafts_are_no_trouble(bad: int) -> None:
    """The continued fraction still converges."""
    assert upper_bound(bad, 1_000_000, 0.95) == pytest.approx(
        beta.ppf(0.95, bad + 1, 1_000_000 - bad), abs=1e-7
    )


@pytest.mark.parametrize(("share", "chance"), [(0.0, 1.0), (1.0, 0.0), (-0.1, 1.0), (1.1, 0.0)])
def test_the_ends_are_certain(share: float, chance: float) -> None:
    """A share of none brings few bad ones, a share of all never so few."""
    assert chance_of_so_few(3, 10, share) == chance
