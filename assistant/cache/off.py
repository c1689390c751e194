"""The cache of a policy that wants none."""

from __future__ import annotations

from assistant.cache.base import (
    Acceptance,
    Bypass,
    CacheQuery,
    CacheReport,
    Lookup,
    NotStored,
    Put,
)
from assistant.cache.flights.base import FlightPlace
from assistant.types import Answer, Caller


class NoCache:
    """Stores nothing and says so."""

    def place(self, query: CacheQuery) -> FlightPlace | None:  # noqa: ARG002  # the protocol's parameters
        """Nowhere: what is not cached is not shared while it is written either."""
        return None

    async def get(self, query: CacheQuery) -> Lookup:  # noqa: ARG002
        """Always a bypass."""
        return Bypass(reason="off")

    async def similar(self, query: CacheQuery) -> Lookup:  # noqa: ARG002
        """Always a bypass."""
        return Bypass(reason="off")

    async def put(self, query: CacheQuery, answer: Answer) -> Put:  # noqa: ARG002
        """Never stores."""
        return NotStored(reason="off")

    async def watch(
        self,
        query: CacheQuery,
        answer: Answer,
        *,
        entry: str | None,
        acceptable: Acceptance | None,
    ) -> None:
        """Looks at nothing."""

    async def delivered(self, entry: str) -> None:
        """Notes nothing."""

    async def judged(self, entry: str, caller: Caller, *, accepted: bool) -> bool:  # noqa: ARG002
        """Keeps nothing that could be judged."""
        return True

    async def forget(self, entry: str) -> bool:  # noqa: ARG002
        """There is nothing to erase."""
        return True

    def report(self) -> CacheReport:
        """Nothing was counted."""
        return CacheReport()

    async def healthy(self) -> bool:
        """Always: there is nothing that could be down."""
        return True

    async def aclose(self) -> None:
        """Nothing to close."""
