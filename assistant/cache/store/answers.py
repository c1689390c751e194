"""Answers by the request they were written for: read, written, accepted, refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, cast

from assistant.bounded import Argument, Down
from assistant.cache.addresses import Address
from assistant.cache.keys import entry_key, prefix
from assistant.cache.reference import EntryRef
from assistant.cache.store.place import (
    Place,
    flat,
    hashes,
    milliseconds,
    seconds,
    tombstone_s,
)
from assistant.cache.store.replies import (
    Found,
    PutForward,
    fields_of,
    found_of,
    put_forward_of,
)
from assistant.cache.store.scripts import ACCEPT, DELIVERED, ERASE, READ, REFUSE, WRITE

Written: TypeAlias = Literal["stored", "tombstone", "demoted"]

DELIVERED_S: Final = 86_400.0
"""Seconds that the delivery of a text is remembered where its entry says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry to be written; `body` is packed and not yet protected, times in seconds.

    `provisional_s` is 0 for one that is kept for its full time whatever its writer does. `share` says
    how it may come to be shared, empty where it may not.
    """

    id: str
    body: bytes = field(repr=False)
    text: str
    tier: str
    score: float | None
    documents: tuple[str, ...]
    created: float
    provisional_s: float
    share: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The request that is written for.

    `again`: it asked for another text than those before. `variants` of its texts are remembered, an accepted
    one for `kept_s`; `formers` are texts and entries known of it from elsewhere.
    """

    address: Address
    canonical: str = ""
    again: bool = False
    variants: int = 1
    formers: Collection[str] = ()
    kept_s: float = 0.0


class AnswerStore:
    """The answers of all partitions."""

    def __init__(self, place: Place) -> None:
        """`place` is the server they lie on."""
        self._place = place

    async def read(self, partition: str, *, exact: str = "", canonical: str = "") -> Found | Down:
        """What is stored there for a request, in one round trip."""
        reply = await self._place.run(
            "get",
            READ,
            partition=partition,
            key=f"{prefix(partition)}x:{exact}",
            args=[exact, canonical],
        )
        return reply if isinstance(reply, Down) else found_of(reply)

    async def write(self, asked: Asked, entry: NewEntry) -> Written | Down:
        """Stores an answer, for its full time or until its writer says something."""
        address = asked.address
        sealed = self._place.protection.seal(
            entry.body, tenant=address.tenant, place=entry_key(address.partition, entry.id)
        )
        provisional_s = min(entry.provisional_s, asked.kept_s) or asked.kept_s
        fields: dict[str, str | bytes] = {
            "body": sealed,
            "created": seconds(entry.created),
            "kept_until": seconds(entry.created + asked.kept_s),
            "tier": entry.tier,
            "score": "" if entry.score is None else repr(entry.score),
            "state": "provisional" if entry.provisional_s else "accepted",
            "text": entry.text,
            "x": address.exact,
            "c": asked.canonical,
            "d": " ".join(entry.documents),
            "user": address.user,
            "share": entry.share,
        }
        return await self._write(
            asked, entry.id, "yes" if asked.again else "no", fields, provisional_s
        )

    async def demote(self, asked: Asked, *, but: str = "") -> Written | Down:
        """Has what was stored served no more to a request that asked for another text, save that entry."""
        return await self._write(asked, but, "only", {}, asked.kept_s)

    async def _write(
        self,
        asked: Asked,
        entry_id: str,
        again: Literal["yes", "only", "no"],
        fields: Mapping[str, str | bytes],
        provisional_s: float,
    ) -> Written | Down:
        kept_s = asked.kept_s
        times = [milliseconds(each) for each in (provisional_s, kept_s, tombstone_s(kept_s))]
        what: list[Argument] = [asked.address.exact, asked.canonical, again, asked.variants]
        reply = await self._place.on_entry(
            "put",
            WRITE,
            partition=asked.address.partition,
            entry_id=entry_id,
            args=[*what, *times, len(asked.formers), *asked.formers, *flat(fields)],
        )
        return reply if isinstance(reply, Down) else cast("Written", cast("bytes", reply).decode())

    async def delivered(self, ref: EntryRef) -> None:
        """Marks the request as one whose answer has arrived."""
        await self._place.run(
            "delivered",
            DELIVERED,
            partition=ref.partition,
            key=entry_key(ref.partition, ref.id),
            args=[ref.exact, milliseconds(DELIVERED_S)],
        )

    async def accept(self, ref: EntryRef, user: str) -> Mapping[str, bytes] | Down:
        """Keeps the user's own entry for its full time; its fields where it may be put forward now.

        It is then kept as one that was put forward, until `not_put_forward` says otherwise.
        """
        reply = await self._place.on_entry(
            "accept", ACCEPT, partition=ref.partition, entry_id=ref.id, args=[user, ref.exact]
        )
        if isinstance(reply, Down):
            return reply
        return fields_of(reply) if isinstance(reply, list) else {}

    async def not_put_forward(self, ref: EntryRef) -> bool:
        """Lets newer texts push the entry out like any other; false where the server does not answer."""
        key = entry_key(ref.partition, ref.id)
        reply = await self._place.redis.ask("unmark", lambda redis: redis.hdel(key, "put_forward"))
        return not isinstance(reply, Down)

    async def refuse(
        self, ref: EntryRef, user: str, *, kept_s: float = 0.0
    ) -> PutForward | Down | None:
        """Never serves the entry to this request again, and to nobody where it was written for it.

        `kept_s` is how long it is still kept where it lies elsewhere. What may have been put forward for
        sharing is returned.
        """
        own = ref.level == "exact" and not ref.shared
        reply = await self._place.on_entry(
            "refuse",
            REFUSE,
            partition=ref.partition,
            entry_id=ref.id,
            args=[user, ref.exact, int(own), milliseconds(tombstone_s(kept_s)), ref.text],
        )
        if isinstance(reply, Down):
            return reply
        return put_forward_of(reply) if isinstance(reply, list) else None

    async def put_forward(self, partition: str, entry_id: str) -> PutForward | Down | None:
        """How an entry may have been put forward for sharing, None where it was not."""
        names = ["share", "c", "x", "user"]
        rows = await hashes(self._place, "put_forward", [entry_key(partition, entry_id)], names)
        if isinstance(rows, Down):
            return rows
        return put_forward_of(rows[0]) if rows[0][0] else None

    async def erase(
        self, partition: str, ids: Sequence[str], *, asked: str = "", text: str = ""
    ) -> bool:
        """Whether entries, with all that was derived from them there, are gone now.

        Of a single one, `asked` is what was asked where it was served, and `text` the digest of its text.
        """
        reply = await self._place.run(
            "erase",
            ERASE,
            partition=partition,
            key=f"{prefix(partition)}all",
            args=[asked, text, *ids],
        )
        return not isinstance(reply, Down)

    async def pardon(self, ref: EntryRef) -> bool:
        """Lets an entry that lies elsewhere be served to this request again; false where nothing answers."""
        key = f"{prefix(ref.partition)}t:{ref.exact}"
        reply = await self._place.redis.ask(
            "pardon", lambda redis: redis.zrem(key, ref.id, ref.text)
        )
        return not isinstance(reply, Down)
