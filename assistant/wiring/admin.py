"""What administrators work on from the command line, without any engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from assistant.cache.admin import CacheAdmin
from assistant.embedded.host import embedded_host_async
from assistant.embedded.spec import HostSpec
from assistant.settings import Settings
from assistant.wiring.secret import cache_secret
from assistant.wiring.stores import redis_url


@asynccontextmanager
async def open_cache_admin(settings: Settings) -> AsyncIterator[CacheAdmin]:
    """Operations on all that the cache of this installation keeps, until the block ends.

    An embedded store that a server runs already is shared with it.

    Raises:
        EmbeddedError, SettingsError.
    """
    async with AsyncExitStack() as stack:
        addresses = None
        if settings.redis_url is None:
            spec = HostSpec(engines=(), data_dir=settings.data_dir, valkey=True)
            addresses = await stack.enter_async_context(embedded_host_async(spec))
        url = redis_url(settings, addresses)
        if url is None:
            message = "a store is embedded or named by REDIS_URL"
            raise AssertionError(message)
        admin = CacheAdmin(url, cache_secret(settings))
        stack.push_async_callback(admin.aclose)
        yield admin
