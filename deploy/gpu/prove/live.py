"""What a reader of a live draft sees, and what its events come to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.gpu.prove.wire import Gateway, Told

Hear = Callable[[Told], Awaitable[None]]
"""Is told each event as it comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A native stream, from its first event to its last."""

    told: tuple[Told, ...]

    @property
    def text(self) -> str:
        """All deltas, joined."""
        return _joined(self.told)

    @property
    def deltas(self) -> int:
        """How many there were."""
        return sum(each.name == "delta" for each in self.told)

    @property
    def first_ms(self) -> float:
        """Milliseconds to the first text; to the last event where there was none."""
        return next((each.ms for each in self.told if each.name == "delta"), self.told[-1].ms)

    @property
    def ms(self) -> float:
        """Milliseconds to the last event."""
        return self.told[-1].ms

    @property
    def answer(self) -> dict[str, Any]:
        """The draft at the end; empty where the stream ended otherwise."""
        last = self.told[-1]
        return last.data if last.name == "draft.completed" else {}

    @property
    def path(self) -> list[dict[str, Any]]:
        """The rungs in order."""
        rungs: list[dict[str, Any]] = self.answer.get("provenance", {}).get("path", [])
        return rungs

    @property
    def kept_and_continued(self) -> tuple[str, str] | None:
        """The text that came before another tier went on from it, and what came then; None without."""
        at = next((at for at, each in enumerate(self.told) if goes_on(each)), None)
        return None if at is None else (_joined(self.told[:at]), _joined(self.told[at:]))


def goes_on(told: Told) -> bool:
    """Whether another tier continues now what was told so far."""
    return told.name == "tier.changed" and told.data["how"] == "continue"


async def read_live(
    gateway: Gateway, body: Mapping[str, Any], *, hear: Hear | None = None, fresh: bool = True
) -> Live:
    """The whole stream; `hear` is told each event as it comes."""
    told = []
    async with gateway.events(body, fresh=fresh) as events:
        async for event in events:
            told.append(event)
            if hear is not None:
                await hear(event)
    return Live(told=tuple(told))


def repeated(kept: str, continued: str) -> int:
    """Characters at the end of one text that the next one begins with again, blanks aside."""
    end, begin = kept.rstrip(), continued.lstrip()
    return max(size for size in range(min(len(end), len(begin)) + 1) if end.endswith(begin[:size]))


def _joined(told: tuple[Told, ...]) -> str:
    return "".join(each.data["text"] for each in told if each.name == "delta")
