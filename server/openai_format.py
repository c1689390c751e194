"""OpenAI's streams: chunks of text as it gets final, then `[DONE]`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fastapi.sse import format_sse_event

from assistant.types import DraftCompleted, DraftStarted, Event
from server.bylines import Bylines
from server.schemas.openai import Chunk
from server.schemas.openai_chunks import Chunks
from server.sse import Frame

DONE: Final = format_sse_event(data_str="[DONE]")


class OpenAIFormat:
    """One stream of either of OpenAI's protocols; a `StreamFormat` of `server.draft_events`.

    All chunks of one passage are one frame: a write to the network costs more than making them.
    """

    def __init__(self, chunks: Chunks) -> None:
        self._chunks = chunks
        self._bylines = Bylines()

    def begin(self, started: DraftStarted, *, policy_name: str) -> None:
        """Nothing is told before the first text."""
        self._chunks.begin(started, policy_name=policy_name)

    def tell(self, event: Event) -> Frame | None:
        """Text, or at last all that follows it; there are no other events."""
        passages = self._bylines.hear(event)
        if isinstance(event, DraftCompleted):
            rest = "".join(passage.text for passage in passages)
            return Frame(_events(self._chunks.end(event.answer, rest=rest)) + DONE)
        told = b"".join(
            _events(self._chunks.passage(passage.text, model=passage.model)) for passage in passages
        )
        return Frame(told) if told else None

    def error(self, body: str) -> bytes:
        """An event that OpenAI's clients raise; `[DONE]` does not follow."""
        return format_sse_event(data_str=body)


def _events(chunks: Iterable[Chunk]) -> bytes:
    return b"".join(format_sse_event(data_str=chunk.model_dump_json()) for chunk in chunks)
