"""Kept drafts in Redis or Valkey, sealed where there is a key. A store that is down or full fails no request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, Protocol, TypeVar, cast

from anyio import CapacityLimiter, to_thread
from redis.asyncio import Redis

from assistant.bounded import BoundedRedis, Down, Limits, Script
from assistant.breaker import Breaker
from assistant.errors import RecordsUnavailable
from assistant.types import Answer, Caller
from assistant.upgrades import keys
from assistant.upgrades.base import Found, Keeping, KeptDraft, News, Owner, Upgrade
from assistant.upgrades.entry import (
    decode_better,
    decode_draft,
    decode_upgrade,
    encode_better,
    encode_draft,
    encode_upgrade,
)

T = TypeVar("T")

MS_PER_S: Final = 1000

LIMITS: Final = Limits(timeout_s=1.0, connect_timeout_s=1.0, connections=8)
"""More than a cache may cost: drafts are kept behind the answers, and who asks for a better text waits for
a larger tier."""

_SETTLE: Final = Script("""#!lua flags=
-- Notes what became of a draft that is still kept: KEYS are its name, that of the note, and that of the text.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if ARGV[1] == '' then redis.call('DEL', KEYS[2]) return 1 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if ARGV[4] ~= '' then redis.call('SET', KEYS[3], ARGV[4], 'PX', ARGV[2]) end
return 1
""")


class Seals(Protocol):
    """Encryption of what lies in the store."""

    def seal(self, data: bytes, *, tenant: str, place: str) -> bytes:
        """The data, readable only with this tenant's key and at this place."""
        ...

    def open(self, data: bytes, *, tenant: str, place: str) -> bytes | None:
        """The data again; None where it is not ours, or was changed or moved."""
        ...


class RedisUpgradeStore:
    """Drafts in any Redis 7 or Valkey, or a cluster of them, at `url`, each for `keep_s` seconds.

    `owner` tells the digests that stand for a caller in names, so that one caller cannot name another's.
    With a `cipher` texts are encrypted.

    Raises:
        ValueError: `url` cannot be read.
    """

    def __init__(
        self,
        url: str,
        owner: Callable[[Caller], Owner],
        *,
        keep_s: float,
        cipher: Seals | None = None,
        limits: Limits = LIMITS,
        breaker: Breaker | None = None,
    ) -> None:
        self._redis = BoundedRedis(url, name="upgrades", limits=limits, breaker=breaker)
        self._owner = owner
        self._keep_s = keep_s
        self._cipher = cipher
        # Of its own and of one: drafts are packed one after the other, behind the answers.
        self._thread = CapacityLimiter(1)

    async def keep(self, items: Sequence[Keeping]) -> bool:
        """Whether all are kept now; one that is not Unicode never is."""
        packed = await to_thread.run_sync(self._packed, items, limiter=self._thread)
        keep_ms = _milliseconds(self._keep_s)

        def queue(redis: Redis) -> Awaitable[object]:
            pipe = redis.pipeline(transaction=False)
            for name, data in packed:
                pipe.set(name, data, px=keep_ms)
            return pipe.execute()

        if packed and isinstance(await self._redis.ask("keep", queue), Down):
            return False
        return len(packed) == len(items)

    async def read(self, caller: Caller, answer_id: str) -> Found | None:
        """What the caller has under that id; errors as of the protocol."""
        owner = self._owner(caller)
        names = [keys.draft_key(owner, answer_id), keys.upgrade_key(owner, answer_id)]
        data, told = await self._values(*names)
        draft = self._opened(decode_draft, owner, names[0], data)
        if draft is None:
            return None
        if draft.of != answer_id:
            (told,) = await self._values(keys.upgrade_key(owner, draft.of))
        upgrade = None if told is None else decode_upgrade(told)
        return await self._followed(owner, draft, upgrade)

    async def settle(self, caller: Caller, answer_id: str, news: News | None) -> bool:
        """Notes what became of a draft, while that is kept."""
        owner = self._owner(caller)
        name = keys.draft_key(owner, answer_id)
        reply = await self._redis.ask("settle", lambda redis: redis.get(name))
        data = None if isinstance(reply, Down) else cast("bytes | None", reply)
        draft = self._opened(decode_draft, owner, name, data)
        if draft is None:
            return False
        return await self._noted(owner, name, draft, news)

    async def forget(self, caller: Caller, answer_id: str) -> bool:
        """Erases all under that id, and what followed from it; errors as of the protocol."""
        owner = self._owner(caller)
        names = [keys.draft_key(owner, answer_id), keys.better_key(owner, answer_id)]
        found = await self.read(caller, answer_id)
        if found is not None:
            names.append(keys.upgrade_key(owner, found.draft.of))
            if found.upgrade is not None:
                names.append(keys.better_key(owner, found.upgrade.id))
        return await self._ask("forget", lambda redis: redis.delete(*names)) > 0

    async def aclose(self) -> None:
        """Closes connections."""
        await self._redis.aclose()

    def _packed(self, items: Iterable[Keeping]) -> list[tuple[str, bytes]]:
        found = []
        for item in items:
            owner = self._owner(item.caller)
            name, data = keys.draft_key(owner, item.id), encode_draft(item.draft)
            if data is not None:
                found.append((name, self._sealed(owner, name, data)))
        return found

    async def _followed(self, owner: Owner, draft: KeptDraft, upgrade: Upgrade | None) -> Found:
        """The draft with the better text, if there is one and it was not erased."""
        if upgrade is None or upgrade.status != "ready":
            return Found(draft=draft, upgrade=upgrade)
        name = keys.better_key(owner, upgrade.id)
        (data,) = await self._values(name)
        better = self._opened(decode_better, owner, name, data)
        return Found(draft=draft, upgrade=upgrade if better else None, better=better)

    async def _noted(self, owner: Owner, name: str, draft: KeptDraft, news: News | None) -> bool:
        wish = keys.upgrade_key(owner, draft.of)
        better = keys.better_key(owner, draft.of if news is None else news.upgrade.id)
        keep_s = self._keep_s if news is None or news.keep_s is None else news.keep_s
        reply = await self._redis.run(
            "settle",
            _SETTLE,
            keys=[name, wish, better],
            args=[
                b"" if news is None else encode_upgrade(news.upgrade),
                _milliseconds(keep_s),
                _milliseconds(max(keep_s, self._keep_s)),
                b"" if news is None else self._text(owner, better, news.better),
            ],
        )
        return reply == 1

    def _text(self, owner: Owner, name: str, answer: Answer | None) -> bytes:
        data = None if answer is None else encode_better(answer)
        return b"" if data is None else self._sealed(owner, name, data)

    def _sealed(self, owner: Owner, name: str, data: bytes) -> bytes:
        if self._cipher is None:
            return data
        return self._cipher.seal(data, tenant=owner.tenant, place=name)

    def _opened(
        self, decode: Callable[[bytes], T | None], owner: Owner, name: str, data: bytes | None
    ) -> T | None:
        if data is not None and self._cipher is not None:
            data = self._cipher.open(data, tenant=owner.tenant, place=name)
        return None if data is None else decode(data)

    async def _values(self, *names: str) -> list[bytes | None]:
        found = await self._ask("read", lambda redis: redis.mget(names))
        return cast("list[bytes | None]", found)

    async def _ask(self, operation: str, command: Callable[[Redis], Awaitable[T]]) -> T:
        reply = await self._redis.ask(operation, command)
        if isinstance(reply, Down):
            message = (
                "kept drafts: the Redis or Valkey that holds them does not answer;"
                " check REDIS_URL and that it runs"
            )
            raise RecordsUnavailable(message)
        return reply


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * MS_PER_S))
