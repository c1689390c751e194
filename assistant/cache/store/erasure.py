"""Taking entries out: served no more, or erased with all that tells that they were there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Final

from assistant.cache.keys import prefix
from assistant.cache.store.answers import AnswerStore
from assistant.cache.store.catalogue import Catalogue, Listed, Partition, answered
from assistant.cache.store.place import for_each
from assistant.cache.store.replies import words
from assistant.cache.store.scripts import FORGET
from assistant.cache.store.sharing import Share, SharedAnswers, vote_key
from assistant.errors import CacheUnavailable

_DRAFT: Final = re.compile(
    r"ink:\{(?P<tenant>[^}]*)\}:(?:(?:kept|upgrade|better):|[fqw]:upgrade-)"
    r"(?P<user>[0-9a-f]+)[:-](?P<id>.+)"
)
"""Names of drafts that are kept for a larger tier, of better texts, and of streams of writing them."""


class Erasure:
    """Takes entries out. Every method raises CacheUnavailable where the server does not answer.

    It can then be asked again, and goes on where it was.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        """`catalogue` is of the same server."""
        self._catalogue = catalogue
        self._place = catalogue.place
        self._answers = AnswerStore(self._place)
        self._shared = SharedAnswers(self._place)

    async def invalidate(self, entries: Iterable[Listed]) -> int:
        """Has entries served no more; how many there were.

        What was shared has to be accepted anew by as many users.
        """
        count = 0
        for partition, batch in _by_partition(entries):
            if not partition.user:
                await self._catalogue.delete(_vote_names(batch))
            reply = await self._place.run(
                "invalidate",
                FORGET,
                partition=partition.name,
                key=f"{prefix(partition.name)}all",
                args=[entry.id for entry in batch],
            )
            answered(reply)
            count += len(batch)
        return count

    async def erase(self, entries: Iterable[Listed]) -> int:
        """Erases entries and every trace of them; how many there were."""
        count = 0
        touched = []
        for partition, batch in _by_partition(entries):
            for entry in batch:
                await self._take_back(entry)
            if not await self._answers.erase(partition.name, [entry.id for entry in batch]):
                raise CacheUnavailable
            count += len(batch)
            touched.append((partition, batch))
        names = await self._catalogue.names({partition.name for partition, _ in touched})
        for partition, batch in touched:
            await self._pardon(partition, batch, names[partition.name])
            await self._catalogue.delete(_streams(batch, names[partition.name]))
            await self._unlist_if_empty(partition, names[partition.name])
        return count

    async def erase_rest(self, tenants: Collection[str], user: str | None) -> None:
        """Erases what no entry leads to: votes, tombstones, marks, streams and counts.

        Those of a user, or of these tenants as a whole.
        """
        partitions = [
            partition
            for tenant in tenants
            for partition in await self._catalogue.partitions(tenant)
        ]
        names = await self._catalogue.names({*tenants, *(each.name for each in partitions)})
        for owner in tenants:
            quotas = f"{prefix(owner)}quota:{user or ''}"
            await self._catalogue.delete([one for one in names[owner] if one.startswith(quotas)])
        for partition in partitions:
            if user in {None, partition.user}:
                await self._catalogue.delete(names[partition.name])
            elif not partition.user:
                await self._withdraw_votes(partition, user or "", names[partition.name])
            await self._unlist_if_empty(partition, names[partition.name])

    async def erase_drafts(
        self, tenants: Collection[str] | None, *, user: str | None, answer: str | None
    ) -> None:
        """Erases what is kept so that a larger tier can write an answered request once more.

        Of these tenants, None: of all of them; of one of their users; of one answer. What such a draft is
        about is not listed: by other conditions all of them go, and can only not be taken up any more.
        """
        async for batch in self._place.redis.scan("scan", "ink:{*"):
            found = (_DRAFT.fullmatch(name) for name in words(answered(batch)))
            await self._catalogue.delete(
                [
                    name[0]
                    for name in found
                    if name is not None
                    and (tenants is None or name["tenant"] in tenants)
                    and user in {None, name["user"]}
                    and answer in {None, name["id"]}
                ]
            )

    async def _withdraw_votes(self, partition: Partition, user: str, names: Iterable[str]) -> None:
        begin = f"{prefix(partition.name)}vote:"
        for name in names:
            if name.startswith(begin) and not await self._shared.withdraw(
                partition.name, name.removeprefix(begin), user
            ):
                raise CacheUnavailable

    async def _take_back(self, entry: Listed) -> None:
        """Takes back the vote that an entry, or the copy that is shared, stands for."""
        if entry.share:
            shared = Share.parse(entry.share).shared
        elif not entry.partition.user:
            shared = entry.partition.name
        else:
            return
        key = vote_key(canonical=entry.canonical, exact=entry.exact)
        if not await self._shared.withdraw(shared, key, entry.user, entry.id):
            raise CacheUnavailable

    async def _pardon(
        self, partition: Partition, batch: Sequence[Listed], names: Iterable[str]
    ) -> None:
        """Takes the entries out of all tombstones of their partition, whichever request refused them."""
        begin = f"{prefix(partition.name)}t:"
        members = [word for entry in batch for word in (entry.id, entry.text)]
        sets = [name for name in names if name.startswith(begin)]
        answered(
            await for_each(
                self._place, "pardon", sets, lambda redis, key: redis.zrem(key, *members)
            )
        )

    async def _unlist_if_empty(self, partition: Partition, names: Iterable[str]) -> None:
        if not await self._catalogue.any_left(names):
            await self._catalogue.unlist(partition)


def _by_partition(entries: Iterable[Listed]) -> list[tuple[Partition, list[Listed]]]:
    """Runs of entries of one partition, as they are listed."""
    groups = groupby(entries, key=lambda entry: entry.partition)
    return [(partition, list(batch)) for partition, batch in groups]


def _vote_names(batch: Iterable[Listed]) -> list[str]:
    return [
        f"{prefix(entry.partition.name)}{kind}:{vote_key(canonical=entry.canonical, exact=entry.exact)}"
        for entry in batch
        for kind in ("vote", "choice")
    ]


def _streams(batch: Iterable[Listed], names: Iterable[str]) -> list[str]:
    """What is left of generations of these requests, those with a deadline too."""
    begins = tuple(
        f"{prefix(entry.partition.name)}{kind}:{entry.exact}" for entry in batch for kind in "fqw"
    )
    return [name for name in names if name.startswith(begins)]
