"""Caches with a semantic level, over one server."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from typing import TypeAlias

import pytest

from assistant.cache.cipher import Cipher
from assistant.cache.redis import RedisAnswerCache
from assistant.cache.semantic.labelled import Labelled
from assistant.cache.semantic.level import Embed
from support.similar import ScriptedEmbedder, cache_with
from support.valkey import Valkey

Open: TypeAlias = Callable[..., RedisAnswerCache]


@pytest.fixture
def embed() -> ScriptedEmbedder:
    """The embedder of the workers that name no other."""
    return ScriptedEmbedder()


@pytest.fixture
async def worker(valkey: Valkey, embed: ScriptedEmbedder) -> AsyncIterator[Open]:
    """Opens a cache, each as another worker process has it."""
    opened: list[RedisAnswerCache] = []

    def open_cache(
        url: str = valkey.url,
        embed: Embed = embed,
        labelled: Labelled | None = None,
        embedder: str = "scripted",
        wall_clock: Callable[[], float] = time.time,
        cipher: Cipher | None = None,
    ) -> RedisAnswerCache:
        opened.append(
            cache_with(
                url,
                embed,
                labelled=labelled,
                embedder=embedder,
                wall_clock=wall_clock,
                cipher=cipher,
            )
        )
        return opened[-1]

    yield open_cache
    for cache in opened:
        await cache.aclose()
