"""The door of the assistant: draft a text, or follow its making; judge it; ask how everything is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

import anyio
from anyio import to_thread

from assistant.cache.base import Hit
from assistant.confidence.drift import Drift, level_of
from assistant.errors import NotCached, RequestError
from assistant.records.base import Given, Kept, Outcome
from assistant.telemetry import get_logger
from assistant.tiers.base import Health
from assistant.types import (
    Answer,
    CacheControl,
    Caller,
    DraftCompleted,
    DraftRequest,
    DraftStarted,
    Event,
)
from assistant.workflow.graph import run
from assistant.workflow.ids import new_id
from assistant.workflow.nodes.finish import recalled
from assistant.workflow.noting import noted_recall
from assistant.workflow.plan import plan_request
from assistant.workflow.state import Context, State

HEALTH_TIMEOUT_S = 2.0
"""A component that takes longer to answer than this is reported as down."""

_ANYONE = Caller()
_NO_WISHES = CacheControl()
_log = get_logger("service")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A model of some ladder, as clients may see it."""

    name: str
    tier: str
    context_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentHealth:
    """How a part is; without a `required` one no text can be written."""

    ok: bool
    detail: str
    required: bool


class Assistant:
    """Drafts texts by one policy. Make one per process and share it; close it with `aclose`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def policy_name(self) -> str:
        """Name of the policy in force."""
        return self._context.policy.name

    @property
    def policy_revision(self) -> str:
        """Digest of the policy's content, as shown in every provenance."""
        return self._context.policy.revision

    def models(self) -> tuple[ModelInfo, ...]:
        """The models of the policy in the order of its tiers, each once. Asks no tier."""
        tiers = self._context.policy.tiers
        first = {tier.model: name for name, tier in reversed(tiers.items())}
        return tuple(
            ModelInfo(
                name=tier.model,
                tier=name,
                context_tokens=tier.context_tokens if tier.engine == "llamacpp" else None,
            )
            for name, tier in tiers.items()
            if first[tier.model] == name
        )

    async def draft(
        self,
        request: DraftRequest,
        *,
        caller: Caller = _ANYONE,
        control: CacheControl = _NO_WISHES,
    ) -> Answer:
        """The finished answer. Cancelling the call aborts the tier at work.

        Raises:
            RequestError, NotCached, ContextTooLong, DeadlineExceeded, AllTiersFailed.
        """
        answer = None
        async with aclosing(self.stream(request, caller=caller, control=control)) as events:
            async for event in events:
                if isinstance(event, DraftCompleted):
                    answer = event.answer
        if answer is None:
            message = "the run ended without an answer"
            raise AssertionError(message)
        return answer

    async def stream(
        self,
        request: DraftRequest,
        *,
        caller: Caller = _ANYONE,
        control: CacheControl = _NO_WISHES,
    ) -> AsyncGenerator[Event, None]:
        """Events from DraftStarted to DraftCompleted; errors as in `draft`.

        An exact cache hit is answered here, before the graph is entered.
        """
        _refuse_unanswerable(request)
        context = self._context
        received_s = context.clock()
        plan = plan_request(
            context.policy,
            request,
            scorer=context.scorer.fingerprint,
            caller=caller,
            control=control,
            thresholds=context.thresholds,
        )
        answer_id = new_id()
        yield DraftStarted(id=answer_id, route=plan.route, policy_revision=context.policy.revision)
        lookup = await context.cache.get(plan.query)
        if isinstance(lookup, Hit):
            _log.info("draft.recalled", id=answer_id, age_s=lookup.age_s)
            found = recalled(answer_id, lookup)
            context.records.note(noted_recall(plan, found))
            yield DraftCompleted(answer=found)
            return
        if control.only_if_cached:
            message = "no stored answer to this request, and only-if-cached was asked for"
            raise NotCached(message)
        state: State = {
            "id": answer_id,
            "plan": plan,
            "received_s": received_s,
            "lookup": lookup,
        }
        async with aclosing(run(state, context)) as events:
            async for event in events:
                yield event

    async def record(self, draft_id: str, *, caller: Caller = _ANYONE) -> Kept:
        """How an answer came to be and what became of it, without its text, for the one who asked.

        Raises:
            RequestError: (`not_found`) there is none of that id, or no longer, or it is not the caller's.
            RecordsUnavailable: the store does not answer.
        """
        return await self._context.records.read(caller, draft_id)

    async def feedback(self, draft_id: str, given: Given, *, caller: Caller = _ANYONE) -> Outcome:
        """Takes what the writer did with an answer; the last verdict counts, its text is not kept.

        Raises:
            RequestError: (`not_found`) as `record`; (`missing`) nothing tells how much was edited.
            RecordsUnavailable: the store does not answer.
        """
        return await self._context.records.give(caller, draft_id, given)

    @property
    def records_dropped(self) -> int:
        """Decision records that could not be kept, since this process began."""
        return self._context.records.dropped

    async def warm(self) -> None:
        """Loads what scoring needs, seconds of work; without it the first draft waits for that."""
        async with anyio.create_task_group() as group:
            group.start_soon(_in_thread, self._context.scorer.warm)
            if self._context.embedder is not None:
                group.start_soon(self._context.embedder.warm)

    async def health(self) -> Mapping[str, ComponentHealth]:
        """Every component by name, asked at the same time: `tier NAME`, `cache`, `embedder`.

        A tier is required where it is alone in a ladder, or where its whole ladder is down. `calibration`
        is not well where drafts have drifted so far that its promises may not hold.
        """
        tiers: dict[str, Health] = {}
        found: dict[str, ComponentHealth] = {}
        async with anyio.create_task_group() as group:
            for name in self._context.tiers:
                group.start_soon(self._ask_tier, name, tiers)
            group.start_soon(self._ask_cache, found)
        ladders = [set(route.ladder) for route in self._context.policy.routes]
        down = {name for name, health in tiers.items() if not health.ok}
        for name, health in tiers.items():
            required = any(ladder == {name} or name in ladder <= down for ladder in ladders)
            found[f"tier {name}"] = ComponentHealth(
                ok=health.ok, detail=health.detail, required=required
            )
        if self._context.embedder is not None:
            failure = self._context.embedder.failure
            found["embedder"] = ComponentHealth(
                ok=failure is None, detail=failure or "", required=False
            )
        if self._context.drift.watches:
            found["calibration"] = _calibration(self._context.drift.drift())
        return dict(sorted(found.items()))

    def drift(self) -> Drift | None:
        """How far the latest drafts lie from those of the calibration; None while too few are known."""
        return self._context.drift.drift()

    async def aclose(self) -> None:
        """Closes every connection; running drafts fail."""
        for tier in self._context.tiers.values():
            await tier.aclose()
        await self._context.cache.aclose()
        await self._context.records.aclose()

    async def _ask_tier(self, name: str, found: dict[str, Health]) -> None:
        found[name] = Health(ok=False, detail=f"no answer within {HEALTH_TIMEOUT_S:g} s")
        with anyio.move_on_after(HEALTH_TIMEOUT_S):
            found[name] = await self._context.tiers[name].health()

    async def _ask_cache(self, found: dict[str, ComponentHealth]) -> None:
        ok = False
        with anyio.move_on_after(HEALTH_TIMEOUT_S):
            ok = await self._context.cache.healthy()
        found["cache"] = ComponentHealth(
            ok=ok, detail="" if ok else "the store does not answer", required=False
        )


def _calibration(drift: Drift | None) -> ComponentHealth:
    detail = drift.sentence if drift is not None and level_of(drift) == "act" else ""
    return ComponentHealth(ok=not detail, detail=detail, required=False)


async def _in_thread(work: Callable[[], None]) -> None:
    await to_thread.run_sync(work, abandon_on_cancel=True)


def _refuse_unanswerable(request: DraftRequest) -> None:
    given = (request.instruction, request.text, request.before, request.after)
    if not any(part.strip() for part in given) and not request.messages:
        message = "nothing to write about: give an instruction, a text, or text before or after"
        raise RequestError(message, param="instruction", code="empty_request")
    try:
        "".join([*given, *(message.content for message in request.messages)]).encode()
    except UnicodeEncodeError as error:
        message = "the request is not valid Unicode text: it holds half of a surrogate pair"
        raise RequestError(message, code="not_unicode") from error
