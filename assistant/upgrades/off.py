"""The upgrades of a policy that keeps no drafts for them."""

from __future__ import annotations

from assistant.types import Caller
from assistant.upgrades.base import Found, Keeping, News, Owner


class NoUpgrades:
    """Keeps nothing."""

    keeps = False

    def owner(self, caller: Caller) -> Owner:
        """The names themselves: nothing is stored under them."""
        return Owner(tenant=caller.tenant, user=caller.user)

    def note(self, keeping: Keeping) -> None:
        """Forgets it."""

    async def read(self, caller: Caller, answer_id: str) -> Found | None:  # noqa: ARG002  # the protocol's parameters
        """Never finds anything."""
        return None

    async def settle(self, caller: Caller, answer_id: str, news: News | None) -> bool:  # noqa: ARG002
        """Never notes anything."""
        return False

    async def forget(self, caller: Caller, answer_id: str) -> bool:  # noqa: ARG002
        """There is nothing to erase."""
        return False

    async def aclose(self) -> None:
        """Nothing to close."""
