"""Provokes usual failures of a start and keeps what `tiers up` tells an administrator about each."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from deploy.gpu.prove import policies
from deploy.gpu.prove.journal import Evidence
from deploy.gpu.prove.processes import output_of
from deploy.gpu.prove.proof import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.gpu.prove.options import Options
    from deploy.gpu.prove.proof import Prover
    from deploy.gpu.prove.servers import Servers

FAILS_WITHIN_S = 150.0
"""A start that must fail loads the model first where only that shows the mistake."""

_USAGE_ERROR = 2
_SHOWN_CHARACTERS = 3000
_PORTS_APART = 100
"""The failing servers listen away from those that run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One wrong start: its policy, what must be told, and what stands in its way meanwhile."""

    name: str
    tier: policies.Document
    told: tuple[str, ...]
    obstacle: Callable[[], AbstractContextManager[object]] = nullcontext


def mistakes(host: policies.Host, *, first_port: int) -> tuple[Mistake, ...]:
    """The starts that fail; any one of `told` must be in what the command says."""
    ports = iter(range(first_port + _PORTS_APART, first_port + 2 * _PORTS_APART))

    def tier(**changes: object) -> policies.Document:
        at = policies.url_of(next(ports))
        return policies.small_tier(host, [at]) | changes

    def flagged(**flags: object) -> policies.Document:
        plain = tier()
        launch = plain["launch"]
        return plain | {"launch": launch | {"flags": launch["flags"] | flags}}

    missing = str(host.weights.parent / "no-such-model")
    taken = tier()
    port = int(str(taken["endpoints"][0]).rpartition(":")[2])
    return (
        Mistake(
            name="model-missing",
            tier=tier(launch={"weights": missing}),
            told=("no-such-model",),
        ),
        Mistake(name="port-taken", tier=taken, told=(str(port),), obstacle=lambda: held(port)),
        Mistake(
            name="context-too-long", tier=tier(context_tokens=100_000), told=("context", "100000")
        ),
        Mistake(
            name="memory-too-low",
            tier=flagged(**{"mem-fraction-static": 0.001}),
            told=("mem-fraction-static",),
        ),
    )


@contextmanager
def held(port: int) -> Iterator[None]:
    """Another program that listens on the port."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        yield


async def prove_failures(
    prover: Prover, servers: Servers, options: Options, host: policies.Host
) -> None:
    """All mistakes at once: each waits mostly for imports."""
    made = mistakes(host, first_port=options.first_port)

    async def fails_with_the_way_out(mistake: Mistake) -> Evidence:
        document = policies.ladder_of_one(mistake.name, mistake.tier, store=False)
        policy = policies.write(document, options.work / "policies")
        with mistake.obstacle():
            status, output = await output_of(
                servers.up_command(policy),
                name=f"fails-{mistake.name}",
                log_dir=servers.logs,
                within_s=FAILS_WITHIN_S,
                environment=servers.environment(mistake.name),
            )
        seen = {"mistake": mistake.name, "status": status, "said": output[-_SHOWN_CHARACTERS:]}
        expect(status == _USAGE_ERROR, "the command exits with 2", seen)
        expect(any(word in output for word in mistake.told), "the message names it", seen)
        expect("Traceback" not in output, "no traceback is shown", seen)
        return seen

    async with anyio.create_task_group() as group:
        for mistake in made:
            group.start_soon(prover.check, fails_with_the_way_out, mistake)
