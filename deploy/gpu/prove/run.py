"""What one run of the proof is made of: what all stages share, and the stages."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import httpx2

from deploy.gpu.prove import policies
from deploy.gpu.prove.journal import Evidence, Journal, Outcome
from deploy.gpu.prove.options import Options, Part
from deploy.gpu.prove.processes import CommandFailed, output_of
from deploy.gpu.prove.proof import FAILURES
from deploy.gpu.prove.servers import Servers

_SHOWN_CHARACTERS = 4000


@dataclass(slots=True)
class Run:
    """What all stages of one run share; `small` and `random` are the model folders once made."""

    options: Options
    journal: Journal
    servers: Servers
    client: httpx2.AsyncClient
    small: Path = Path()
    random: Mapping[str, Path] = field(default_factory=dict)

    def wants(self, part: Part) -> bool:
        """Whether the part was asked for."""
        return part in self.options.parts

    def policy(self, document: policies.Document) -> Path:
        """The policy, written down."""
        return policies.write(document, self.options.work / "policies")

    def host(self) -> policies.Host:
        """What the policies of this run share."""
        options = self.options
        return policies.Host(weights=self.small, card=options.card, store=options.store)

    async def step(self, part: str, name: str, work: Callable[[], Awaitable[Evidence]]) -> None:
        """Something that may break off without taking the rest of its stage with it."""
        began_s = time.monotonic()
        outcome: Outcome = "done"
        try:
            evidence = await work()
        except FAILURES as error:
            outcome = "broken"
            evidence = {"error": type(error).__name__, "what": str(error)[-_SHOWN_CHARACTERS:]}
        seconds = time.monotonic() - began_s
        self.journal.result(part, name, outcome, seconds=seconds, evidence=evidence)

    async def command(
        self, part: str, name: str, arguments: Sequence[str], *, within_s: float
    ) -> Evidence:
        """A command of ours that ends by itself; its output is the evidence.

        Raises:
            CommandFailed: it ends with another status than 0, or too late.
        """
        status, output = await output_of(
            [*self.options.inkladder, *arguments],
            name=f"{part}-{name}".replace(" ", "-"),
            log_dir=self.servers.logs,
            within_s=within_s,
            environment={**self.servers.environment(part.replace(" ", "-")), "COLUMNS": "120"},
        )
        self.journal.note(output)
        if status:
            message = f"{' '.join(arguments[:2])} ended with status {status}:\n{output}"
            raise CommandFailed(message)
        return {"output": output}


StageRun: TypeAlias = Callable[[Run], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step. `seconds` is what it should take on an H200, `does` says what for the plan."""

    name: str
    seconds: int
    does: tuple[str, ...]
    run: StageRun
