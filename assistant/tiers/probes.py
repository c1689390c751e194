"""Asks servers whether they are well: for the tier's health, and before real traffic meets one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import anyio
import httpx2

from assistant.tiers.background import Background
from assistant.tiers.base import Health
from assistant.tiers.endpoint import Endpoint

HEALTH_TIMEOUT_S = 2.0
"""SGLang's own health check generates a token and takes one second."""


class Probes:
    """Health of `endpoints`; a good answer closes the breaker of one that had been failing."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        *,
        client: httpx2.AsyncClient,
        headers: Mapping[str, str],
        background: Background,
    ) -> None:
        self._endpoints = tuple(endpoints)
        self._client = client
        self._headers = headers
        self._background = background

    async def health(self) -> Health:
        """Healthy while one endpoint answers; the detail names those that do not."""
        down: list[str] = []

        async def ask(endpoint: Endpoint) -> None:
            if not await self._is_well(endpoint):
                down.append(endpoint.url)
            elif not endpoint.usable:
                endpoint.breaker.succeeded()

        async with anyio.create_task_group() as questions:
            for endpoint in self._endpoints:
                questions.start_soon(ask, endpoint)
        detail = f"no answer from {', '.join(sorted(down))}" if down else ""
        return Health(ok=len(down) < len(self._endpoints), detail=detail)

    def refresh(self) -> None:
        """Begins to ask those that failed and have been left alone long enough; never waits."""
        for endpoint in self._endpoints:
            if not endpoint.usable and endpoint.breaker.wait_s == 0:
                self._background.start(f"probes {endpoint.url}", partial(self._probe, endpoint))

    async def _probe(self, endpoint: Endpoint) -> None:
        if not endpoint.breaker.allows():
            return
        try:
            if await self._is_well(endpoint):
                endpoint.breaker.succeeded()
            else:
                endpoint.breaker.failed()
        finally:
            endpoint.breaker.abandoned()

    async def _is_well(self, endpoint: Endpoint) -> bool:
        with anyio.move_on_after(HEALTH_TIMEOUT_S):
            try:
                response = await self._client.get(f"{endpoint.url}/health", headers=self._headers)
            except httpx2.RequestError:
                return False
            return response.is_success
        return False
