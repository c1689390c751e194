"""How every part of the assistant is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import anyio

from assistant.confidence.drift import Drift, level_of
from assistant.tiers.base import Health
from assistant.workflow.state import Context

HEALTH_TIMEOUT_S: Final = 2.0
"""A component that takes longer to answer than this is reported as down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentHealth:
    """How a part is; without a `required` one no text can be written."""

    ok: bool
    detail: str
    required: bool


async def health_of(context: Context) -> Mapping[str, ComponentHealth]:
    """Every component by name, asked at the same time; see `Assistant.health`."""
    tiers: dict[str, Health] = {}
    found: dict[str, ComponentHealth] = {}
    async with anyio.create_task_group() as group:
        for name in context.tiers:
            group.start_soon(_ask_tier, context, name, tiers)
        group.start_soon(_ask_cache, context, found)
    ladders = [set(route.ladder) for route in context.policy.routes]
    down = {name for name, health in tiers.items() if not health.ok}
    for name, health in tiers.items():
        required = any(ladder == {name} or name in ladder <= down for ladder in ladders)
        found[f"tier {name}"] = ComponentHealth(
            ok=health.ok, detail=health.detail, required=required
        )
    if context.embedder is not None:
        failure = context.embedder.failure
        found["embedder"] = ComponentHealth(
            ok=failure is None, detail=failure or "", required=False
        )
    if context.drift.watches:
        found["calibration"] = _calibration(context.drift.drift())
    return dict(sorted(found.items()))


async def _ask_tier(context: Context, name: str, found: dict[str, Health]) -> None:
    found[name] = Health(ok=False, detail=f"no answer within {HEALTH_TIMEOUT_S:g} s")
    with anyio.move_on_after(HEALTH_TIMEOUT_S):
        found[name] = await context.tiers[name].health()


async def _ask_cache(context: Context, found: dict[str, ComponentHealth]) -> None:
    ok = False
    with anyio.move_on_after(HEALTH_TIMEOUT_S):
        ok = await context.cache.healthy()
    found["cache"] = ComponentHealth(
        ok=ok, detail="" if ok else "the store does not answer", required=False
    )


def _calibration(drift: Drift | None) -> ComponentHealth:
    detail = drift.sentence if drift is not None and level_of(drift) == "act" else ""
    return ComponentHealth(ok=not detail, detail=detail, required=False)
