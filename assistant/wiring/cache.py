"""The cache of a policy: where answers are kept, how similar requests are found, how identical ones meet."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial

from assistant.bounded import BoundedRedis
from assistant.cache.base import AnswerCache
from assistant.cache.base_semantic import SemanticLevel
from assistant.cache.flights import READ_LIMITS, Flights
from assistant.cache.off import NoCache
from assistant.cache.redis import RedisAnswerCache
from assistant.cache.semantic.labelled import shipped_counts
from assistant.cache.semantic.level import SemanticAnswers
from assistant.cache.store.entries import EntryStore
from assistant.cache.wording import fold
from assistant.embedded.spec import Addresses
from assistant.embedding.base import Embedder
from assistant.policy.models import Policy
from assistant.settings import Settings
from assistant.types import Event
from assistant.wiring.secret import cache_cipher, cache_secret
from assistant.wiring.stores import redis_url
from assistant.workflow.events import EVENT_CODEC


def cache_for(
    policy: Policy,
    settings: Settings,
    addresses: Addresses | None,
    *,
    embedder: Embedder | None = None,
) -> AnswerCache:
    """Where accepted answers are kept, or a cache that keeps nothing.

    Without an `embedder` no similar requests are found.
    """
    url = redis_url(settings, addresses)
    if url is None or not policy.caches:
        return NoCache()
    # At the start rather than in the first request, also where a file of a language is wrong.
    fold("Write.")
    return RedisAnswerCache(
        url,
        cache_secret(settings),
        cipher=cache_cipher(settings),
        semantic=None if embedder is None else partial(_semantic, embedder),
    )


def flights_for(
    policy: Policy, settings: Settings, addresses: Addresses | None, stack: AsyncExitStack
) -> Flights[Event]:
    """Where identical requests meet: across processes with a store, else within this one.

    Their connections are closed with `stack`.
    """
    url = redis_url(settings, addresses)
    # Wishes for a better text meet here, too.
    if url is None or not (policy.caches or policy.upgrade.keep):
        return Flights(None, EVENT_CODEC)
    redis = BoundedRedis(url, name="flights")
    reads = BoundedRedis(url, name="flights", limits=READ_LIMITS)
    stack.push_async_callback(redis.aclose)
    stack.push_async_callback(reads.aclose)
    return Flights(redis, EVENT_CODEC, reads=reads, cipher=cache_cipher(settings))


def _semantic(embedder: Embedder, store: EntryStore) -> SemanticLevel:
    return SemanticAnswers(store, embedder.embed, embedder=embedder.name, labelled=shipped_counts())
