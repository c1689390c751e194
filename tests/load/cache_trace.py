"""A working day of requests: new ones, repeats, other words for the same, and near-duplicates. Pure.

Topics and wordings are those of the labelled pairs. A topic is new to each user who asks for it, since
answers are kept by user; later requests take the topics that were asked before, some far more often
than others (Zipf).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

PAIRS: Final = Path(__file__).parents[1] / "data" / "cache_pairs" / "development.jsonl"

Kind: TypeAlias = Literal["new", "repeat", "light", "deep", "near"]

SHARES: Final[Mapping[Kind, float]] = {"repeat": 0.20, "light": 0.10, "deep": 0.05, "near": 0.10}
"""Of the requests; the rest are new."""

ZIPF: Final = 1.1
USERS: Final = 40
DAY_S: Final = 8 * 3600.0
ACCEPTED: Final = 0.5
"""Share of the written texts that their writers accept."""

ACCEPTED_AFTER_S: Final = 120.0
ESCALATED: Final = 0.35
"""Share of the requests whose draft the larger model writes anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A labelled pair of requests: may `b` be answered with the text of `a`?"""

    id: str
    base: str
    task: str
    kind: str
    same: bool
    a: str
    b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request at its time, in seconds of the day.

    Requests of one `means` ask for the same text; two of different `means` never do. What is written for
    it is accepted by its user `accepted_s` later, None where the user says nothing.
    """

    at_s: float
    kind: Kind
    user: str
    task: str
    text: str
    means: str
    accepted_s: float | None
    escalates: bool


def read_pairs(path: Path = PAIRS) -> tuple[Pair, ...]:
    """The labelled pairs of a file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return tuple(
        Pair(
            id=row["id"],
            base=row["base"],
            task=row["task"],
            kind=row["kind"],
            same=row["label"] == "same",
            a=row["a"],
            b=row["b"],
        )
        for row in rows
    )


def trace(pairs: Sequence[Pair], *, requests: int, seed: int) -> tuple[Asked, ...]:
    """A day of `requests` requests, the same for the same seed.

    Raises:
        ValueError: there are too few topics for so many.
    """
    return tuple(_Day(pairs, seed).asked(requests))


class _Day:
    def __init__(self, pairs: Sequence[Pair], seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a trace is to be repeatable
        # Pairs of one base may differ in their `a`; those are topics of their own.
        topics: dict[tuple[str, str, str], list[Pair]] = {}
        for pair in pairs:
            topics.setdefault((pair.base, pair.task, pair.a), []).append(pair)
        users = [f"user-{number}" for number in range(USERS)]
        self._new = [(user, topic) for user in users for topic in topics.values()]
        self._random.shuffle(self._new)
        self._known: list[tuple[str, list[Pair]]] = []

    def asked(self, requests: int) -> Iterator[Asked]:
        """The requests in the order of their times."""
        times = sorted(self._random.uniform(0, DAY_S) for _ in range(requests))
        for at_s in times:
            yield self._ask(at_s, self._kind())

    def _kind(self) -> Kind:
        drawn = self._random.random()
        for kind, share in SHARES.items():
            drawn -= share
            if drawn < 0 and self._known:
                return kind
        return "new"

    def _ask(self, at_s: float, kind: Kind) -> Asked:
        if kind == "new":
            if not self._new:
                message = "more requests than there are topics"
                raise ValueError(message)
            user, topic = self._new.pop()
            self._known.append((user, topic))
            return self._made(at_s, kind, user, topic[0], text=topic[0].a)
        user, topic = self._popular(kind)
        if not any(_fits(pair, kind) for pair in topic):
            return self._made(at_s, "repeat", user, topic[0], text=topic[0].a)
        pair = self._random.choice([pair for pair in topic if _fits(pair, kind)])
        return self._made(at_s, kind, user, pair, text=pair.b)

    def _popular(self, kind: Kind) -> tuple[str, list[Pair]]:
        """A topic that was asked before, if possible one with such a variant; the earlier, the more popular."""
        fit = [one for one in self._known if any(_fits(pair, kind) for pair in one[1])]
        known = fit or self._known
        weights = [(rank + 1) ** -ZIPF for rank in range(len(known))]
        return self._random.choices(known, weights)[0]

    def _made(self, at_s: float, kind: Kind, user: str, pair: Pair, *, text: str) -> Asked:
        own = kind == "near"
        return Asked(
            at_s=at_s,
            kind=kind,
            user=user,
            task=pair.task,
            text=text,
            means=f"{user} {pair.id if own else pair.a}",
            accepted_s=ACCEPTED_AFTER_S if self._random.random() < ACCEPTED else None,
            escalates=self._random.random() < ESCALATED,
        )


def _fits(pair: Pair, kind: Kind) -> bool:
    if kind == "near":
        return not pair.same
    return pair.same and (pair.kind == "deep") == (kind == "deep")
