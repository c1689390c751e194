"""The native stream: named events, with text as it gets final and the whole answer at the end."""

from __future__ import annotations

from fastapi.sse import format_sse_event

from assistant.types import Delta, DraftCompleted, DraftStarted, Event
from server.schemas.draft_stream import told
from server.sse import Frame


class NativeFormat:
    """One stream of the native API; a `StreamFormat` of `server.draft_events`."""

    def __init__(self) -> None:
        self._count = 0

    def begin(self, started: DraftStarted, *, policy_name: str) -> Frame | None:
        """The first event; the policy's name is in a header."""
        del policy_name
        return self.tell(started)

    def tell(self, event: Event) -> Frame | None:
        """One event; those of progress and of judged rungs are not told."""
        found = told(event)
        if found is None:
            return None
        name, data = found
        text = isinstance(event, Delta | DraftCompleted)
        return Frame(self._event(name, data.model_dump_json()), text=text)

    def error(self, body: str) -> bytes:
        """The last event of a run that failed."""
        return self._event("error", body)

    def _event(self, name: str, data: str) -> bytes:
        self._count += 1
        return format_sse_event(event=name, data_str=data, id=str(self._count))
