"""Asks the servers of a tier in the background how busy they are (SGLang's `/v1/loads`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

import anyio
import httpx2
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.tiers.background import Background
from assistant.tiers.base import EngineLoad
from assistant.tiers.endpoint import Endpoint

POLL_S = 1.0
"""Between two rounds: shorter than a draft takes, and one small request a server."""

TIMEOUT_S = 1.0
"""For an answer that takes milliseconds; a report that comes later is no use."""

UNKNOWN_PAUSE_S = 60.0
"""Until a server that does not know the question is asked again: it may have been updated."""

_PATH = "/v1/loads?include=core"


class RankLoad(BaseModel):
    """One copy of the model within a server (data parallelism)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    num_running_reqs: int = Field(ge=0)
    num_waiting_reqs: int = Field(ge=0)


class LoadsReply(BaseModel):
    """What a server says of all its copies."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    loads: tuple[RankLoad, ...] = Field(min_length=1)


class LoadPolls:
    """Keeps the reports of `endpoints` fresh while somebody asks for them; nobody asks: no traffic."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        *,
        client: httpx2.AsyncClient,
        headers: Mapping[str, str],
        background: Background,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoints = tuple(endpoints)
        self._client = client
        self._headers = headers
        self._background = background
        self._clock = clock
        self._next_round_s = clock()
        self._not_before_s: dict[Endpoint, float] = {}

    def refresh(self) -> None:
        """Begins a round of questions where the last one is POLL_S old; never waits."""
        now = self._clock()
        if self._endpoints and now >= self._next_round_s:
            self._next_round_s = now + POLL_S
            self._background.start("asks for loads", self._ask_all)

    def summary(self) -> EngineLoad | None:
        """The mean of the fresh reports; None where there is none."""
        reports = [
            report for endpoint in self._endpoints if (report := endpoint.report) is not None
        ]
        if not reports:
            return None
        return EngineLoad(
            running=fmean(report.running for report in reports),
            waiting=fmean(report.waiting for report in reports),
            endpoints=len(reports),
            age_s=max(0.0, self._clock() - min(report.at_s for report in reports)),
        )

    async def _ask_all(self) -> None:
        now = self._clock()
        async with anyio.create_task_group() as questions:
            for endpoint in self._endpoints:
                if now >= self._not_before_s.get(endpoint, now):
                    questions.start_soon(self._ask, endpoint)

    async def _ask(self, endpoint: Endpoint) -> None:
        ours = endpoint.in_flight
        with anyio.move_on_after(TIMEOUT_S):
            try:
                response = await self._client.get(endpoint.url + _PATH, headers=self._headers)
            except httpx2.RequestError:
                return  # whether it is down is for its requests to find out
            self._note(endpoint, response, ours)

    def _note(self, endpoint: Endpoint, response: httpx2.Response, ours: int) -> None:
        if response.is_server_error:
            return
        try:
            loads = LoadsReply.model_validate_json(response.content).loads
        except ValidationError:
            self._not_before_s[endpoint] = self._clock() + UNKNOWN_PAUSE_S
            return
        endpoint.tell(
            running=sum(load.num_running_reqs for load in loads),
            waiting=sum(load.num_waiting_reqs for load in loads),
            ours=ours,
        )
