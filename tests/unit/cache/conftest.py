"""What the tests of the cache share: servers, a query, and an answer that may be stored."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from assistant.cache.base import CacheQuery
from assistant.types import (
    Answer,
    CacheInfo,
    Caller,
    CheckResult,
    Cost,
    DraftRequest,
    Provenance,
    Rung,
    Usage,
)
from support.cached import Writers, writers_on
from support.valkey import Valkey


@pytest.fixture
async def writers(valkey: Valkey) -> AsyncIterator[Writers]:
    """A cache on the shared server."""
    async with writers_on(valkey) as writers:
        yield writers


@pytest.fixture
def query() -> CacheQuery:
    """Somebody asks for something."""
    request = DraftRequest(task="rewrite", instruction="Make it warmer.", text="Café opens.\n")
    return CacheQuery(caller=Caller(tenant="t", user="u"), request=request, shape="shape-1")


@pytest.fixture
def answer() -> Answer:
    """A complete answer that its second tier wrote and that was accepted."""
    path = (
        Rung(tier="draft", model="s", decision="defer", reason="low_score", score=0.31),
        Rung(tier="large", model="l", decision="accept", reason="score_ok", score=0.75),
    )
    return Answer(
        id="a-1",
        text="The café opens its doors to you.\n",
        finish="stop",
        checks=(CheckResult(name="names", passed=True, evidence="Café"),),
        usage=Usage(prompt_tokens=30, completion_tokens=12),
        provenance=Provenance(
            tier="large",
            model="l",
            score=0.75,
            path=path,
            route="default",
            policy="test",
            policy_revision="0123456789ab",
            artefact="test",
            cache=CacheInfo(status="miss"),
            cost=Cost(gpu_s=0.5),
        ),
    )
