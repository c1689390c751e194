"""From which strength on a similar request may be served, and when that is taken back. Pure.

A verdict of `Same` has a strength. Served are those of at least some least strength, which is the most
lenient one whose false hits are bounded: of labelled pairs that must miss, so few are hits at this
strength or above that their share is at most `max_false_hit` at 95 % confidence (Clopper-Pearson).

Strengths are tested from strict to lenient and the first that fails ends it. They are looked at, so
looking must be paid for: with an order fixed beforehand, a wrong strength is only reached through the
first wrong one, and one error probability of 5 % pays for all tests (fixed sequence; "Learn then Test",
arXiv 2110.01052).

Which labels count is fixed by how many there are, never by how they come out, so that it costs nothing:

- A task with enough pairs of its own to prove something stands by them alone.
- One with fewer, but at least `FEWEST_OWN`, borrows: the pairs of all tasks of its language are counted
  together, since the verifier reads the instruction only and knows no task. That bounds the error over
  the labelled mixture of tasks, not of each of them; so a single false hit of its own ends the borrowing
  at that strength, and live counts are kept by task.
- One with fewer still was hardly looked at: it is watched, and nothing is served.
- A chat may ask for any task: it takes the pairs of all of them.

What it needs: pairs that the verifier was not made with, independent of each other, at least as hard as
what users ask. Several pairs of one request differ in different details, which different rules decide;
they are counted as independent.

Live, hits that turned out wrong are counted by task and language, over all workers, each request with the
answer it was shown once, however often it is asked or judged. They take the level back where they show that
more than `max_false_hit` of the hits are wrong: where the 95 % *lower* bound of their share is above it.
The upper bound would not do: after ten hits without any error it is still 26 %, so nothing could ever be
served. The test is made at each wrong hit, and looking so often finds a crossing by chance more often than
in 5 % of cases. That errs on the side of writing anew, which is cheap; a test that is valid under looking (a
confidence sequence) would take some times as many wrong hits to notice.

A writer may reject a right text because it does not please. So rejections of what was served count as far
as they are more than those of texts that were made for their request, by the 95 % lower bound of their
share there: what is rejected in any case. Without such texts it is 0, which errs to the same side. What was
only watched nobody could reject: there a wrong hit is one whose text misses the bar, without any allowance.

One writer alone takes hits back for nobody else: for all it is done by the counts without those of the
writer of whom most was wrong, for a writer by the own counts. The latter holds as long as these say so:
hits that are watched meanwhile may bring it back. The former stays until an administrator resets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from assistant.share_bound import fewest_drafts, upper_bound

CONFIDENCE: Final = 0.95
"""Of the bounds, both ways."""

FEWEST_OWN: Final = 10
"""Pairs that must miss below which a task counts as never looked at. With as many, a task whose error is
a quarter shows a false hit 94 times of 100, which ends its borrowing."""

STRENGTHS: Final = tuple(hundredths / 100 for hundredths in range(100, 45, -5))
"""What is tested, from strict to lenient: fixed, since a sequence that followed from the labelled pairs
would reach further down for each false hit there."""

ANY_TASK: Final = "chat"
"""The task whose requests may ask for any of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledLevel:
    """Labelled pairs that were found the same with exactly this strength."""

    strength: float
    false_hits: int
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledStratum:
    """Labelled pairs of one task and language that the verifier could read.

    `different` must miss, `same` may hit; `levels` tell how many of each did, at which strength.
    """

    task: str
    language: str
    different: int
    same: int
    levels: tuple[LabelledLevel, ...]


Basis: TypeAlias = Literal["own", "pooled"]
"""Whose pairs were counted: the task's, or those of all tasks of its language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Hits of at least `strength` may be served.

    `false_hits` of `different` pairs stand behind it; `bound` is the largest share that they leave
    possible.
    """

    strength: float
    basis: Basis
    different: int
    false_hits: int
    bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """Nothing may be served, and why.

    `no_labels`: nobody looked at this task in this language; `too_few_labels`: even without a false hit
    they would not do; `false_hits`: there are too many even at the greatest strength.
    """

    why: Literal["no_labels", "too_few_labels", "false_hits"]


Proof: TypeAlias = Proven | Unproven


def proof_for(
    counts: Iterable[LabelledStratum], *, task: str, language: str, max_false_hit: float
) -> Proof:
    """The least strength at which requests of this task and language may be served, or why none."""
    of_language = [one for one in counts if one.language == language]
    everything = _together(of_language)
    if task == ANY_TASK:
        return _least(everything, basis="pooled", max_false_hit=max_false_hit)
    own = _together([one for one in of_language if one.task == task])
    if own.different < FEWEST_OWN:
        return Unproven(why="no_labels")
    if own.different >= fewest_drafts(max_false_hit, CONFIDENCE):
        return _least(own, basis="own", max_false_hit=max_false_hit)
    wrong_at = [level.strength for level in own.levels if level.false_hits]
    above = max(wrong_at, default=0.0)
    return _least(everything, basis="pooled", max_false_hit=max_false_hit, above=above)


def crossed(
    *, seen: int, wrong: int, max_false_hit: float, made: int = 0, rejected: int = 0
) -> bool:
    """Whether `wrong` of `seen` hits show that more than `max_false_hit` of them are wrong.

    Not counted is the share that is rejected in any case, as `rejected` of `made` texts show it that were
    made for their request.
    """
    if not wrong:
        return False
    return lower_bound(wrong, seen) > max_false_hit + lower_bound(rejected, made)


def lower_bound(wrong: int, seen: int) -> float:
    """The smallest share that `wrong` of `seen` do not rule out; 0 without any."""
    return 1 - upper_bound(max(0, seen - wrong), seen, CONFIDENCE)


def _together(strata: Sequence[LabelledStratum]) -> LabelledStratum:
    """The strata as if they were one; a strength may stand in its levels several times."""
    return LabelledStratum(
        task=ANY_TASK,
        language=strata[0].language if strata else "",
        different=sum(one.different for one in strata),
        same=sum(one.same for one in strata),
        levels=tuple(level for one in strata for level in one.levels),
    )


def _least(
    stratum: LabelledStratum, *, basis: Basis, max_false_hit: float, above: float = 0.0
) -> Proof:
    """The last of `STRENGTHS` up to which all hold; it is above `above`."""
    if stratum.different < fewest_drafts(max_false_hit, CONFIDENCE):
        return Unproven(why="too_few_labels" if stratum.different else "no_labels")
    found: Proof = Unproven(why="false_hits")
    for strength in STRENGTHS:
        false_hits = sum(one.false_hits for one in stratum.levels if one.strength >= strength)
        bound = upper_bound(false_hits, stratum.different, CONFIDENCE)
        if bound > max_false_hit or strength <= above:
            break
        found = Proven(
            strength=strength,
            basis=basis,
            different=stratum.different,
            false_hits=false_hits,
            bound=bound,
        )
    return found
