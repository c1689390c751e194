"""The cache of a policy that wants none."""

from __future__ import annotations

from assistant.cache.base import Bypass, CacheQuery, Lookup
from assistant.types import Answer


class NoCache:
    """Stores nothing and says so."""

    async def get(self, query: CacheQuery) -> Lookup:  # noqa: ARG002  # the protocol's parameters
        """Always a bypass."""
        return Bypass(reason="off")

    async def put(
        self,
        query: CacheQuery,  # noqa: ARG002
        answer: Answer,  # noqa: ARG002
        *,
        ttl_s: float,  # noqa: ARG002
    ) -> bool:
        """Never stores."""
        return False

    async def healthy(self) -> bool:
        """Always: there is nothing that could be down."""
        return True

    async def aclose(self) -> None:
        """Nothing to close."""
