"""How large a share can be, after a few of its cases were seen: Clopper-Pearson without scipy. Pure.

`bad` of `drafts` independent ones were not acceptable. The one-sided upper bound at confidence `c` is the
share p at which seeing so few would happen with probability 1 - c: the c-quantile of
Beta(bad + 1, drafts - bad) (Clopper and Pearson, "The use of confidence or fiducial limits illustrated in
the case of the binomial", Biometrika 26, 1934). It holds for every p and every number of drafts.

Counts may be fractions, as those of an effective sample size are (Korn and Graubard, "Confidence
intervals for proportions with small expected number of positive counts estimated from survey data",
Survey Methodology 24, 1998).
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_TINY = 1e-300
"""Stands for a zero denominator in the continued fraction (Lentz)."""

_CLOSE = 1e-12
"""Relative change below which the continued fraction has converged."""

_TERMS = 20_000
"""Terms allowed: it needs some multiple of the square root of the counts, 5,000 at a million drafts."""

_HALVINGS = 36
"""Bisections of [0, 1]: the bound is then at most 1e-10 too high, never too low."""


def chance_of_so_few(bad: float, drafts: float, share: float) -> float:
    """Probability of at most `bad` cases among `drafts` when their true share is `share`, in [0, 1].

    This is the p-value of "the share is `share` or more". Without drafts it is 1.
    """
    if bad >= drafts or share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    return 1 - _beta(share, bad + 1, drafts - bad)


def upper_bound(bad: float, drafts: float, confidence_level: float) -> float:
    """The largest share that `bad` of `drafts` do not rule out at `confidence_level`; 1 without drafts."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if chance_of_so_few(bad, drafts, middle) > 1 - confidence_level:
            low = middle
        else:
            high = middle
    return high


def fewest_drafts(max_share: float, confidence_level: float) -> float:
    """Independent drafts, none of them bad, that it takes to bound a share by `max_share`."""
    return log1p(-confidence_level) / log1p(-max_share)


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for 0 < x < 1."""
    front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b))
    # The fraction converges fast below the mean; above it, its mirror image does.
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction DLMF 8.17.22 (https://dlmf.nist.gov/8.17#v), by the method of Lentz."""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            change *= c * d
        value *= change
        if abs(change - 1) < _CLOSE:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
