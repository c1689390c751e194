"""What was seen of semantic hits, counted over all processes by kind of request.

Each answer counts once, however often it is shown or judged: it is known for `SHOWN_S`, by a digest of its
reference. Counts are kept by writer too, under a digest of the user's, so that one of them can be told from
all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from typing import Final, Literal, TypeAlias, cast, get_args

from redis.asyncio import Redis

from assistant.bounded import Down, Script
from assistant.cache.keys import DIGITS
from assistant.cache.store.place import MS_PER_S, Place
from assistant.cache.store.replies import words
from assistant.cache.store.values import StratumCounts

PREFIX: Final = "ink:{strata}:"

KEPT_S: Final = 400 * 86_400
"""Seconds that counts are kept after the last one: they say what was learned in a year."""

SHOWN_S: Final = 7 * 86_400
"""Seconds that an answer is known after it was last shown; a verdict that comes later is not counted."""

_LIST: Final = f"{PREFIX}all"

Kind: TypeAlias = Literal["served", "watched", "written"]
"""Of an answer: a semantic hit that was served, one that would have been, or a text made for its request."""

_Word: TypeAlias = Literal["", "right", "wrong"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Answers that were shown, and those among them that turned out wrong or were rejected."""

    seen: int = 0
    wrong: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Of all writers, of one, and of all but the one of whom most was wrong."""

    all: Share = field(default_factory=Share)
    own: Share = field(default_factory=Share)
    others: Share = field(default_factory=Share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a stratum: of its semantic hits, and for comparison of texts made for their request."""

    task: str
    language: str
    withdrawn: bool
    served: Shares
    watched: Shares
    written: Shares


def _script(name: str, flags: str = "") -> Script:
    folder = files("assistant.cache.store")
    sources = [folder.joinpath(f"{part}.lua").read_text("utf-8") for part in ("stratum", name)]
    return Script("\n".join([f"#!lua flags={flags}", *sources]))


_READ: Final = _script("stratum_read", "no-writes")
_COUNT: Final = _script("stratum_count")
_FORGET: Final = _script("stratum_forget", "allow-oom")


class Strata:
    """Counts of strata, named by task and language."""

    def __init__(self, place: Place) -> None:
        """`place` is the server they lie on."""
        self._place = place

    async def evidence(self, task: str, language: str, *, user: str) -> Evidence | Down:
        """What is known of that stratum, and there of that user, by digest."""
        name = _name(task, language)
        reply = await self._run(_READ, _short(user), name)
        return reply if isinstance(reply, Down) else _evidence(reply)

    async def shown(
        self,
        task: str,
        language: str,
        entry: str,
        *,
        user: str,
        kind: Kind,
        wrong: bool = False,
    ) -> Evidence | Down:
        """Counts the answer of that reference as shown to that user; what is known then."""
        reply = await self._count(
            entry,
            stratum=_name(task, language),
            user=user,
            kind=kind,
            word="wrong" if wrong else "",
        )
        return reply if isinstance(reply, Down) else _evidence(reply)

    async def judged(self, entry: str, *, accepted: bool) -> Evidence | Down | None:
        """Counts the newest verdict on an answer; None for one that was not shown lately."""
        reply = await self._count(entry, word="right" if accepted else "wrong")
        if reply is None or isinstance(reply, Down):
            return reply
        return _evidence(reply)

    async def forget(self, user: str) -> bool:
        """Takes what that user was shown out of all counts; whether that is done.

        References to the answers themselves end by their time.
        """
        names = await self._names()
        if isinstance(names, Down):
            return False
        replies = [await self._run(_FORGET, _short(user), name) for name in names]
        return not any(isinstance(reply, Down) for reply in replies)

    async def read(self, task: str, language: str) -> StratumCounts | Down:
        """What was counted of that stratum."""
        key = _key(task, language)
        reply = await self._place.redis.ask("stratum", lambda redis: redis.hgetall(key))
        if isinstance(reply, Down):
            return reply
        return _counts(cast("Mapping[bytes, bytes]", reply))

    async def count(
        self, task: str, language: str, *, seen: int = 0, wrong: int = 0
    ) -> StratumCounts | Down:
        """Adds to the counts of a stratum, for no writer; what they are then."""
        return await self._change(task, language, {"seen": seen, "wrong": wrong})

    async def withdraw(self, task: str, language: str) -> bool:
        """Marks a stratum as one whose hits are not to be served; whether that is noted."""
        return not isinstance(await self._change(task, language, {"withdrawn": 1}), Down)

    async def reset(self, task: str, language: str) -> bool:
        """Forgets what was counted and whether hits were withdrawn; whether that is done."""
        key = _key(task, language)
        by_writer = [
            f"{key}:{kind}:{name}" for kind in get_args(Kind) for name in ("seen", "wrong")
        ]
        return not isinstance(
            await self._place.redis.ask("stratum", lambda redis: redis.delete(key, *by_writer)),
            Down,
        )

    async def all(self) -> Mapping[tuple[str, str], StratumCounts] | Down:
        """Every stratum of which anything was counted, as task and language."""
        names = await self._names()
        if isinstance(names, Down):
            return names
        found = {}
        for name in names:
            task, _, language = name.partition(":")
            counts = await self.read(task, language)
            if isinstance(counts, Down):
                return counts
            if counts != StratumCounts():
                found[task, language] = counts
        return found

    async def _names(self) -> Sequence[str] | Down:
        reply = await self._place.redis.ask("strata", lambda redis: redis.smembers(_LIST))
        return reply if isinstance(reply, Down) else sorted(words(list(reply)))

    async def _count(
        self,
        entry: str,
        *,
        word: _Word,
        stratum: str = "",
        user: str = "",
        kind: Kind = "served",
    ) -> object | Down:
        ms = (SHOWN_S * MS_PER_S, KEPT_S * MS_PER_S)
        return await self._run(_COUNT, _short(user), stratum, kind, _short(entry), word, *ms)

    async def _run(self, script: Script, *args: str | int) -> object | Down:
        return await self._place.redis.run("stratum", script, keys=[_LIST], args=[PREFIX, *args])

    async def _change(
        self, task: str, language: str, added: Mapping[str, int]
    ) -> StratumCounts | Down:
        key = _key(task, language)

        async def add(redis: Redis) -> Sequence[object]:
            pipe = redis.pipeline(transaction=False)
            for name, amount in added.items():
                pipe.hincrby(key, name, amount)
            pipe.sadd(_LIST, _name(task, language))
            pipe.expire(key, KEPT_S)
            pipe.expire(_LIST, KEPT_S)
            pipe.hgetall(key)
            return cast("Sequence[object]", await pipe.execute())

        replies = await self._place.redis.ask("stratum", add)
        if isinstance(replies, Down):
            return replies
        return _counts(cast("Mapping[bytes, bytes]", replies[-1]))


def _name(task: str, language: str) -> str:
    return f"{task}:{language}"


def _key(task: str, language: str) -> str:
    return f"{PREFIX}{_name(task, language)}"


def _short(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:DIGITS]


def _counts(fields: Mapping[bytes, bytes]) -> StratumCounts:
    return StratumCounts(
        seen=_sum(fields, b"seen", b"watched_seen"),
        wrong=_sum(fields, b"wrong", b"watched_wrong"),
        withdrawn=_sum(fields, b"withdrawn") > 0,
    )


def _sum(fields: Mapping[bytes, bytes], *names: bytes) -> int:
    return sum(int(fields.get(name, 0)) for name in names)


def _evidence(reply: object) -> Evidence:
    name, withdrawn, *kinds = cast("tuple[bytes, bytes, list[int], list[int], list[int]]", reply)
    served, watched, written = (_shares(each) for each in kinds)
    task, _, language = name.decode().partition(":")
    return Evidence(
        task=task,
        language=language,
        withdrawn=int(withdrawn) > 0,
        served=served,
        watched=watched,
        written=written,
    )


def _shares(counts: Sequence[int]) -> Shares:
    seen, wrong, own_seen, own_wrong, worst_seen, worst_wrong = counts
    return Shares(
        all=Share(seen=seen, wrong=wrong),
        own=Share(seen=own_seen, wrong=own_wrong),
        others=Share(seen=max(0, seen - worst_seen), wrong=max(0, wrong - worst_wrong)),
    )
