"""An engine at a steady load: each text comes as it would among so many others, and is charged for.

Run as `python -m load.steady_engine MODEL CARD IN_FLIGHT ROLE` it serves on a free port, which is its first
line of output, until it is terminated. ROLE `draft` writes texts that fall short where the prompt says so,
any other one writes them well. `/spent` tells the seconds of the card that each request has taken: what was
read, by the measured seconds per prompt token, and of each step the share of one text. A step that is under
way when a client hangs up is paid for.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from assistant.economics.measured import shipped_table
from load.paced_engine import Asked, Stream, listen, pages_of
from load.streaming_texts import Order, draft_of, good_text


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyPace:
    """Seconds at one load: to the first token, per prompt token, and for each step; and the card's for each."""

    in_flight: int
    first_s: float
    step_s: float
    read_gpu_s: float

    @classmethod
    def measured(cls, *, model: str, card: str, in_flight: int) -> Self:
        """As it was measured in bf16, with log-probabilities told."""
        profile = shipped_table().profile(model=model, card=card, quantization=None)
        assert profile is not None
        assert profile.ttft is not None
        assert profile.tpot is not None
        return cls(
            in_flight=in_flight,
            first_s=profile.ttft.at(in_flight),
            step_s=profile.tpot.at(in_flight),
            read_gpu_s=profile.prefill.at(in_flight),
        )

    @property
    def step_gpu_s(self) -> float:
        """Of a step all texts have the same share."""
        return self.step_s / self.in_flight


class SteadyEngine:
    """Writes the texts that requests name, each by a clock of its own."""

    def __init__(self, pace: SteadyPace, *, model: str, drafts: bool) -> None:
        self.model = model
        self._pace = pace
        self._drafts = drafts
        self._spent_s: defaultdict[str, float] = defaultdict(float)
        self._late_s: list[float] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def in_flight(self) -> int:
        """Texts that are read or written now."""
        return len(self._tasks)

    def add(self, stream: Stream) -> None:
        """Begins at once: nobody waits for a place."""
        task = asyncio.create_task(self._serve(stream))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def words(self, asked: Asked) -> Sequence[str]:
        """The text that is named, from the place on where what is there ends."""
        order = _order(asked)
        text = draft_of(order.number, order.fate) if self._drafts else good_text(order.number)
        return text[len(asked.begun.split()) :]

    def pages(self) -> Mapping[str, object]:
        """The load as it is assumed, what was spent by request, and how late each token was, in seconds."""
        pages = pages_of(self.model, running=self._pace.in_flight, waiting=0)
        return {**pages, "/spent": self._spent_s, "/late": self._late_s}

    async def _serve(self, stream: Stream) -> None:
        loop = asyncio.get_running_loop()
        key = _order(stream.asked).key
        due_s = loop.time() + self._pace.first_s * stream.prompt_tokens
        await asyncio.sleep(due_s - loop.time())
        self._spent_s[key] += self._pace.read_gpu_s * stream.prompt_tokens
        if stream.gone:
            return
        stream.begin()
        stream.write()
        while not stream.over:
            due_s += self._pace.step_s
            await asyncio.sleep(due_s - loop.time())
            self._late_s.append(loop.time() - due_s)
            self._spent_s[key] += self._pace.step_gpu_s
            if not stream.gone:
                stream.write()


def _order(asked: Asked) -> Order:
    return Order.parse("\n".join(asked.contents))


async def main(model: str, card: str, in_flight: str, role: str) -> None:
    """Serves until the process is terminated."""
    pace = SteadyPace.measured(model=model, card=card, in_flight=int(in_flight))
    async with await listen(SteadyEngine(pace, model=model, drafts=role == "draft")) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
