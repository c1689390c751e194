"""Starts planned servers, waits until each generates, and watches them until told to stop."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import anyio

from assistant.errors import LaunchError
from assistant.launch.command import MODULE, arguments, gpu_variables
from assistant.launch.failures import Place, failure, known_failure, missing_chat_template
from assistant.launch.log import LogReader, tail
from assistant.launch.plan import ServerPlan
from assistant.launch.probe import (
    NotGenerating,
    Ready,
    client_for,
    is_healthy,
    lacks_chat_template,
    measure,
)
from assistant.launch.process import GRACE_S, ServerProcess, start_server

_POLL_S: Final = 0.25
"""Between two looks at a server that starts or runs; SGLang itself answers health after 1 s."""


class Watcher(Protocol):
    """Who is told how the start goes."""

    def phase(self, plan: ServerPlan, text: str) -> None:
        """`plan` is now doing `text`; told again and again while nothing changes."""
        ...

    def ready(self, plan: ServerPlan, ready: Ready) -> None:
        """`plan` generates."""
        ...

    def all_ready(self) -> None:
        """Every server generates."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """How servers are started. `keys` holds the key of each tier that has one; times in seconds."""

    python: str
    log_dir: Path
    ready_timeout_s: float
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    grace_s: float = GRACE_S


async def run_servers(plans: Sequence[ServerPlan], options: UpOptions, watcher: Watcher) -> None:
    """Starts all, those of one GPU one after the other, and then watches them; ends by cancelling.

    However it ends, every server and all its children are gone by then.

    Raises:
        LaunchError: a port is taken, a server cannot start, is not ready in time, or died later.
    """
    for plan in plans:
        check_port(plan)
    run = _Run(options, watcher)
    try:
        await run.start(plans)
        watcher.all_ready()
        await run.watch()
    finally:
        await run.stop()


def check_port(plan: ServerPlan) -> None:
    """Makes sure that nothing listens where `plan` is to.

    Raises:
        LaunchError: the port is taken, or this user may not use it.
    """
    family = socket.AF_INET6 if ":" in plan.address.bind else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do, so that connections of an earlier one that linger do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((plan.address.bind, plan.address.port))
        except OSError as error:
            message = (
                f"tier {plan.tier!r}: port {plan.address.port} cannot be used ({error.strerror});"
                f" stop the program that has it (`ss -ltnp 'sport = :{plan.address.port}'` shows"
                " it), or change the port in `endpoints`"
            )
            raise LaunchError(message) from error


class _Run:
    """The servers of one call."""

    def __init__(self, options: UpOptions, watcher: Watcher) -> None:
        self._options = options
        self._watcher = watcher
        self._started: list[tuple[ServerPlan, ServerProcess]] = []

    async def start(self, plans: Sequence[ServerPlan]) -> None:
        errors: list[LaunchError] = []

        async def start_chain(chain: Sequence[ServerPlan]) -> None:
            try:
                for plan in chain:
                    await self._start(plan)
            except LaunchError as error:
                errors.append(error)
                tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            for chain in _chains(plans):
                tasks.start_soon(start_chain, chain)
        if errors:
            raise errors[0]

    async def watch(self) -> None:
        while True:
            for plan, process in self._started:
                self._check_alive(plan, process, served=True)
            await anyio.sleep(_POLL_S)

    async def stop(self) -> None:
        with anyio.CancelScope(shield=True):
            async with anyio.create_task_group() as tasks:
                for _, process in self._started:
                    tasks.start_soon(process.stop)

    async def _start(self, plan: ServerPlan) -> None:
        key = self._options.keys.get(plan.tier)
        command = [self._options.python, "-m", MODULE, *arguments(plan.flags)]
        process = start_server(
            [*command, *(() if key is None else ("--api-key", key))],
            log=self._options.log_dir / f"{plan.name}.log",
            variables=gpu_variables(plan.placed),
            grace_s=self._options.grace_s,
        )
        self._started.append((plan, process))
        reader = LogReader(process.log)
        with anyio.move_on_after(self._options.ready_timeout_s) as limit:
            ready = await self._ready(plan, process, reader)
        if limit.cancelled_caught:
            place = _place(plan, process)
            raise known_failure(tail(process.log), place) or self._late(place, reader)
        self._watcher.ready(plan, ready)

    async def _ready(self, plan: ServerPlan, process: ServerProcess, reader: LogReader) -> Ready:
        async with client_for(plan.address.url, self._options.keys.get(plan.tier)) as client:
            while not await is_healthy(client):
                self._watcher.phase(plan, reader.phase())
                self._check_alive(plan, process, served=False)
                await anyio.sleep(_POLL_S)
            self._watcher.phase(plan, "measuring its speed")
            try:
                ready = await measure(client)
            except NotGenerating as error:
                self._check_alive(plan, process, served=False)
                place = _place(plan, process)
                message = f"tier {plan.tier!r}: {error}; its log is {str(process.log)!r}"
                raise known_failure(tail(process.log), place) or LaunchError(message) from error
            # Without a tokenizer, as for measurements with random weights, nobody talks to it.
            talks = plan.value("skip-tokenizer-init") is None
            if talks and await lacks_chat_template(client, plan.policy.model):
                raise missing_chat_template(_place(plan, process))
            return ready

    def _check_alive(self, plan: ServerPlan, process: ServerProcess, *, served: bool) -> None:
        status = process.exit_status
        if status is not None:
            # SGLang logs its options, the key among them.
            log = tail(process.log).replace(self._options.keys.get(plan.tier) or "\0", "***")
            raise failure(log, _place(plan, process), exit_status=status, served=served)

    def _late(self, place: Place, reader: LogReader) -> LaunchError:
        message = (
            f"tier {place.tier!r}: not ready after {self._options.ready_timeout_s:g} s, last seen"
            f" {reader.phase()}; the first start of a model downloads and compiles, so allow more"
            f" with --ready-timeout, or look into {str(place.log)!r}"
        )
        return LaunchError(message)


def _chains(plans: Sequence[ServerPlan]) -> list[list[ServerPlan]]:
    """Servers that share a GPU, in starting order; the chains may start side by side."""
    chains: dict[int, list[ServerPlan]] = {}
    for plan in plans:
        chains.setdefault(plan.gpu_indices[0], []).append(plan)
    return list(chains.values())


def _place(plan: ServerPlan, process: ServerProcess) -> Place:
    return Place(
        tier=plan.tier,
        model=str(plan.value("model-path")),
        cards=plan.cards,
        gpus=plan.policy.gpus,
        driver=plan.placed.gpus[0].driver or "unknown",
        port=plan.address.port,
        log=process.log,
    )
