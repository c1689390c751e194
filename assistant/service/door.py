"""Drafts texts by one policy: from the cache, from an identical request under way, or by the graph."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Final

import anyio
from anyio import to_thread

from assistant.cache.base import Bypass, CacheReport, Hit, Lookup, Miss
from assistant.cache.flights import FlightPlace
from assistant.cache.rules import repeats_ask_again
from assistant.confidence.drift import Drift
from assistant.errors import NotCached, RecordsUnavailable, RequestError
from assistant.records.base import Given, Kept, Outcome
from assistant.service.deltas import Reader, told_in_full
from assistant.service.health import ComponentHealth, health_of
from assistant.service.models import ModelInfo, models_of
from assistant.service.upgrades import Escalations
from assistant.telemetry import get_logger
from assistant.types import (
    Answer,
    CacheControl,
    Caller,
    Delta,
    DraftCompleted,
    DraftRequest,
    DraftStarted,
    Event,
)
from assistant.upgrades.base import Upgrade
from assistant.workflow.graph import run
from assistant.workflow.ids import new_id
from assistant.workflow.nodes.finish import joined_info, recalled, repeated
from assistant.workflow.noting import noted_recall
from assistant.workflow.plan import Plan, plan_request
from assistant.workflow.state import Context, State

HEAVY_EDIT: Final = 0.3
"""Share of words changed from which on a text was as good as written anew by its writer."""

_ANYONE = Caller()
_NO_WISHES = CacheControl()
_log = get_logger("service")


class Assistant:
    """Drafts texts by one policy. Make one per process and share it; close it with `aclose`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._rewriting: set[str] = set()
        self._escalations = Escalations(context)

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
        return models_of(self._context.policy.tiers)

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
        live: bool = False,
    ) -> AsyncGenerator[Event, None]:
        """Events from DraftStarted to DraftCompleted; errors as in `draft`.

        `live` is for somebody who reads along: text comes as `Delta`s as soon as it is final, which joined
        are the text of the answer, whichever way it took. Else whole texts are compared, and there are none.
        An exact cache hit is answered here, before the graph is entered.
        """
        _refuse_unanswerable(request)
        self._escalations.refuse(request, control)
        context = self._context
        received_s = context.clock()
        plan = plan_request(
            context.policy,
            request,
            scorer=context.scorer.fingerprint,
            caller=caller,
            control=control,
            thresholds=context.thresholds,
            live=live,
        )
        answer_id = new_id()
        yield DraftStarted(id=answer_id, route=plan.route, policy_revision=context.policy.revision)
        lookup = await context.cache.get(plan.query)
        if isinstance(lookup, Hit):
            _log.info("draft.recalled", id=answer_id, level=lookup.level, age_s=lookup.age_s)
            if lookup.stale:
                self._rewrite_behind(plan, lookup.entry)
            if live and lookup.answer.text:
                yield Delta(text=lookup.answer.text)
            found = self._repeated(plan, recalled(answer_id, lookup), entry=lookup.entry)
            self._escalations.answered(plan, found.answer)
            yield found
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
        events = self._written(state)
        async with aclosing(told_in_full(events) if live else events) as told:
            async for event in told:
                if isinstance(event, DraftCompleted):
                    self._escalations.answered(plan, event.answer)
                yield event

    async def escalate(
        self, draft_id: str, *, caller: Caller = _ANYONE, live: bool = False
    ) -> AsyncGenerator[Event, None]:
        """A larger tier writes what a smaller one has answered; events and errors as of `Escalations.escalate`."""
        events = self._escalations.escalate(draft_id, caller=caller, live=live)
        async with aclosing(events):
            async for event in events:
                yield event

    async def upgrade(self, draft_id: str, *, caller: Caller = _ANYONE) -> Upgrade | None:
        """How it stands with the better text of an answer; None where nobody asked for one.

        Raises:
            RecordsUnavailable: the store does not answer.
        """
        return await self._escalations.upgrade(draft_id, caller=caller)

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
            RecordsUnavailable: the store does not answer; the verdict is to be given once more.
        """
        settled = await self._context.records.give(caller, draft_id, given)
        entry, used = settled.record.entry, _used(settled.outcome)
        if entry and not await self._context.cache.judged(entry, caller, accepted=used):
            raise RecordsUnavailable
        return settled.outcome

    async def forget(self, draft_id: str, *, caller: Caller = _ANYONE) -> None:
        """Erases an answer of the caller: its text wherever it is kept, its record, the digests of its words.

        Raises:
            RequestError: (`not_found`) as `record`.
            RecordsUnavailable: the store does not answer; nothing or a part is erased, and it can be
                asked again.
        """
        context = self._context
        was_kept = await self._escalations.forget(draft_id, caller=caller)
        try:
            record = (await context.records.read(caller, draft_id)).record
        except RequestError:
            if was_kept:
                return
            raise
        if record.entry and not await context.cache.forget(record.entry):
            raise RecordsUnavailable
        await context.records.forget(caller, draft_id)

    async def delivered(self, entry: str) -> None:
        """Notes that an answer has reached its reader in full; `entry` is that of its `DraftCompleted`."""
        if entry:
            await self._context.cache.delivered(entry)

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
        return await health_of(self._context)

    def drift(self) -> Drift | None:
        """How far the latest drafts lie from those of the calibration; None while too few are known."""
        return self._context.drift.drift()

    def cache_report(self) -> CacheReport:
        """What the cache of this process has done since it began."""
        report = self._context.cache.report()
        return replace(report, flights=self._context.flights.counts())

    async def aclose(self) -> None:
        """Closes every connection; running drafts fail."""
        await self._escalations.aclose()
        await self._context.background.aclose()
        await self._context.flights.aclose()
        # What a run that ended meanwhile has left to do.
        await self._context.background.aclose()
        for tier in self._context.tiers.values():
            await tier.aclose()
        await self._context.cache.aclose()
        await self._context.records.aclose()
        await self._context.upgrades.aclose()

    async def _written(self, state: State) -> AsyncGenerator[Event, None]:
        """The events of a run, or of that of an identical request which is being written already."""
        context, plan = self._context, state["plan"]
        place = context.cache.place(plan.query)
        if place is None or _wants_its_own(state["lookup"]):
            async with aclosing(run(state, context)) as events:
                async for event in events:
                    yield event
            return
        reader = Reader(state)
        async with (
            context.flights.join(_flight_of(place, plan), lambda: run(state, context)) as flight,
            aclosing(flight.items()) as items,
        ):
            async for event in items:
                if reader.is_void(flight.attempt):
                    break
                if (
                    isinstance(event, DraftCompleted)
                    and flight.role == "joined"
                    and not state.get("unasked")
                ):
                    answer = repeated(state["id"], event.answer, joined_info(event.answer))
                    yield reader.told(self._repeated(plan, answer, entry=event.entry))
                else:
                    yield reader.told(event)
        if not reader.complete:
            # Who led was lost midway, and what it had sent here stays: the rest is written after that.
            async with aclosing(run(reader.rest(), context)) as events:
                async for event in events:
                    yield event

    def _repeated(self, plan: Plan, answer: Answer, *, entry: str) -> DraftCompleted:
        self._context.records.note(noted_recall(plan, answer, entry=entry))
        return DraftCompleted(answer=answer, entry=entry, to_note=repeats_ask_again(plan.query))

    def _rewrite_behind(self, plan: Plan, entry: str) -> None:
        """Writes a request anew whose stored answer is past its time; once, however many ask for it."""
        if entry in self._rewriting:
            return
        if self._context.background.start("rewrite_stale", self._rewrite(plan, entry)):
            self._rewriting.add(entry)

    async def _rewrite(self, plan: Plan, entry: str) -> None:
        state: State = {
            "id": new_id(),
            "plan": _unhurried(plan),
            "received_s": self._context.clock(),
            "lookup": Miss(reason="too_old"),
            "unasked": True,
        }
        try:
            async with aclosing(self._written(state)) as events:
                async for _ in events:
                    pass
        finally:
            self._rewriting.discard(entry)


def _unhurried(plan: Plan) -> Plan:
    """The same request, written for nobody who waits or reads along."""
    request = replace(plan.request, answer_now=False)
    return replace(plan, request=request, gate=None, deadline_ms=None, patience_ms=None)


def _flight_of(place: FlightPlace, plan: Plan) -> FlightPlace:
    """Where a request meets others that are written in the same way.

    Who reads along gets a text that is good as far as it goes, who waits the best of several. Who wants a
    first answer at once, or has less time than the others, must not wait for theirs, nor cut it short.
    """
    if plan.gate is not None:
        place = replace(place, key=f"{place.key}-live")
    if plan.request.answer_now:
        place = replace(place, key=f"{place.key}-now", lasting=False)
    if plan.deadline_ms is not None:
        place = replace(place, key=f"{place.key}-{plan.deadline_ms}", lasting=False)
    return place


def _wants_its_own(lookup: Lookup) -> bool:
    return isinstance(lookup, Bypass) and lookup.reason != "redis-down"


def _used(outcome: Outcome) -> bool:
    """Whether the writer has kept so much of a text that it is worth serving again."""
    if outcome.verdict == "edited":
        return outcome.edit_distance is not None and outcome.edit_distance <= HEAVY_EDIT
    return outcome.verdict == "accepted"


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
