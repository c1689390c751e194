"""More requests than an engine takes: each ends, as an answer or as a clean refusal."""

from __future__ import annotations

import collections
import statistics
from typing import Any

import anyio

from deploy.gpu.prove.journal import Evidence
from deploy.gpu.prove.policies import QUEUED, RUNNING
from deploy.gpu.prove.proof import expect
from deploy.gpu.prove.scene import LONG_STORY, Cascade
from deploy.gpu.prove.wire import Reply, all_idle

CLIENTS = 40
_IDLE_WITHIN_S = 30.0
_LOOK_EVERY_S = 0.05
_CLEAN = ("200", "429 overloaded", "503 all_tiers_failed", "503 tier_unavailable")


async def a_full_tier_refuses_and_nobody_waits_for_ever(scene: Cascade) -> Evidence:
    """Forty clients at once at one engine that runs eight and queues four."""
    replies, peak = await _at_once(scene, "single")
    seen = _counted(replies) | {"capacity": RUNNING + QUEUED, "peak": peak}
    seen["idle_ms"] = await all_idle(scene.engines, within_s=_IDLE_WITHIN_S)
    codes = seen["codes"]
    expect(len(replies) == CLIENTS, "every client got a reply", seen)
    expect(set(codes) <= set(_CLEAN), "each is an answer or a clean refusal", seen)
    expect(codes["200"] >= RUNNING, "the engine went on writing", seen)
    expect(peak >= RUNNING, "the engine was full", seen)
    refused = [reply for reply in replies if not reply.ok]
    expect(all("retry-after" in reply.headers for reply in refused), "told when to retry", seen)
    return seen


async def what_a_full_tier_refuses_the_next_one_writes(scene: Cascade) -> Evidence:
    """The same with a larger tier above it: everybody is answered, the overflow marked."""
    replies, peak = await _at_once(scene, "accept")
    seen = _counted(replies) | {"peak": peak}
    seen["idle_ms"] = await all_idle(scene.engines, within_s=_IDLE_WITHIN_S)
    expect(seen["codes"] == {"200": CLIENTS}, "everybody is answered", seen)
    expect(seen["degraded"]["tier_down"] == seen["tiers"]["large"], "overflow is marked", seen)
    return seen


async def _at_once(scene: Cascade, label: str) -> tuple[list[Reply], int]:
    """The replies, and the most requests that the draft engine ran and queued meanwhile."""
    replies: list[Reply] = []
    peak = 0

    async def ask(number: int) -> None:
        instruction = f"{LONG_STORY} The keeper is {60 + number} years old."
        body = {"task": "draft", "instruction": instruction, "labels": [label]}
        replies.append(await scene.gateway.draft(body))

    async def watch() -> None:
        nonlocal peak
        while True:
            load = await scene.draft.load()
            peak = max(peak, load.running + load.waiting)
            await anyio.sleep(_LOOK_EVERY_S)

    async with anyio.create_task_group() as watching:
        watching.start_soon(watch)
        async with anyio.create_task_group() as clients:
            for number in range(CLIENTS):
                clients.start_soon(ask, number)
        watching.cancel_scope.cancel()
    return replies, peak


def _counted(replies: list[Reply]) -> dict[str, Any]:
    times = [reply.ms for reply in replies]
    marks = [mark for reply in replies for mark in reply.provenance.get("degraded", ())]
    return {
        "codes": collections.Counter(reply.code for reply in replies),
        "degraded": collections.Counter(marks),
        "tiers": collections.Counter(
            reply.provenance["tier"] for reply in replies if reply.provenance
        ),
        "p50_ms": statistics.median(times),
        "max_ms": max(times),
    }


OVERLOAD = (
    a_full_tier_refuses_and_nobody_waits_for_ever,
    what_a_full_tier_refuses_the_next_one_writes,
)
"""In the order in which they are checked."""
