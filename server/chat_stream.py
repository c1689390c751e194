"""A chat completion as a stream of events, its text held back until it is accepted."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from fastapi.sse import format_sse_event

from assistant.errors import AssistantError
from assistant.types import Answer, DraftCompleted, DraftRequest, DraftStarted
from server.answer_headers import started_headers
from server.drafting import Drafting, Wishes
from server.errors import INTERNAL, problem_of
from server.logs import report_failure
from server.schemas.chat_answer import chunks

DONE = format_sse_event(data_str="[DONE]")


class ChatStream:
    """The frames of one streamed chat completion; an `EventSource` of `server.sse`."""

    def __init__(
        self,
        drafting: Drafting,
        wanted: DraftRequest,
        wishes: Wishes,
        *,
        created: int,
        include_usage: bool,
        headers: Mapping[str, str],
    ) -> None:
        self._drafting = drafting
        self._wanted = wanted
        self._wishes = wishes
        self._created = created
        self._include_usage = include_usage
        self._headers = dict(headers)

    def headers(self) -> Mapping[str, str]:
        """Id, route and policy, as far as they are known by now."""
        return self._headers

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """One event per chunk, then `[DONE]`, all in one frame: the whole text is there.

        A write to the network costs more than making all events of a text.
        """
        answer = await self._answer()
        self._drafting.answered(answer)
        told = chunks(answer, created=self._created, include_usage=self._include_usage)
        events = [format_sse_event(data_str=chunk.model_dump_json()) for chunk in told]
        yield b"".join([*events, DONE])

    async def sent(self) -> None:
        """The same request will be a repeat from now on."""
        await self._drafting.delivered()

    def failure(self, error: Exception) -> bytes:
        """The one event that replaces the rest; `[DONE]` does not follow."""
        problem = problem_of(error)
        if problem is INTERNAL:
            report_failure(error)
        self._drafting.failed(error, code=problem.code)
        return format_sse_event(data_str=json.dumps(problem.body, ensure_ascii=False))

    async def _answer(self) -> Answer:
        answer: Answer | None = None
        async with aclosing(self._drafting.stream(self._wanted, self._wishes)) as events:
            async for event in events:
                match event:
                    case DraftStarted():
                        name = self._drafting.policy_name
                        self._headers |= started_headers(event, policy_name=name)
                    case DraftCompleted():
                        answer = event.answer
        if answer is None:
            message = "the assistant's stream ended without an answer"
            raise AssistantError(message)
        return answer
