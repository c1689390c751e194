"""Where drafts are kept so that a larger tier can take them up."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from assistant.cache.keys import tenant_digest, user_digest
from assistant.embedded.spec import Addresses
from assistant.policy.models import Policy
from assistant.settings import Settings
from assistant.types import Caller
from assistant.upgrades.base import Owner, Upgrades, UpgradeStore
from assistant.upgrades.keeper import Keeper
from assistant.upgrades.memory import MemoryUpgradeStore
from assistant.upgrades.off import NoUpgrades
from assistant.upgrades.redis import RedisUpgradeStore
from assistant.wiring.secret import cache_cipher, cache_secret
from assistant.wiring.stores import redis_url

CALLERS: Final = 1024
"""Whose digests are at hand: more than ask a process at a time."""


def upgrades_for(policy: Policy, settings: Settings, addresses: Addresses | None) -> Upgrades:
    """Where drafts are kept for a larger tier, or nowhere; sealed as the cache seals its answers."""
    keep_s = policy.upgrade.keep
    if keep_s <= 0:
        return NoUpgrades()
    owner = owners(cache_secret(settings))
    url = redis_url(settings, addresses)
    store: UpgradeStore
    if url is None:
        store = MemoryUpgradeStore(keep_s=keep_s)
    else:
        store = RedisUpgradeStore(url, owner, keep_s=keep_s, cipher=cache_cipher(settings))
    return Keeper(store, owner)


def owners(secret: bytes) -> Callable[[Caller], Owner]:
    """What stands for callers in names: the digests of the cache, by which their answers are erased."""

    @lru_cache(CALLERS)
    def owner(caller: Caller) -> Owner:
        return Owner(tenant=tenant_digest(secret, caller.tenant), user=user_digest(secret, caller))

    return owner
