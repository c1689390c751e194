"""What scoring will need is made ready while the tier still writes: the request read, passages embedded."""

from __future__ import annotations

import asyncio
from typing import Self

from anyio import to_thread

from assistant.confidence.asked import Asked
from assistant.confidence.passages import GrowingPassages
from assistant.embedding.base import Embedder
from assistant.workflow.scoring import opening_of


class ScoringAhead:
    """Follows the texts of one rung. It only warms up: scores are the same without it."""

    def __init__(self, asked: Asked, embedder: Embedder | None, *, accepted: str = "") -> None:
        """Reads and embeds nothing yet. `accepted` is the beginning that the texts go on from."""
        self._asked = asked
        self._opening = opening_of(asked.request) + accepted
        self._ahead = None if embedder is None else embedder.ahead()
        self._samples: dict[int, GrowingPassages] = {}
        self._reading: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        """Begins to read the request, in a worker thread."""
        self._reading = asyncio.create_task(self._read_request())
        return self

    def __exit__(self, *_: object) -> None:
        """Stops. Passages that were not begun are dropped: who still wants them asks again."""
        if self._reading is not None:
            self._reading.cancel()
        if self._ahead is not None:
            self._ahead.close()

    def hear(self, sample: int, piece: str) -> None:
        """Takes in what was just written."""
        if self._ahead is None:
            return
        growing = self._samples.get(sample)
        if growing is None:
            growing = self._samples[sample] = GrowingPassages()
            self._ahead.want(growing.add(self._opening))
        self._ahead.want(growing.add(piece))
        last = growing.likely_last()
        if last is not None:
            self._ahead.want((last,))

    async def _read_request(self) -> None:
        if not self._asked.is_read:
            await to_thread.run_sync(self._asked.read, abandon_on_cancel=True)
        if self._ahead is not None:
            self._ahead.want(self._asked.ask_passages + self._asked.source_passages)
