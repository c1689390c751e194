"""Is the process alive, can it write."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Response

from server.deps import AssistantDep, CallerIfAnyDep, ComponentHealth
from server.schemas.errors import documented
from server.schemas.health import Alive, ComponentOut, Readiness

router = APIRouter(tags=["health"])


@router.get("/healthz", responses=documented(405, 500))
async def healthz() -> Alive:
    """Always 200 while the process answers at all."""
    return Alive()


@router.get(
    "/readyz",
    responses={
        503: {"model": Readiness, "description": "A required part is down; `down` names it."},
        **documented(405, 500),
    },
)
async def readyz(assistant: AssistantDep, caller: CallerIfAnyDep, response: Response) -> Readiness:
    """200 if everything that drafting needs answers; optional parts that do not are named.

    Why a part does not answer is told only to callers whom the other paths would let in.
    """
    readiness = _readiness(await assistant.health(), detailed=caller is not None)
    if readiness.down:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return readiness


def _readiness(parts: Mapping[str, ComponentHealth], *, detailed: bool) -> Readiness:
    down = tuple(name for name, part in parts.items() if part.required and not part.ok)
    degraded = tuple(name for name, part in parts.items() if not part.required and not part.ok)
    return Readiness(
        status="down" if down else "degraded" if degraded else "ready",
        down=down,
        degraded=degraded,
        components={
            name: ComponentOut(
                ok=part.ok, detail=part.detail if detailed else None, required=part.required
            )
            for name, part in parts.items()
        },
    )
