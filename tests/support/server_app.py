"""A real server on a free loopback port, over an assistant that follows a script."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
import httpx2
import structlog
import uvicorn
from fastapi import FastAPI

from assistant.cache.base import CacheReport
from assistant.confidence.drift import Drift
from assistant.errors import AllTiersFailed, RequestError, TierUnavailable
from assistant.records.base import Given, Kept, Outcome
from assistant.types import (
    Answer,
    CacheControl,
    CacheInfo,
    Caller,
    CheckResult,
    Cost,
    Delta,
    DraftCompleted,
    DraftRequest,
    DraftStarted,
    Event,
    Provenance,
    Rung,
    Usage,
)
from assistant.upgrades.base import Upgrade
from server.app import create_app
from server.deps import AssistantLike
from server.settings import HttpSettings

GUARD_S = 20
"""Tests that would hang fail after this long instead."""


TRICKY = (
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 family, \U0001f3f3\ufe0f\u200d\U0001f308 flag,"
    " \U0001f44d\U0001f3fd thumb, 漢字と仮名、\u201ccurly\u201d \u2018quotes\u2019,"
    " \U0001d49c\U0001d530 astral, e\u0301, \u2028 and \u0085 too"
)
"""Joined emoji, CJK, curly quotes, astral letters, accents and line ends that some clients split on."""


@dataclass(frozen=True, kw_only=True)
class ScriptedModel:
    """A model of the ladder."""

    name: str
    tier: str
    context_tokens: int | None = None


@dataclass(frozen=True, kw_only=True)
class ScriptedHealth:
    """The state of a part."""

    ok: bool
    detail: str = ""
    required: bool = True


class Pause:
    """A step at which the assistant waits; made in the loop of the test."""

    def __init__(self) -> None:
        self.reached = anyio.Event()
        self.over = anyio.Event()


LADDER = (
    ScriptedModel(name="tiny/writer-1B", tier="draft", context_tokens=2048),
    ScriptedModel(name="middle", tier="large"),
    ScriptedModel(name="grand", tier="best"),
)


def answer(text: str = "A quiet harbour at dawn.", **changes: object) -> Answer:
    """An answer that the second rung wrote after the first one was deferred."""
    cost = Cost(gpu_s=0.25, usd=0.000_01)
    made = Answer(
        id="a1b2",
        text=text,
        finish="stop",
        checks=(CheckResult(name="length", passed=True, evidence="5 words"),),
        usage=Usage(prompt_tokens=11, completion_tokens=7, cached_tokens=3),
        provenance=Provenance(
            tier="large",
            model="middle",
            score=0.8125,
            path=(
                Rung(tier="draft", model="tiny/writer-1B", decision="defer", reason="low score"),
                Rung(
                    tier="large",
                    model="middle",
                    decision="accept",
                    reason="score",
                    score=0.8125,
                    usage=Usage(prompt_tokens=11, completion_tokens=7),
                    cost=cost,
                ),
            ),
            route="default",
            policy="scripted",
            policy_revision="r1",
            artefact="none",
            cache=CacheInfo(status="miss", reason="absent"),
            cost=cost,
        ),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@dataclass
class ScriptedAssistant:
    """Answers, fails or waits as it was told, and remembers what it was asked.

    `story` is what happens between start and answer where somebody reads along; unless it is given, all of
    the text comes at once. An error in it is raised.
    """

    answer: Answer = field(default_factory=answer)
    error: Exception | None = None
    health_of: Mapping[str, ScriptedHealth] = field(default_factory=dict)
    ladder: Sequence[ScriptedModel] = LADDER
    policy_name: str = "scripted"
    policy_revision: str = "r1"
    waits: bool = False
    drift_of: Drift | None = None
    entry: str = "entry-1"
    story: Sequence[Event | Pause | Exception] | None = None
    report_of: CacheReport = field(default_factory=CacheReport)
    delivered_entries: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    asked: list[DraftRequest] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)
    controls: list[CacheControl] = field(default_factory=list)
    read_along: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Events belong to the loop of the test."""
        self.begun = anyio.Event()
        self.go_on = anyio.Event()
        self.stopped = anyio.Event()

    def models(self) -> Sequence[ScriptedModel]:
        """The ladder."""
        return self.ladder

    async def stream(
        self, request: DraftRequest, *, caller: Caller, control: CacheControl, live: bool = False
    ) -> AsyncGenerator[Event, None]:
        """The start, then the scripted answer, after `go_on` if it waits."""
        self._remember(request, caller, control)
        self.read_along.append(live)
        yield DraftStarted(id=self.answer.id, route="default", policy_revision="r1")
        await self._write()
        for step in self._story() if live else ():
            match step:
                case Pause():
                    await self._paused(step)
                case Exception():
                    raise step
                case _:
                    yield step
        yield DraftCompleted(answer=self.answer, entry=self.entry)

    async def escalate(
        self, draft_id: str, *, caller: Caller, live: bool = False
    ) -> AsyncGenerator[Event, None]:
        """The same again, as for a request with the draft's id for its instruction."""
        request = DraftRequest(instruction=draft_id)
        events = self.stream(request, caller=caller, control=CacheControl(), live=live)
        async with aclosing(events):
            async for event in events:
                yield event

    async def upgrade(self, draft_id: str, *, caller: Caller) -> Upgrade | None:
        """Nobody asked for one."""
        return None

    async def record(self, draft_id: str, *, caller: Caller) -> Kept:
        """Finds none, whoever asks."""
        message = "scripted to keep no records"
        raise RequestError(message, param="id", code="not_found")

    async def feedback(self, draft_id: str, given: Given, *, caller: Caller) -> Outcome:
        """Takes any verdict on any draft."""
        return Outcome(verdict=given.verdict, edit_distance=given.edit_distance, created=0.0)

    async def delivered(self, entry: str) -> None:
        """Remembers the entry, after the turns of the loop that a store would take."""
        for _ in range(5):
            await anyio.lowlevel.checkpoint()
        self.delivered_entries.append(entry)

    async def forget(self, draft_id: str, *, caller: Caller) -> None:
        """Remembers the draft."""
        self.forgotten.append(draft_id)

    def cache_report(self) -> CacheReport:
        """The scripted counts."""
        return self.report_of

    @property
    def records_dropped(self) -> int:
        """None."""
        return 0

    async def health(self) -> Mapping[str, ScriptedHealth]:
        """The scripted parts."""
        return self.health_of

    def drift(self) -> Drift | None:
        """The scripted indices."""
        return self.drift_of

    def _story(self) -> Sequence[Event | Pause | Exception]:
        if self.story is not None:
            return self.story
        return (Delta(text=self.answer.text),) if self.answer.text else ()

    async def _paused(self, pause: Pause) -> None:
        pause.reached.set()
        try:
            await pause.over.wait()
        except anyio.get_cancelled_exc_class():
            self.stopped.set()
            raise

    def _remember(self, request: DraftRequest, caller: Caller, control: CacheControl) -> None:
        self.asked.append(request)
        self.callers.append(caller)
        self.controls.append(control)

    async def _write(self) -> None:
        self.begun.set()
        if self.waits:
            try:
                await self.go_on.wait()
            except anyio.get_cancelled_exc_class():
                self.stopped.set()
                raise
        if self.error is not None:
            raise self.error


def http_settings(**changes: object) -> HttpSettings:
    """Settings without any key, whatever the environment says."""
    given: dict[str, object] = {
        "api_keys": (),
        "keys_file": Path(os.devnull).parent / "inkladder-tests-have-no-keys.json",
        "log_format": "json",
    }
    return HttpSettings(**(given | changes))  # type: ignore[arg-type]


@contextmanager
def logging_restored() -> Iterator[None]:
    """Puts back what `create_app` does to the logging of the whole process."""
    root = logging.getLogger()
    handlers, level, access = root.handlers, root.level, logging.getLogger("uvicorn.access")
    try:
        yield
    finally:
        root.handlers, access.disabled = handlers, False
        root.setLevel(level)
        structlog.reset_defaults()


@asynccontextmanager
async def serving(
    assistant: AssistantLike, settings: HttpSettings | None = None
) -> AsyncIterator[str]:
    """The address of a running uvicorn server, which stops with the block."""
    with logging_restored():
        async with _running(create_app(settings or http_settings(), assistant)) as url:
            yield url


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    # asyncio turns Nagle's algorithm off only for sockets that name their protocol.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        # Early clients wait in the backlog until uvicorn accepts them.
        listening.listen()
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listening])
            try:
                with anyio.fail_after(GUARD_S):
                    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True


@asynccontextmanager
async def client_of(
    assistant: AssistantLike, settings: HttpSettings | None = None
) -> AsyncIterator[httpx2.AsyncClient]:
    """An HTTP client of such a server."""
    async with (
        serving(assistant, settings) as url,
        httpx2.AsyncClient(base_url=url, timeout=GUARD_S) as client,
    ):
        yield client


class QuotingAssistant(ScriptedAssistant):
    """Fails in the way that the request's label or seed names, quoting the request in the error."""

    async def _write(self) -> None:
        request = self.asked[-1]
        text = repr(request)
        fault = request.labels[0] if request.labels else str(request.sampling.seed)
        match fault:
            case "unforeseen" | "1":
                raise ValueError(text)
            case "tier" | "2":
                raise AllTiersFailed([TierUnavailable(tier="draft", detail=text)])
            case "refused" | "3":
                raise RequestError(text, param="text")
            case "lost" | "4":
                # What asyncio reports of a task whose error nobody collected.
                asyncio.get_running_loop().call_exception_handler(
                    {"message": f"Task exception was never retrieved\n{text}"}
                )
                logging.getLogger("some.library").error("broke", exc_info=ValueError(text))


def quoting_app() -> FastAPI:
    """For `uvicorn --factory`: a whole server process over a QuotingAssistant."""
    return create_app(http_settings(), QuotingAssistant())
