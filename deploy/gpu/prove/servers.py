"""Starts what the proof looks at, by the commands that an administrator uses."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from pathlib import Path

import httpx2

from deploy.gpu.prove.journal import Journal, Outcome
from deploy.gpu.prove.options import Options
from deploy.gpu.prove.processes import Child, running
from deploy.gpu.prove.waiting import until
from deploy.gpu.prove.wire import Engine, Gateway

START_S = 300.0
"""Longest start of an engine: compiling and capturing graphs takes 100 to 190 s on a bare host."""

_SETTLED_S = 30.0
"""Time for `tiers up` to measure its servers once they generate."""

_SERVE_START_S = 60.0
_WORKER_UP = "Application startup complete"
_LISTENING = "listens on http"
UP = "Ready. Ctrl-C"
"""The last line that `tiers up` prints, once everything runs."""


class Servers:
    """Starts engines and servers of ours for one run; each ends with its block."""

    def __init__(self, options: Options, journal: Journal, client: httpx2.AsyncClient) -> None:
        self._options = options
        self._journal = journal
        self._client = client
        self.logs = options.work / "logs"

    def up_command(self, policy: Path, *, only: Sequence[str] = ()) -> list[str]:
        """The command that starts the engines of a policy."""
        chosen = [option for name in only for option in ("--only", name)]
        python = ["--python", self._options.python] if self._options.python else []
        return [
            *self._options.inkladder,
            *("tiers", "up", "--policy", str(policy), *chosen, *python),
            *("--log-dir", str(self.logs / policy.stem), "--ready-timeout", f"{START_S:.0f}"),
        ]

    def serve_command(self, policy: Path, *, workers: int = 1) -> list[str]:
        """The command that starts our server on a free port."""
        return [
            *self._options.inkladder,
            *("serve", "--policy", str(policy), "--port", "0", "--workers", str(workers)),
        ]

    def environment(self, name: str) -> Mapping[str, str]:
        """Settings of a process of ours that share nothing with those of this host's users."""
        data = self._options.work / "data" / name
        return {
            "INKLADDER_DATA_DIR": str(data),
            "INKLADDER_KEYS_FILE": str(data / "keys.json"),
            "INKLADDER_LOG_FORMAT": "json",
            "HF_HUB_OFFLINE": "1",
        }

    @asynccontextmanager
    async def engines(self, policy: Path, urls: Sequence[str]) -> AsyncIterator[Child]:
        """The engines of a policy, once each generates; `urls` are where they answer.

        Raises:
            CommandFailed: `tiers up` ended.
            TimeoutError: they do not generate in time.
        """
        async with self.starting(policy) as child:
            await self.until_up(child, urls)
            yield child

    @asynccontextmanager
    async def starting(self, policy: Path, *, only: Sequence[str] = ()) -> AsyncIterator[Child]:
        """`tiers up` for all tiers of a policy or those named, begun but not waited for."""
        name = "-".join(["up", policy.stem, *only])
        self._journal.note(f"starting the engines of {name}")
        command = self.up_command(policy, only=only)
        child = None
        try:
            async with running(
                command, name=name, log_dir=self.logs, environment=self.environment(name)
            ) as child:
                yield child
                self._journal.note(f"stopping {name}")
        finally:
            self._leaves_nothing(name, child)

    def _leaves_nothing(self, name: str, child: Child | None) -> None:
        left = [] if child is None else [process.pid for process in child.left]
        outcome: Outcome = "not proven" if left else "proven"
        self._journal.result(
            "engines", f"{name} leaves nothing", outcome, seconds=0.0, evidence={"left": left}
        )

    async def until_up(self, child: Child, urls: Sequence[str]) -> None:
        """Waits until each of its engines generates and `tiers up` has shown its table.

        Raises:
            CommandFailed: `tiers up` ended.
            TimeoutError: they do not generate in time.
        """
        began_s = time.monotonic()
        for url in urls:
            await _until_generates(Engine(url, self._client), child)
        await _until_said(child, UP, within_s=_SETTLED_S)
        waited_s = time.monotonic() - began_s
        self._journal.result(
            "engines", child.name, "done", seconds=waited_s, evidence={"said": child.said()}
        )

    @asynccontextmanager
    async def serving(self, policy: Path, *, workers: int = 1) -> AsyncIterator[Gateway]:
        """Our server over a policy, once it is ready.

        Raises:
            CommandFailed: it ended.
            TimeoutError: it is not ready in time.
        """
        async with self.serving_soon(policy, workers=workers) as child:
            yield await self.until_serving(child, workers=workers)

    @asynccontextmanager
    async def serving_soon(self, policy: Path, *, workers: int = 1) -> AsyncIterator[Child]:
        """Our server over a policy, begun but not waited for."""
        name = f"serve-{policy.stem}-{workers}"
        command = self.serve_command(policy, workers=workers)
        async with running(
            command, name=name, log_dir=self.logs, environment=self.environment(name)
        ) as child:
            yield child

    async def until_serving(self, child: Child, *, workers: int = 1) -> Gateway:
        """The server that `child` runs, once all workers are there and its tiers answer.

        Raises:
            CommandFailed: it ended.
            TimeoutError: it is not ready in time.
        """

        async def listens() -> bool:
            child.must_run()
            said = child.all_said()
            return _LISTENING in said and said.count(_WORKER_UP) >= workers

        await until(listens, within_s=_SERVE_START_S)
        gateway = Gateway(_address(child.all_said()), self._client)
        await self._until_ready(gateway, child)
        return gateway

    async def _until_ready(self, gateway: Gateway, child: Child) -> None:
        async def ready() -> bool:
            child.must_run()
            return (await gateway.get("/readyz")).status_code == HTTPStatus.OK

        await until(ready, within_s=_SERVE_START_S)
        self._journal.note(f"{child.name} serves at {gateway.url}")


async def _until_generates(engine: Engine, child: Child) -> None:
    async def generates() -> bool:
        child.must_run()
        return await engine.generates()

    await until(generates, within_s=START_S)


async def _until_said(child: Child, words: str, *, within_s: float) -> None:
    async def said() -> bool:
        child.must_run()
        return words in child.all_said()

    # Its table is worth waiting for, but the engines generate without it.
    with suppress(TimeoutError):
        await until(said, within_s=within_s)


def _address(said: str) -> str:
    line = next(line for line in said.splitlines() if _LISTENING in line)
    return next(word for word in line.split() if word.startswith("http://"))
