"""Answers that several users of a tenant accepted, and all of them may be served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from assistant.bounded import DOWN, Down
from assistant.cache.addresses import Address
from assistant.cache.base import CacheRules
from assistant.cache.keys import entry_key, prefix, vector_place
from assistant.cache.reference import EntryRef
from assistant.cache.store.place import Place, flat, hashes, milliseconds
from assistant.cache.store.replies import PutForward
from assistant.cache.store.scripts import QUOTA, UNVOTE, VOTE

HOUR_S: Final = 3600

CARRIED: Final = ("created", "kept_until", "tier", "score", "text", "x", "c", "d", "b", "user")
"""Fields that a shared copy takes over as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How an entry may come to be shared, as it is noted with it."""

    tenant: str
    shared: str
    task: str
    accepted_by: int
    writes_per_hour: int

    def __str__(self) -> str:
        """The form it is noted in."""
        parts = (self.tenant, self.shared, self.task, self.accepted_by, self.writes_per_hour)
        return ":".join(map(str, parts))

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `str` made."""
        tenant, shared, task, accepted_by, writes_per_hour = text.split(":")
        return cls(
            tenant=tenant,
            shared=shared,
            task=task,
            accepted_by=int(accepted_by),
            writes_per_hour=int(writes_per_hour),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCopy:
    """What is known of a shared entry beside its text; it is still kept for `left_s` seconds.

    `user` wrote it in the partition `home`, and votes for it are counted under `key`.
    """

    user: str
    home: str
    key: str
    left_s: float


def share_of(rules: CacheRules, address: Address, task: str) -> str:
    """How an answer to that request may come to be shared, empty where it may not."""
    if not rules.shared:
        return ""
    return str(
        Share(
            tenant=address.tenant,
            shared=address.shared,
            task=task,
            accepted_by=rules.accepted_by,
            writes_per_hour=rules.shared_writes_per_hour,
        )
    )


class SharedAnswers:
    """The votes of users, and what came of them."""

    def __init__(self, place: Place) -> None:
        """`place` is the server they lie on."""
        self._place = place

    async def put_forward(
        self, partition: str, entry_id: str, fields: Mapping[str, bytes]
    ) -> bool | Down:
        """Whether the entry is what its user votes for now: not where there is another one, or too many.

        `fields` are those of the entry in `partition`, the user's own. It may be done again.
        """
        share = Share.parse(fields["share"].decode())
        user = fields["user"].decode()
        carried = self._carried(share, partition, entry_id, fields)
        left_s = float(fields["kept_until"]) - self._place.wall_clock()
        if not carried or left_s <= 0:
            return False
        within = await self._within_quota(share, user, entry_id)
        if within is not True:
            return within
        if not await self._place.register(
            tenant=share.tenant, partition=share.shared, user="", task=share.task, keep_s=left_s
        ):
            return DOWN
        key = vote_key(canonical=fields["c"].decode(), exact=fields["x"].decode())
        reply = await self._place.run(
            "vote",
            VOTE,
            partition=share.shared,
            key=f"{prefix(share.shared)}vote:{key}",
            args=[key, user, entry_id, share.accepted_by, milliseconds(left_s), *flat(carried)],
        )
        return reply if isinstance(reply, Down) else reply != b"voted"

    async def copy(self, ref: EntryRef) -> SharedCopy | Down | None:
        """What is known of a shared entry beside its text, None where it is gone."""
        key = entry_key(ref.shared, ref.id)
        rows = await hashes(self._place, "copy", [key], ("user", "home", "c", "x", "kept_until"))
        if isinstance(rows, Down):
            return rows
        user, home, canonical, exact, kept_until = ((each or b"").decode() for each in rows[0])
        if not user:
            return None
        key = vote_key(canonical=canonical, exact=exact)
        left_s = float(kept_until) - self._place.wall_clock()
        return SharedCopy(user=user, home=home, key=key, left_s=left_s)

    async def take_back(self, put_forward: PutForward, entry_id: str) -> bool:
        """Whether the user does not vote for the entry now; false where the server does not answer."""
        shared = Share.parse(put_forward.share).shared
        key = vote_key(canonical=put_forward.canonical, exact=put_forward.exact)
        return await self.withdraw(shared, key, put_forward.user, entry_id)

    async def withdraw(self, shared: str, key: str, user: str, entry_id: str = "") -> bool:
        """Whether the user has no vote for that entry now, or for that request; false where nothing answers."""
        reply = await self._place.run(
            "unvote",
            UNVOTE,
            partition=shared,
            key=f"{prefix(shared)}vote:{key}",
            args=[key, user, entry_id],
        )
        return not isinstance(reply, Down)

    async def _within_quota(self, share: Share, user: str, entry_id: str) -> bool | Down:
        hour = int(self._place.wall_clock()) // HOUR_S
        key = f"{prefix(share.tenant)}quota:{user}:{hour}"
        args = ("", "0", entry_id, share.writes_per_hour)
        reply = await self._place.redis.run("quota", QUOTA, keys=[key], args=args)
        return reply if isinstance(reply, Down) else reply == 1

    def _carried(
        self, share: Share, partition: str, entry_id: str, fields: Mapping[str, bytes]
    ) -> dict[str, str | bytes]:
        """Fields of the copy, protected for where it will lie; none where the entry cannot be read."""
        moved: dict[str, str | bytes] = {name: fields[name] for name in CARRIED if name in fields}
        places = {"body": entry_key, "v": vector_place}
        protection = self._place.protection
        for name in places.keys() & fields.keys():
            old, new = (places[name](where, entry_id) for where in (partition, share.shared))
            data = protection.open(fields[name], tenant=share.tenant, place=old)
            if data is None:
                return {}
            moved[name] = protection.seal(data, tenant=share.tenant, place=new)
        return {**moved, "state": "provisional", "share": "", "home": partition}


def vote_key(*, canonical: str, exact: str) -> str:
    """What votes are counted for: the request in whatever words, or to the letter where those are unknown."""
    return canonical or exact
