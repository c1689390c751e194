"""Checks one promise after the other, and keeps going when one does not hold."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import anyio
import httpx2

from assistant.errors import AssistantError
from deploy.gpu.prove.journal import Evidence, Journal
from deploy.gpu.prove.processes import CommandFailed

SceneT = TypeVar("SceneT")

PromiseOf: TypeAlias = Callable[[SceneT], Awaitable[Evidence]]
"""A check: looks at a scene and returns what it saw, or raises `Unproven`."""

LIMIT_S = 75.0
"""Longest time of one check: a check that hangs must not cost the others their time."""


class Unproven(Exception):
    """A promise did not hold; `evidence` is what was seen instead."""

    def __init__(self, what: str, evidence: Evidence) -> None:
        super().__init__(what)
        self.evidence = evidence


FAILURES = (
    Unproven,
    CommandFailed,
    AssistantError,
    httpx2.HTTPError,
    httpx2.StreamError,
    OSError,  # TimeoutError is one, too
    LookupError,  # a reply without a field that it must have
    TypeError,
    ValueError,
    ExceptionGroup,  # several clients of one check
)
"""What a check may fail with on a host that nobody has seen before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prover:
    """Runs checks of one part and writes what became of them."""

    journal: Journal
    part: str
    limit_s: float = LIMIT_S

    async def check(self, promise: PromiseOf[SceneT], scene: SceneT) -> bool:
        """Whether the promise holds here; what was seen goes into the journal either way."""
        began_s = time.monotonic()
        name = promise.__name__.replace("_", " ")
        try:
            with anyio.fail_after(self.limit_s):
                evidence = await promise(scene)
        except FAILURES as error:
            seen = {"error": type(error).__name__, "what": str(error)[-2000:]}
            if isinstance(error, Unproven):
                seen |= error.evidence
            self.journal.result(
                self.part, name, "not proven", seconds=time.monotonic() - began_s, evidence=seen
            )
            return False
        self.journal.result(
            self.part, name, "proven", seconds=time.monotonic() - began_s, evidence=evidence
        )
        return True

    async def check_all(self, promises: Sequence[PromiseOf[SceneT]], scene: SceneT) -> None:
        """Every promise, in this order."""
        for promise in promises:
            await self.check(promise, scene)


def expect(holds: bool, what: str, evidence: dict[str, Any]) -> None:
    """Nothing if it holds.

    Raises:
        Unproven: it does not; `what` says what should be.
    """
    if not holds:
        raise Unproven(what, evidence)
