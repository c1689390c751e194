"""What the cache adds to a miss, what looking for similar requests takes, and what an entry weighs."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, cast

import anyio
import numpy as np
import redis
from numpy.typing import NDArray
from rich.table import Table

from assistant.bounded import Limits
from assistant.cache.base import CacheQuery, CacheRules, Hit, SemanticMode, Stored
from assistant.cache.cipher import Cipher
from assistant.cache.off import NoCache
from assistant.cache.redis import RedisAnswerCache
from assistant.cache.reference import EntryRef
from assistant.cache.semantic.control import LabelledLevel, LabelledStratum
from assistant.cache.semantic.labelled import Labelled, wording_fingerprint
from assistant.cache.semantic.level import SemanticAnswers
from assistant.cache.semantic.vectors import packed
from assistant.cache.store.entries import EntryStore
from assistant.confidence.artefact import load_artefact
from assistant.confidence.scorer import Scorer
from assistant.economics.meter import EngineMeter
from assistant.economics.pricing import TierPricing
from assistant.embedding.batching import BatchingEmbedder
from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder
from assistant.policy.load import load_policy
from assistant.policy.models import Policy
from assistant.service import Assistant
from assistant.tiers.fake import FakeTier, Script
from assistant.types import Answer, Caller, DraftRequest
from assistant.workflow.background import Background
from assistant.workflow.state import Context
from load.cache_app import TEXT
from load.cache_trace import Pair, read_pairs
from load.http_load import nearest_rank
from support.valkey import Valkey, running_valkey

WARMING: Final = 3
MISSES: Final = 40
SIZES: Final = (1_000, 10_000, 100_000)
LOOKUPS: Final = 40
ENTRIES: Final = 200
DIMENSIONS: Final = 384

PATIENT: Final = Limits(timeout_s=30.0, connect_timeout_s=5.0)
"""The wait itself is measured: it must not be cut off."""

Embed = Callable[[Sequence[str]], Awaitable[NDArray[np.float32]]]

_PROVEN: Final = LabelledStratum(
    task="draft",
    language="en",
    different=2000,
    same=2000,
    levels=tuple(
        LabelledLevel(strength=at / 100, false_hits=0, hits=100) for at in range(100, 45, -5)
    ),
)


def misses_table() -> Table:
    """A draft over a tier that answers at once: without a cache, and with each use of it."""
    return anyio.run(_misses)


def lookups_table() -> Table:
    """Nomination and verification in buckets of several sizes."""
    return anyio.run(_lookups)


def memory_table() -> Table:
    """Bytes of an entry with all its keys."""
    return anyio.run(_memory)


async def _misses() -> Table:
    embedder = BatchingEmbedder(SentenceTransformerEmbedder())
    await embedder.warm()
    table = Table("a miss", "ms p50", "ms p95", "added ms p50", "ratio", title="Misses")
    with running_valkey() as valkey:
        modes: tuple[SemanticMode, ...] = ("off", "shadow", "serve")
        caches = {
            mode: RedisAnswerCache(
                valkey.url, mode.encode(), semantic=lambda store: _level(store, embedder.embed)
            )
            for mode in modes
        }
        ways = {"no cache": _Way(NoCache(), "off")}
        ways |= {f"exact, canonical, semantic {mode}": _Way(caches[mode], mode) for mode in modes}
        for day in range(WARMING + MISSES):
            # Each in words of its own: an embedder remembers what it was given.
            for number, way in enumerate(ways.values()):
                asked = f"Write a page about ferry {number + 2} to Anholt on day {day + 2}."
                took = await way.miss(asked)
                if day >= WARMING:
                    way.ms.append(took)
        for cache in caches.values():
            await cache.aclose()
    embedder.close()
    base = nearest_rank(ways["no cache"].ms, 0.5)
    for name, way in ways.items():
        p50, p95 = nearest_rank(way.ms, 0.5), nearest_rank(way.ms, 0.95)
        added = f"{p50 - base:.2f}"
        table.add_row(name, f"{p50:.2f}", f"{p95:.2f}", added, f"{p50 / base:.2f}")
    table.caption = (
        "what is done after the answer has left is not part of it; serve embeds the instruction"
    )
    return table


class _Way:
    """An assistant over a cache; what it does behind an answer is over before the next one."""

    def __init__(self, cache: NoCache | RedisAnswerCache, mode: SemanticMode) -> None:
        policy = load_policy("embedded")
        semantic = policy.cache.semantic.model_copy(update={"mode": mode})
        changed = policy.cache.model_copy(update={"semantic": semantic})
        self._background = Background()
        self._assistant = _assistant(
            policy.model_copy(update={"cache": changed}), cache, self._background
        )
        self.ms: list[float] = []

    async def miss(self, instruction: str) -> float:
        """Milliseconds of a draft that nobody asked for before."""
        began = time.perf_counter()
        answer = await self._assistant.draft(DraftRequest(instruction=instruction))
        took = (time.perf_counter() - began) * 1000
        assert answer.provenance.cache.status != "hit"
        await self._background.settled()
        return took


def _assistant(
    policy: Policy, cache: NoCache | RedisAnswerCache, background: Background
) -> Assistant:
    tier = FakeTier(Script(texts=(TEXT,)), name="draft")
    return Assistant(
        Context(
            policy=policy,
            tiers=dict.fromkeys(policy.tiers, tier),
            scorer=Scorer(load_artefact("default")),
            embedder=None,
            cache=cache,
            clock=time.monotonic,
            meters={name: EngineMeter(time.monotonic) for name in policy.tiers},
            pricing={name: TierPricing() for name in policy.tiers},
            background=background,
        )
    )


def _level(store: EntryStore, embed: Embed) -> SemanticAnswers:
    counts = Labelled(wording=wording_fingerprint(), data="", pairs=4000, strata=(_PROVEN,))
    most = 2 * max(SIZES)
    return SemanticAnswers(store, embed, embedder="bench", labelled=counts, most_rows=most)


@dataclass(frozen=True, kw_only=True)
class _Like:
    """An answer that the cache holds, and a request in other words for it."""

    cache: RedisAnswerCache
    asked: CacheQuery
    entry: EntryRef
    valkey: Valkey


async def _lookups() -> Table:
    table = Table(
        "rows in the bucket",
        "first ms",
        "ms p50",
        "ms p95",
        "ratio p50",
        title="A similar request: nomination of five and their verification, without embedding",
    )
    base = 0.0
    for rows in SIZES:
        async with _like(_reworded()) as like:
            _fill(like, rows)
            first = await _similar_ms(like)
            ms = [await _similar_ms(like) for _ in range(LOOKUPS)]
        p50, p95 = nearest_rank(ms, 0.5), nearest_rank(ms, 0.95)
        base = base or p50
        told = (f"{first:.0f}", f"{p50:.2f}", f"{p95:.2f}", f"{p50 / base:.2f}")
        table.add_row(f"{rows:,}", *told)
    table.caption = f"first: vectors are read from the Valkey; the index of a process holds up to {2 * max(SIZES):,} here"
    return table


def _reworded() -> Pair:
    pairs = read_pairs()
    return next(pair for pair in pairs if pair.kind == "synonym" and pair.task == "draft")


@asynccontextmanager
async def _like(pair: Pair) -> AsyncIterator[_Like]:
    async def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.tile(_unit(), (len(texts), 1))

    with running_valkey() as valkey:
        cache = RedisAnswerCache(
            valkey.url, b"bench", semantic=lambda store: _level(store, embed), limits=PATIENT
        )
        stored = _query(pair.a)
        put = await cache.put(stored, await _answer())
        assert isinstance(put, Stored)
        await cache.watch(stored, await _answer(), entry=put.entry, acceptable=_always)
        entry = EntryRef.parse(put.entry)
        assert entry is not None
        yield _Like(cache=cache, asked=_query(pair.b), entry=entry, valkey=valkey)
        await cache.aclose()


def _fill(like: _Like, rows: int) -> None:
    """Copies of the entry, each with a vector like, but not equal to, that of the request."""
    random = np.random.default_rng(1)
    prefix = f"ink:{{{like.entry.partition}}}:"
    with redis.Redis.from_url(like.valkey.url) as client:
        fields = cast("dict[bytes, bytes]", client.hgetall(f"{prefix}e:{like.entry.id}"))
        bucket = next(client.scan_iter(f"{prefix}b:*"))
        until = float(fields[b"kept_until"])
        for start in range(0, rows, 1000):
            noise = random.standard_normal((1000, DIMENSIONS)).astype(np.float32)
            noise /= np.linalg.norm(noise, axis=1, keepdims=True)
            pipe = client.pipeline(transaction=False)
            for number, row in enumerate(0.8 * _unit() + 0.6 * noise, start):
                name = f"draft_{number}"
                vector = packed(row / np.linalg.norm(row))
                pipe.hset(f"{prefix}e:{name}", mapping={**fields, b"v": vector})
                pipe.zadd(bucket, {name: until})
            pipe.execute()


async def _similar_ms(like: _Like) -> float:
    began = time.perf_counter()
    found = await like.cache.similar(like.asked)
    took = (time.perf_counter() - began) * 1000
    if not isinstance(found, Hit):
        message = f"the bench measures no similar request: {found}"
        raise RuntimeError(message)  # noqa: TRY004 - a broken bench, not a wrong type
    return took


async def _memory() -> Table:
    table = Table(
        "an entry of 250 words",
        "bytes of its keys",
        "used_memory bytes",
        "ratio",
        title=f"Memory of an entry in the Valkey, mean of {ENTRIES}",
    )
    base = 0.0
    for encrypted in (False, True):
        for vectors in (False, True):
            keys, used = await _weighed(encrypted=encrypted, vectors=vectors)
            base = base or used
            name = f"{'encrypted' if encrypted else 'plain'}, {'with' if vectors else 'without'} vector"
            table.add_row(name, f"{keys:.0f}", f"{used:.0f}", f"{used / base:.2f}")
    table.caption = f"{len(TEXT.encode())} bytes of text; keys: MEMORY USAGE of all, divided"
    return table


async def _weighed(*, encrypted: bool, vectors: bool) -> tuple[float, float]:
    random = np.random.default_rng(1)

    async def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        rows = random.standard_normal((len(texts), DIMENSIONS)).astype(np.float32)
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    with running_valkey() as valkey, redis.Redis.from_url(valkey.url) as client:
        cache = RedisAnswerCache(
            valkey.url,
            b"bench",
            cipher=Cipher([bytes(32)]) if encrypted else None,
            semantic=lambda store: _level(store, embed),
            limits=PATIENT,
        )
        await _put(cache, -1, vectors=vectors)
        before = int(client.info("memory")["used_memory"])
        for number in range(ENTRIES):
            await _put(cache, number, vectors=vectors)
        used = int(client.info("memory")["used_memory"]) - before
        of_keys = sum(
            int(client.memory_usage(key, samples=0) or 0) for key in client.scan_iter("*")
        )
        await cache.aclose()
    return of_keys / (ENTRIES + 1), used / ENTRIES


async def _put(cache: RedisAnswerCache, number: int, *, vectors: bool) -> None:
    query = _query(f"Write a page about the ferry to Anholt on day {number + 2} of the year.")
    answer = await _answer(number)
    put = await cache.put(query, answer)
    assert isinstance(put, Stored)
    if vectors:
        await cache.watch(query, answer, entry=put.entry, acceptable=_always)


async def _answer(number: int = 0) -> Answer:
    """Written by the real workflow, with its checks and provenance."""
    assistant = _assistant(load_policy("embedded"), NoCache(), Background())
    return await assistant.draft(DraftRequest(instruction=f"Write about the ferry, {number}."))


def _query(instruction: str) -> CacheQuery:
    return CacheQuery(
        caller=Caller(),
        request=DraftRequest(instruction=instruction),
        shape="bench",
        rules=CacheRules(semantic="serve"),
    )


def _unit() -> NDArray[np.float32]:
    return np.full(DIMENSIONS, DIMENSIONS**-0.5, dtype=np.float32)


async def _always(_text: str) -> bool:
    return True
