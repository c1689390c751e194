"""Where decision records are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from assistant.confidence.checks import CHECK_NAMES
from assistant.embedded.host import embedded_host_async
from assistant.embedded.spec import Addresses, HostSpec
from assistant.errors import PolicyError
from assistant.policy.load import load_policy
from assistant.policy.models import Policy
from assistant.records.base import Records, RecordStore
from assistant.records.memory import MemoryRecordStore
from assistant.records.off import NoRecords
from assistant.records.recorder import Keeping, Recorder
from assistant.records.redis import RedisRecordStore
from assistant.settings import Settings
from assistant.wiring.secret import cache_secret


@asynccontextmanager
async def open_record_store(settings: Settings) -> AsyncIterator[RecordStore]:
    """The decision records of the installation, without any engine, until the block ends.

    An embedded store that a server runs already is shared with it.

    Raises:
        PolicyError, EmbeddedError, SettingsError.
    """
    policy = load_policy(settings.policy, known_checks=CHECK_NAMES)
    if not policy.feedback.enabled:
        message = f"feedback.enabled: the policy {policy.name!r} keeps no records of drafts; set it to true"
        raise PolicyError([message])
    async with AsyncExitStack() as stack:
        addresses = None
        if settings.redis_url is None:
            spec = HostSpec(engines=(), data_dir=settings.data_dir, valkey=True)
            addresses = await stack.enter_async_context(embedded_host_async(spec))
        store = _record_store(settings, addresses)
        stack.push_async_callback(store.aclose)
        yield store


def records_for(policy: Policy, settings: Settings, addresses: Addresses | None) -> Records:
    """Where decision records are kept, or records that forget at once."""
    feedback = policy.feedback
    if not feedback.enabled:
        return NoRecords()
    keeping = Keeping(keep_s=feedback.keep, compare_for_s=feedback.compare_for)
    store = _record_store(settings, addresses)
    return Recorder(store, secret=cache_secret(settings), keeping=keeping)


def _record_store(settings: Settings, addresses: Addresses | None) -> RecordStore:
    url = redis_url(settings, addresses)
    if url is None:
        return MemoryRecordStore()
    return RedisRecordStore(url, cache_secret(settings))


def redis_url(settings: Settings, addresses: Addresses | None) -> str | None:
    """The address of the store: the one that the environment names, or ours; None without either."""
    if settings.redis_url is not None:
        return settings.redis_url.get_secret_value()
    return None if addresses is None else addresses.redis_url
