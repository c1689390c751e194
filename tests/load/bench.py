"""What Inkladder itself adds: graph, cache, scoring, server and streaming, as ratios of what they stand beside.

Run by `make bench`. Absolute times depend on the machine and what else it does; each line therefore
compares two things measured in turns within one run.
"""

from __future__ import annotations

import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import anyio
from rich.console import Console
from rich.table import Table
from structlog import configure as configure_log
from structlog import make_filtering_bound_logger

from assistant.cache.off import NoCache
from assistant.cache.redis import RedisAnswerCache
from assistant.confidence.artefact import load_artefact
from assistant.confidence.scorer import Scorer
from assistant.economics.meter import EngineMeter
from assistant.economics.pricing import TierPricing
from assistant.embedded.host import embedded_host
from assistant.embedded.spec import HostSpec
from assistant.policy.load import load_policy
from assistant.service import Assistant
from assistant.tiers.base import GenerationRequest
from assistant.tiers.fake import FakeTier, Script
from assistant.types import DraftRequest, Message, Sampling
from assistant.workflow.state import Context

ROUNDS = 60
DRAFT_250_WORDS = Path(__file__).with_name("ferry.txt").read_text(encoding="utf-8")
REQUEST = DraftRequest(instruction="Write about the ferry to Anholt.")


def assistant_with(cache: NoCache | RedisAnswerCache, tier: FakeTier) -> Assistant:
    """The real scorer without embeddings, over one scripted tier."""
    policy = load_policy("embedded")
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
        )
    )


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    await work()
    return (time.perf_counter() - started) * 1000


async def in_turns(*works: Callable[[], Awaitable[object]]) -> list[list[float]]:
    """Milliseconds of each work over all rounds, taken alternately."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for taken, work in zip(times, works, strict=True):
            taken.append(await timed(work))
    return times


def p50_p95(times: list[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    return statistics.median(times), statistics.quantiles(times, n=20)[18]


async def bench_workflow(table: Table) -> None:
    """A cascade over a tier that answers at once, against the tier alone."""
    tier = FakeTier(Script(texts=(DRAFT_250_WORDS,)), name="draft")
    assistant = assistant_with(NoCache(), tier)
    call = GenerationRequest(
        messages=(Message(role="user", content="x"),), sampling=Sampling(), timeout_s=60
    )

    async def direct() -> None:
        async with aclosing(tier.stream(call)) as events:
            async for _ in events:
                pass

    alone, cascade = await in_turns(direct, lambda: assistant.draft(REQUEST))
    row(table, "cascade with scoring, over the tier alone", cascade, alone)


async def bench_cache(table: Table) -> None:
    """An exact hit from a real Valkey, against writing the answer over a tier that needs no time."""
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_host(HostSpec(engines=(), data_dir=Path(folder), valkey=True)) as addresses,
    ):
        cache = RedisAnswerCache(addresses.redis_url or "", b"bench")
        tier = FakeTier(Script(texts=(DRAFT_250_WORDS,)), name="draft")
        hits, misses = assistant_with(cache, tier), assistant_with(NoCache(), tier)
        stored = DraftRequest(task="continue", before="Written once, read often.")
        await hits.draft(stored)
        found = await hits.draft(stored)
        if found.provenance.cache.status != "hit":
            message = f"the bench measures no hit: {found.provenance.cache}"
            raise RuntimeError(message)
        hit, miss = await in_turns(lambda: hits.draft(stored), lambda: misses.draft(REQUEST))
        row(table, "exact hit, over a miss that costs no engine time", hit, miss)
        await cache.aclose()


def row(table: Table, what: str, measured: list[float], beside: list[float]) -> None:
    """One comparison."""
    (p50, p95), (base50, base95) = p50_p95(measured), p50_p95(beside)
    table.add_row(
        what, f"{p50 / base50:.2f}", f"{p50:.2f}", f"{p95:.2f}", f"{base50:.2f}", f"{base95:.2f}"
    )


async def main() -> None:
    """Prints the table."""
    table = Table("what", "ratio p50", "ms p50", "ms p95", "beside p50", "beside p95")
    for bench in (bench_workflow, bench_cache):
        await bench(table)
    Console().print(table)


if __name__ == "__main__":
    # The log line of each draft would bury the tables.
    configure_log(wrapper_class=make_filtering_bound_logger(logging.WARNING))
    anyio.run(main)
    # In processes of their own: torch is for scoring alone, and clients are to be as light as they can be.
    for other in ("scoring.py", "gateway.py"):
        subprocess.run([sys.executable, Path(__file__).with_name(other)], check=True)
    for module in ("load.cache", "load.streaming"):
        subprocess.run([sys.executable, "-m", module], cwd=Path(__file__).parents[1], check=True)
