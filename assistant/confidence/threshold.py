"""Chooses the score from which drafts may be accepted, so that few of them are bad. Pure.

A rule asks that at most `max_risk` of the drafts it accepts are not good enough, with `confidence_level`.
For one threshold fixed beforehand, the Clopper-Pearson bound on the share of bad ones among the accepted
calibration drafts would answer it. But a threshold is looked for, and the lowest of a hundred whose bound
happens to hold is the luckiest one: it breaks the promise far too often. Learn-then-Test (Angelopoulos,
Bates, Candes, Jordan and Lei, "Learn then Test: calibrating predictive algorithms to achieve risk
control", arXiv 2110.01052, 2021) treats each threshold as a hypothesis "the risk is above `max_risk`" and
controls the chance that any true one is rejected:

- *Fixed sequence*: thresholds are tested in an order fixed beforehand, from strict to lenient, and the
  first that is not rejected ends it. A wrong threshold can only be reached through the first wrong one of
  the sequence, so one error probability pays for all tests.
- *Several starts*: at the strictest thresholds too few drafts are left to reject anything. So the
  sequence is begun at `START_SHARES` of the drafts, and the starts share the error probability
  (Bonferroni). They follow from the scores alone, never from which drafts are bad. Given the scores,
  drafts are bad independently of one another, each with a chance of its own, and such a sum is spread no
  wider than the binomial behind the bound (Hoeffding, "On the distribution of the number of successes in
  independent trials", 1956).

What it needs:

- *Calibration drafts like the traffic* (exchangeable): the same tiers, tasks and kind of users, scored by
  a model that was not fitted on them. Other traffic, other risk: the drift monitor tells when.
- *Independent drafts.* Those of one prompt are good or bad together. Counts are therefore divided by the
  drafts per prompt, as if all drafts of a prompt were one (the largest design effect there can be; Kish,
  "Survey Sampling", 1965). Where some prompts have far more drafts than others, `ScoreCounts.prompts` must
  be the number of equal ones that they are worth: (sum of drafts)^2 / sum of (drafts^2) over prompts.

The promise is about the drafts accepted by score. Required checks turn away further ones, bad ones for
the most part, which lowers the risk; keeping the best of several samples picks lucky scores, which
raises it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal, TypeAlias

from assistant.confidence.artefact import ScoreCounts
from assistant.confidence.threshold_counts import HUNDREDTHS, hundredth
from assistant.share_bound import chance_of_so_few, fewest_drafts, upper_bound

START_SHARES = (0.1, 0.3)
"""Shares of the calibration drafts, best scores first, at which a sequence of tests begins.

A strict rule needs to begin among the best; a lenient one, or few drafts, where there are more of them.
Further starts cost each of them more of the error probability than they find."""

Shortage: TypeAlias = Literal["no_counts", "too_few_drafts", "too_many_bad"]
"""Why nothing is safe: the artefact counted no drafts, too few for such a rule even if all accepted ones
were good, or too many of the best ones are bad."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What calibration drafts say about accepting from `threshold` (a score, inclusive) on.

    `accepted` of `drafts` calibration drafts score so much, `bad` of those were not acceptable, and the
    share of such among later ones is at most `upper_bound`.
    """

    threshold: float
    accepted: int
    bad: int
    upper_bound: float
    drafts: int

    @property
    def accepted_share(self) -> float:
        """Share of the calibration drafts that would be accepted."""
        return self.accepted / self.drafts if self.drafts else 0.0

    @property
    def bad_share(self) -> float:
        """Share of those that were not acceptable."""
        return self.bad / self.accepted if self.accepted else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeThreshold(Measured):
    """The lowest threshold found at which the rule holds; `upper_bound` is at most its `max_risk`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSafeThreshold:
    """No score is safe: every draft must be deferred.

    `lowest_risk` is the least `max_risk` that these drafts could have shown at this confidence level.
    """

    why: Shortage
    drafts: int
    lowest_risk: float


def safe_threshold(
    counts: ScoreCounts, *, max_risk: float, confidence_level: float
) -> SafeThreshold | NoSafeThreshold:
    """The lowest score from which accepted drafts are bad at most `max_risk` of the time.

    Over calibration sets drawn from the traffic, the chance to choose a threshold whose true risk is
    higher is at most 1 - `confidence_level`. A higher `max_risk` or a lower `confidence_level` never
    gives a higher threshold.

    Args:
        counts: Calibration drafts by held-out score.
        max_risk: Highest share of bad ones among accepted drafts, between 0 and 1.
        confidence_level: How sure that must be, between 0 and 1.
    """
    steps = _from_strict_to_lenient(counts)
    if not steps:
        return NoSafeThreshold(why="no_counts", drafts=0, lowest_risk=1.0)
    error = (1 - confidence_level) / len(START_SHARES)
    starts = _starts(steps)
    last = _furthest(steps, starts, max_risk=max_risk, error=error)
    if last is None:
        return _shortage([steps[start] for start in starts], steps[-1], max_risk, error)
    lowest = steps[last]
    return SafeThreshold(
        threshold=lowest.hundredth / HUNDREDTHS,
        accepted=lowest.accepted,
        bad=lowest.bad,
        upper_bound=upper_bound(*lowest.independent, 1 - error),
        drafts=steps[-1].accepted,
    )


def measured_at(
    counts: ScoreCounts, threshold: float, *, confidence_level: float
) -> Measured | None:
    """What the calibration drafts say about a threshold chosen without them; None without drafts.

    Nothing is searched for here, so the plain bound holds. A threshold between two hundredths is
    measured at the one below it, where more drafts are accepted.
    """
    steps = _from_strict_to_lenient(counts)
    if not steps:
        return None
    at = hundredth(threshold)
    reached = [step for step in steps if step.hundredth >= at]
    last = reached[-1] if reached else None
    return Measured(
        threshold=threshold,
        accepted=last.accepted if last else 0,
        bad=last.bad if last else 0,
        upper_bound=upper_bound(*last.independent, confidence_level) if last else 1.0,
        drafts=steps[-1].accepted,
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """What a threshold accepts; `independent` are (bad, accepted) after the design effect."""

    hundredth: int
    accepted: int
    bad: int
    independent: tuple[float, float]


def _from_strict_to_lenient(counts: ScoreCounts) -> list[_Step]:
    """A step for each cell that holds drafts: another threshold accepts what one of these accepts."""
    cells = sorted((cell for cell in counts.cells if cell[1]), reverse=True)
    total = sum(drafts for _, drafts, _ in cells)
    share = min(1.0, counts.prompts / total) if total else 0.0
    steps: list[_Step] = []
    accepted = bad = 0
    for at, drafts, wrong in cells:
        accepted, bad = accepted + drafts, bad + wrong
        steps.append(_Step(at, accepted, bad, (bad * share, accepted * share)))
    return steps


def _starts(steps: Sequence[_Step]) -> list[int]:
    """For each start share, the strictest step that accepts so much."""
    total = steps[-1].accepted
    return [
        next(at for at, step in enumerate(steps) if step.accepted >= share * total)
        for share in START_SHARES
    ]


def _furthest(
    steps: Sequence[_Step], starts: Sequence[int], *, max_risk: float, error: float
) -> int | None:
    """The most lenient step that the tests reach from any start; None where no start passes."""
    last: int | None = None
    for start in starts:
        # What an earlier sequence has passed, this one would pass as well, and end with it.
        if last is None or start > last:
            passed = takewhile(
                lambda step: chance_of_so_few(*step.independent, max_risk) <= error, steps[start:]
            )
            length = sum(1 for _ in passed)
            last = start + length - 1 if length else last
    return last


def _shortage(
    starts: Sequence[_Step], last: _Step, max_risk: float, error: float
) -> NoSafeThreshold:
    most = max(step.independent[1] for step in starts)
    few = most < fewest_drafts(max_risk, 1 - error)
    return NoSafeThreshold(
        why="too_few_drafts" if few else "too_many_bad",
        drafts=last.accepted,
        lowest_risk=min(upper_bound(*step.independent, 1 - error) for step in starts),
    )
