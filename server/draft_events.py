"""The events of a run as a reply that is sent while the run goes on, whatever its protocol."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Protocol

from assistant.errors import AssistantError
from assistant.types import DraftCompleted, DraftStarted, Event
from server.answer_headers import started_headers
from server.drafting import Drafting
from server.errors import INTERNAL, problem_of
from server.logs import report_failure
from server.sse import Frame


class StreamFormat(Protocol):
    """How a protocol tells the events of one run."""

    def begin(self, started: DraftStarted, *, policy_name: str) -> Frame | None:
        """What the start is told by."""
        ...

    def tell(self, event: Event) -> Frame | None:
        """What any other event is told by; None where this protocol does not tell it."""
        ...

    def error(self, body: str) -> bytes:
        """The event that replaces the rest of a run that failed; `body` is JSON."""
        ...


class DraftEvents:
    """A run that is told as it goes; an `EventSource` of `server.sse`."""

    def __init__(
        self,
        drafting: Drafting,
        events: AsyncGenerator[Event, None],
        form: StreamFormat,
        *,
        headers: Mapping[str, str],
    ) -> None:
        self._drafting = drafting
        self._events = events
        self._form = form
        self._headers = dict(headers)

    def headers(self) -> Mapping[str, str]:
        """Id, route and policy, as far as they are known by now."""
        return self._headers

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """A frame for each event that is told.

        Raises:
            AssistantError: the run ended without an answer; and whatever the run raises.
        """
        complete = False
        async with aclosing(self._events) as events:
            async for event in events:
                complete = isinstance(event, DraftCompleted)
                frame = self._frame(event)
                if frame is not None:
                    yield frame
        if not complete:
            message = "the assistant's stream ended without an answer"
            raise AssistantError(message)

    async def sent(self) -> None:
        """The same request will be a repeat from now on."""
        await self._drafting.delivered()

    def failure(self, error: Exception) -> bytes:
        """The one event that replaces the rest."""
        problem = problem_of(error)
        if problem is INTERNAL:
            report_failure(error)
        self._drafting.failed(error, code=problem.code)
        return self._form.error(json.dumps(problem.body, ensure_ascii=False))

    def _frame(self, event: Event) -> Frame | None:
        if isinstance(event, DraftStarted):
            name = self._drafting.policy_name
            self._headers |= started_headers(event, policy_name=name)
            return self._form.begin(event, policy_name=name)
        return self._form.tell(event)
