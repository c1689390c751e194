"""Addresses of the queries at hand: each is computed once, however often its request asks."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, Literal, TypeAlias

from anyio import to_thread

from assistant.cache.addresses import (
    Address,
    Wording,
    address_of,
    documents_of,
    instruction_of,
    wording_of,
)
from assistant.cache.base import CacheQuery
from assistant.cache.wording import volatile
from assistant.types import Caller, DraftRequest

REMEMBERED: Final = 64
"""Queries whose addresses are kept: more than one process writes answers to at a time."""

SHORT: Final = 2000
"""Characters of an instruction that are folded at once, in a few milliseconds; longer ones in a thread."""

_Asked: TypeAlias = tuple[Caller, DraftRequest, str]


class RecentAddresses:
    """Addresses and wordings; those of the last queries are remembered."""

    def __init__(self, secret: bytes) -> None:
        """`secret` keys the digests."""
        self.secret = secret
        self._addresses: OrderedDict[_Asked, Address] = OrderedDict()
        self._wordings: OrderedDict[_Asked, Wording | None] = OrderedDict()

    def of(self, query: CacheQuery) -> Address:
        """Where the answers to `query` lie."""
        asked = _asked(query)
        address = self._addresses.get(asked)
        if address is None:
            address = self._addresses[asked] = address_of(self.secret, query)
            _forget_oldest(self._addresses)
        return address

    async def wording(self, query: CacheQuery) -> Wording | None:
        """What the instruction comes down to, None where that is not known."""
        asked = _asked(query)
        if asked in self._wordings:
            return self._wordings[asked]
        if len(instruction_of(query.request) or "") > SHORT:
            wording = await to_thread.run_sync(wording_of, self.secret, query)
        else:
            wording = wording_of(self.secret, query)
        self._wordings[asked] = wording
        _forget_oldest(self._wordings)
        return wording

    async def volatile(self, query: CacheQuery) -> Literal["time", "variety"] | None:
        """Why no answer to `query` may be kept, whatever it says; None where it may."""
        instruction = _last_words(query.request)
        if len(instruction) > SHORT:
            return await to_thread.run_sync(volatile, instruction)
        return volatile(instruction)

    async def documents(self, query: CacheQuery) -> tuple[str, ...]:
        """Digests of the texts that the writer gave."""
        return documents_of(self.secret, query, await self.wording(query))


def _asked(query: CacheQuery) -> _Asked:
    return query.caller, query.request, query.shape


def _last_words(request: DraftRequest) -> str:
    """What the user said last: also where the writer has begun the answer."""
    turns = [turn.content for turn in request.messages if turn.role == "user"]
    return turns[-1] if request.task == "chat" and turns else request.instruction


def _forget_oldest(
    remembered: OrderedDict[_Asked, Address] | OrderedDict[_Asked, Wording | None],
) -> None:
    while len(remembered) > REMEMBERED:
        remembered.popitem(last=False)
