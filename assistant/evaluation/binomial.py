"""Exact intervals for shares."""

from __future__ import annotations

from assistant.share_bound import upper_bound


def clopper_pearson(hits: int, trials: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """The two-sided interval of Clopper and Pearson (1934) for a share; (0, 1) without trials.

    Each end is where the outcome seen, or a more extreme one, has half of `1 - confidence` left.

    Raises:
        ValueError: the hits are not between 0 and the trials.
    """
    if not 0 <= hits <= trials:
        message = f"hits must be between 0 and the trials {trials}, got {hits}"
        raise ValueError(message)
    one_sided = (1 + confidence) / 2
    low = 1 - upper_bound(trials - hits, trials, one_sided) if hits else 0.0
    high = upper_bound(hits, trials, one_sided) if hits < trials else 1.0
    return low, high
