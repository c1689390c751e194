"""Whoever leaves, is late or stops early: every engine is free within a second."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import aclosing

import anyio

from assistant.tiers.base import GenerationRequest
from assistant.tiers.sglang import SGLangTier
from assistant.types import Message, Sampling
from deploy.gpu.prove.journal import Evidence
from deploy.gpu.prove.proof import expect
from deploy.gpu.prove.scene import LONG_STORY, Cascade
from deploy.gpu.prove.waiting import MS_PER_S
from deploy.gpu.prove.wire import FRESH, all_idle, http_client

CLIENTS = 4
BUSY_WITHIN_S = 10.0
IDLE_WITHIN_S = 1.0
"""The promise: no engine works for nobody longer than this."""

_DEADLINE_MS = 400
_EARLY_TOKENS = 5
_HARD_STOP_S = 30.0


async def engines_stop_when_streams_are_hung_up(scene: Cascade) -> Evidence:
    """Four clients read a chat stream and hang up while the engine writes."""

    async def read(_number: int) -> None:
        async with scene.gateway.chunks(_chat()) as chunks:
            async for _chunk in chunks:
                pass

    return await _left_in_the_middle(scene, read)


async def engines_stop_when_requests_are_hung_up(scene: Cascade) -> Evidence:
    """Four clients wait for a JSON draft and close the connection while the engine writes."""

    async def ask(_number: int) -> None:
        async with http_client() as client:
            body = {"task": "draft", "instruction": LONG_STORY, "labels": ["single"]}
            await client.post(f"{scene.gateway.url}/v1/drafts", json=body, headers=FRESH)

    return await _left_in_the_middle(scene, ask)


async def engines_stop_when_a_deadline_passes(scene: Cascade) -> Evidence:
    """A request with a deadline is answered about then, and the engine is free."""
    reply = await scene.gateway.draft(
        {"task": "draft", "instruction": LONG_STORY, "labels": ["large"]}
        | {"deadline_ms": _DEADLINE_MS}
    )
    degraded = reply.provenance.get("degraded", ())
    idle_ms = await all_idle(scene.engines, within_s=_HARD_STOP_S)
    seen = {
        "deadline_ms": _DEADLINE_MS,
        "code": reply.code,
        "answered_ms": reply.ms,
        "degraded": degraded,
        "idle_ms": idle_ms,
    }
    late = reply.code.startswith("504") or "deadline" in degraded
    expect(late, "the answer tells of the deadline", seen)
    expect(reply.ms < _DEADLINE_MS + IDLE_WITHIN_S * MS_PER_S, "it comes about then", seen)
    expect(idle_ms <= IDLE_WITHIN_S * MS_PER_S, "engines are idle in time", seen)
    return seen


async def an_engine_stops_when_a_draft_is_given_up(scene: Cascade) -> Evidence:
    """Closing the tier's stream after five tokens, as an early abort does, frees the engine."""
    tier = SGLangTier(name="large", model=scene.model, endpoints=(scene.large.url,))
    request = GenerationRequest(
        messages=(Message(role="user", content=LONG_STORY),),
        sampling=Sampling(max_tokens=2000, temperature=0.7),
        timeout_s=_HARD_STOP_S,
    )
    tokens = 0
    try:
        async with aclosing(tier.stream(request)) as events:
            async for _event in events:
                tokens += 1
                if tokens == _EARLY_TOKENS:
                    break
        idle_ms = await all_idle(scene.engines, within_s=_HARD_STOP_S)
    finally:
        await tier.aclose()
    seen = {"tokens": tokens, "idle_ms": idle_ms}
    expect(idle_ms <= IDLE_WITHIN_S * MS_PER_S, "the engine is idle in time", seen)
    return seen


async def _left_in_the_middle(
    scene: Cascade, call: Callable[[int], Coroutine[None, None, None]]
) -> Evidence:
    seen: dict[str, float] = {"clients": CLIENTS}
    async with anyio.create_task_group() as clients:
        for number in range(CLIENTS):
            clients.start_soon(call, number)
        busy = scene.draft.when(lambda load: load.running > 0, within_s=BUSY_WITHIN_S)
        seen["busy_after_ms"] = await busy
        seen["running"] = (await scene.draft.load()).running
        clients.cancel_scope.cancel()
    seen["idle_ms"] = await all_idle(scene.engines, within_s=_HARD_STOP_S)
    expect(seen["running"] > 0, "the engine was still writing when they left", dict(seen))
    expect(seen["idle_ms"] <= IDLE_WITHIN_S * MS_PER_S, "engines are idle in time", dict(seen))
    return seen


def _chat() -> dict[str, object]:
    # The first rung alone: its engine is the one that is watched.
    return {"model": "draft-fast", "messages": [{"role": "user", "content": LONG_STORY}]}


ABORTS = (
    engines_stop_when_streams_are_hung_up,
    engines_stop_when_requests_are_hung_up,
    engines_stop_when_a_deadline_passes,
    an_engine_stops_when_a_draft_is_given_up,
)
"""In the order in which they are checked."""
