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
    Delta,
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
    """What a body says beside the text that is wanted.

    By which API, whether another text than before, and whether its text is to come as it gets final.
    """

    surface: Surface
    regenerate: bool = False
    live: bool = False


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
        self._text_told = False

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
        return await self.answer(self.stream(wanted, wishes))

    def stream(self, wanted: DraftRequest, wishes: Wishes) -> AsyncGenerator[Event, None]:
        """The events on the way to the answer."""
        control = replace(self._control, regenerate=wishes.regenerate, surface=wishes.surface)
        return self.followed(
            self._assistant.stream(wanted, caller=self._caller, control=control, live=wishes.live)
        )

    async def answer(self, events: AsyncGenerator[Event, None]) -> Answer:
        """The answer at the end of events that are `followed`; as `draft`."""
        answer = await until_hangup(self._request.receive, _last(events))
        if self._entry:
            self._background.add_task(self.delivered)
        return answer

    async def followed(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """The same events; their first text and their answer are counted."""
        async with aclosing(events):
            async for event in events:
                match event:
                    case Delta(text=text) if text:
                        self._tell_first_text()
                    case DraftCompleted():
                        self._tell_first_text()
                        self._metrics.answered(event.answer)
                        self._entry = event.entry if event.to_note else ""
                yield event

    async def delivered(self) -> None:
        """Tells the assistant that the answer has been sent to its end."""
        await self._assistant.delivered(self._entry)

    def failed(self, error: Exception, *, code: str | None) -> None:
        """Counts a failure after the status line; those before it are counted where answered."""
        self._metrics.failed(error)
        self._request.state.error_code = code

    def _tell_first_text(self) -> None:
        if not self._text_told:
            self._text_told = True
            scope = self._request.scope
            self._metrics.first_text(route=route_of(scope), seconds=seconds_since_start(scope))


async def _last(events: AsyncGenerator[Event, None]) -> Answer:
    answer: Answer | None = None
    async with aclosing(events):
        async for event in events:
            if isinstance(event, DraftCompleted):
                answer = event.answer
    if answer is None:
        message = "the assistant's stream ended without an answer"
        raise AssistantError(message)
    return answer


async def _drafting(
    request: Request, background: BackgroundTasks, cache_control: CacheControlHeader = None
) -> Drafting:
    return Drafting(request, parse_cache_control(cache_control), background)


DraftingDep = Annotated[Drafting, Depends(_drafting)]
