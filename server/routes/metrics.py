"""Counters for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from server.deps import MetricsDep
from server.schemas.errors import ASKED, documented

router = APIRouter(tags=["metrics"])


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}},
        **documented(*ASKED),
    },
)
async def metrics(counted: MetricsDep) -> Response:
    """What this process has counted since it began; with several workers each has its own."""
    return Response(counted.render(), media_type=CONTENT_TYPE_LATEST)
