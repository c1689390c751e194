"""The assistant as one request uses it: caller, cache wishes and metrics are seen to."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import Depends, Request

from assistant.types import Answer, DraftRequest, Event
from server.deps import AssistantDep, CallerDep, ControlDep, MetricsDep
from server.hangup import until_hangup
from server.observe import route_of, seconds_since_start


class Drafting:
    """One caller's use of the assistant."""

    def __init__(
        self,
        request: Request,
        assistant: AssistantDep,
        caller: CallerDep,
        control: ControlDep,
        metrics: MetricsDep,
    ) -> None:
        self._request = request
        self._assistant = assistant
        self._caller = caller
        self._control = control
        self._metrics = metrics

    @property
    def ladder(self) -> tuple[str, ...]:
        """The names of the models, first rung first."""
        return tuple(model.name for model in self._assistant.models())

    @property
    def policy_name(self) -> str:
        """The policy in force."""
        return self._assistant.policy_name

    async def draft(self, wanted: DraftRequest) -> Answer:
        """The answer, unless the client goes before: then the work is stopped.

        Raises:
            ClientDisconnect: nobody waits for the answer.
        """
        work = self._assistant.draft(wanted, caller=self._caller, control=self._control)
        answer = await until_hangup(self._request.receive, work)
        self.answered(answer)
        return answer

    def stream(self, wanted: DraftRequest) -> AsyncGenerator[Event, None]:
        """The events on the way to the answer."""
        return self._assistant.stream(wanted, caller=self._caller, control=self._control)

    def answered(self, answer: Answer) -> None:
        """Counts an answer whose first text goes out now."""
        scope = self._request.scope
        self._metrics.answered(answer)
        self._metrics.first_text(route=route_of(scope), seconds=seconds_since_start(scope))

    def failed(self, error: Exception, *, code: str | None) -> None:
        """Counts a failure after the status line; those before it are counted where answered."""
        self._metrics.failed(error)
        self._request.state.error_code = code


DraftingDep = Annotated[Drafting, Depends(Drafting)]
