"""A whole server process for tests of several: its tier writes when Valkey says so, and counts there."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Mapping
from time import monotonic
from typing import Final, cast
from uuid import uuid4

import redis
from fastapi import FastAPI
from redis.asyncio import Redis

from assistant.bounded import BoundedRedis
from assistant.cache.flights import READ_LIMITS, Flights, Times
from assistant.economics.meter import EngineMeter
from assistant.economics.pricing import TierPricing
from assistant.policy.parse import parse_policy
from assistant.service import Assistant
from assistant.tiers.base import (
    Capabilities,
    End,
    EngineLoad,
    GenerationRequest,
    Health,
    ScoreTextRequest,
    TextScore,
    TierEvent,
    Token,
)
from assistant.types import TokenLogprob, Usage
from assistant.workflow.events import EVENT_CODEC
from assistant.workflow.state import Context
from server.app import create_app
from support.cascade import MemoryCache, ScriptedScorer
from support.flights import PATIENT
from support.server_app import http_settings

VALKEY_VARIABLE: Final = "TESTS_VALKEY_URL"

BEGUN: Final = "test:begun"
"""List of the process ids that began a generation."""

STOPPED: Final = "test:stopped"
"""List of the process ids whose generation was aborted."""

PACE: Final = "test:pace"
"""Stream: each generation writes as many words as it has entries, and ends at the last word."""

WORDS: Final = 3

TIMES: Final = Times(lock_s=2.0, heartbeat_s=0.2)
"""A lost leader is noticed sooner than as shipped, though later than a busy machine may pause one."""

POLICY = """
apiVersion: inkladder/v1
name: one
tiers:
  slow: {engine: sglang, model: slow, endpoints: ["http://slow:1"], card: {name: S, usd_per_hour: 1}}
routes:
  - {name: default, ladder: [slow]}
"""


class PacedTier:
    """Writes a text that no other generation writes, word by word as Valkey says."""

    name = "slow"
    model = "slow"
    capabilities = Capabilities()

    def __init__(self, url: str) -> None:
        self._url = url

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[TierEvent, None]:
        """A generation, counted from its first step to its abort."""
        self._note(BEGUN)
        text = f"Written by {uuid4().hex}."
        words = text.partition(" by ")
        seen = "0"
        try:
            async with Redis.from_url(self._url) as client:
                for word in words:
                    seen = await _next_entry(client, seen)
                    yield Token(text=word, logprobs=(TokenLogprob(-0.1, -3.0),))
        except BaseException:
            self._note(STOPPED)
            raise
        yield End(finish=("stop",), usage=Usage(prompt_tokens=1, completion_tokens=len(words)))

    async def score_text(self, request: ScoreTextRequest) -> TextScore:
        """Reads nothing."""
        raise NotImplementedError

    def load(self) -> EngineLoad | None:
        """Tells none."""
        return None

    async def health(self) -> Health:
        """Always well."""
        return Health(ok=True)

    async def aclose(self) -> None:
        """Nothing to close."""

    def _note(self, what: str) -> None:
        # Where a generation is being cancelled, it must not wait for anything.
        with redis.Redis.from_url(self._url) as client:
            client.rpush(what, os.getpid())


async def _next_entry(client: Redis, seen: str) -> str:
    reply = await client.xread({PACE: seen}, count=1, block=0)
    [[_, [(entry, _)]]] = cast(list[tuple[bytes, list[tuple[bytes, object]]]], reply)
    return entry.decode()


def flights_app() -> FastAPI:
    """For a worker: an assistant over such a tier, whose flights meet in the Valkey of the environment."""
    url = os.environ[VALKEY_VARIABLE]
    policy = parse_policy(POLICY, source="flights_app")
    flights = Flights(
        BoundedRedis(url, name="flights", limits=PATIENT),
        EVENT_CODEC,
        reads=BoundedRedis(url, name="flights", limits=READ_LIMITS),
        times=TIMES,
    )
    assistant = Assistant(
        Context(
            policy=policy,
            tiers={"slow": PacedTier(url)},
            scorer=ScriptedScorer({}),
            embedder=None,
            cache=MemoryCache(),
            clock=monotonic,
            meters={"slow": EngineMeter(monotonic)},
            pricing={"slow": TierPricing(usd_per_hour=1.0)},
            flights=flights,
        )
    )
    app = create_app(http_settings(), assistant)

    @app.get("/worker")
    async def worker() -> Mapping[str, int]:
        """Which process this is, and what its flights have counted."""
        return {"pid": os.getpid(), **flights.counts()}

    return app
