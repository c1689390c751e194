"""The assistant as one request uses it: caller, cache wishes and metrics are seen to."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Annotated, cast

from fastapi import BackgroundTasks, Depends, Request

from assistant.cache.control import parse_cache_control
from assistant.errors import AssistantError
from assistant.types import (
    Answer,
    CacheControl,
    Caller,
    DraftCompleted,
    DraftRequest,
    Event,
    Surface,
)
from server.deps import AssistantLike, CacheControlHeader
from server.hangup import until_hangup
from server.metrics import Metrics
from server.observe import route_of, seconds_since_start


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a body says beside the text that is wanted: by which API, and whether another text than before."""

    surface: Surface
    regenerate: bool = False


class Drafting:
    """One caller's use of the assistant."""

    def __init__(
        self, request: Request, control: CacheControl, background: BackgroundTasks
    ) -> None:
        self._request = request
        self._assistant = cast(AssistantLike, request.state.assistant)
        self._caller = cast(Caller, request.state.caller)
        self._control = control
        self._metrics = cast(Metrics, request.state.metrics)
        self._background = background
        self._entry = ""

    @property
    def ladder(self) -> tuple[str, ...]:
        """The names of the models, first rung first."""
        return tuple(model.name for model in self._assistant.models())

    @property
    def policy_name(self) -> str:
        """The policy in force."""
        return self._assistant.policy_name

    async def draft(self, wanted: DraftRequest, wishes: Wishes) -> Answer:
        """The answer, unless the client goes before: then the work is stopped.

        Raises:
            ClientDisconnect: nobody waits for the answer.
        """
        done = await until_hangup(self._request.receive, self.completed(wanted, wishes))
        self.answered(done.answer)
        if self._entry:
            self._background.add_task(self.delivered)
        return done.answer

    async def completed(self, wanted: DraftRequest, wishes: Wishes) -> DraftCompleted:
        """The end of a run; what happens on the way is passed over."""
        completed: DraftCompleted | None = None
        async with aclosing(self.stream(wanted, wishes)) as events:
            async for event in events:
                if isinstance(event, DraftCompleted):
                    completed = event
        if completed is None:
            message = "the assistant's stream ended without an answer"
            raise AssistantError(message)
        return completed

    async def stream(self, wanted: DraftRequest, wishes: Wishes) -> AsyncGenerator[Event, None]:
        """The events on the way to the answer."""
        control = replace(self._control, regenerate=wishes.regenerate, surface=wishes.surface)
        events = self._assistant.stream(wanted, caller=self._caller, control=control)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, DraftCompleted) and event.to_note:
                    self._entry = event.entry
                yield event

    async def delivered(self) -> None:
        """Tells the assistant that the answer has been sent to its end."""
        await self._assistant.delivered(self._entry)

    def answered(self, answer: Answer) -> None:
        """Counts an answer whose first text goes out now."""
        scope = self._request.scope
        self._metrics.answered(answer)
        self._metrics.first_text(route=route_of(scope), seconds=seconds_since_start(scope))

    def failed(self, error: Exception, *, code: str | None) -> None:
        """Counts a failure after the status line; those before it are counted where answered."""
        self._metrics.failed(error)
        self._request.state.error_code = code


async def _drafting(
    request: Request, background: BackgroundTasks, cache_control: CacheControlHeader = None
) -> Drafting:
    return Drafting(request, parse_cache_control(cache_control), background)


DraftingDep = Annotated[Drafting, Depends(_drafting)]
