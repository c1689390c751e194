"""A better text for a request that was answered already, by a larger tier: when asked for, or at once behind it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final

import anyio

from assistant.cache.base import Bypass
from assistant.cache.flights import FlightPlace
from assistant.errors import AssistantError, RequestError
from assistant.policy.duration import text_of
from assistant.policy.models import Policy
from assistant.records.keys import record_id_of
from assistant.service.deltas import Reader, told_in_full
from assistant.service.resuming import draft_of, news_of, resumed_from
from assistant.telemetry import get_logger
from assistant.types import (
    Answer,
    CacheControl,
    CacheInfo,
    Caller,
    Delta,
    DraftCompleted,
    DraftRequest,
    DraftStarted,
    Event,
    SegmentAccepted,
)
from assistant.upgrades.base import Found, Keeping, News, Upgrade
from assistant.workflow.background import Background
from assistant.workflow.graph import run
from assistant.workflow.ids import new_id
from assistant.workflow.nodes.finish import joined_info, repeated
from assistant.workflow.plan import Plan, plan_request
from assistant.workflow.state import Context, State

MOST_AT_ONCE: Final = 16
"""Upgrades behind answers of one process; a wish beyond them has failed, and can be repeated by the writer."""

SLACK_S: Final = 5.0
"""What a run takes beside the time of its tiers: judging, and keeping what was written."""

TOP_OF_LADDER: Final = "top_of_ladder"
"""Code of the refusal where no larger tier is left."""

_log = get_logger("upgrades")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asker:
    """Who wants a better text than that of which draft, and whether somebody reads along."""

    name: str
    caller: Caller
    live: bool


class Escalations:
    """Takes answered requests up again. `context` keeps their drafts, and has the tiers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._background = Background(most=MOST_AT_ONCE)

    def refuse(self, request: DraftRequest, control: CacheControl) -> None:
        """Refuses a wish for a better text behind the answer that nobody could fetch.

        Raises:
            RequestError: nothing is kept of this request.
        """
        if not request.answer_now:
            return
        why = None
        if not self._context.upgrades.keeps:
            why = "this server keeps no drafts for a larger tier (policy upgrade.keep)"
        elif control.no_store:
            why = "nothing may be kept of a request with `no-store`"
        if why is not None:
            message = f"a better text could not be fetched later: {why}; leave out answer_now"
            raise RequestError(message, param="answer_now", code="not_kept")

    def answered(self, plan: Plan, answer: Answer) -> None:
        """Keeps what a larger tier would need, if there is one; lets it write at once where that was asked for.

        Never waits. Nothing is kept of requests that are not to be stored.
        """
        context, caller = self._context, plan.query.caller
        if not context.upgrades.keeps or plan.query.control.no_store:
            return
        draft = draft_of(context.policy, plan, answer)
        if draft is None:
            return
        context.upgrades.note(Keeping(caller=caller, id=answer.id, draft=draft))
        if "upgrade_pending" in answer.provenance.degraded and not self._background.start(
            "upgrade", self._behind(answer.id, caller)
        ):
            news = News(upgrade=Upgrade(status="failed", id=""))
            context.background.start("upgrade_failed", self._settle(answer.id, caller, news))

    async def escalate(
        self, draft_id: str, *, caller: Caller, live: bool = False
    ) -> AsyncGenerator[Event, None]:
        """Events of the run that writes the better text; the same answer again once that is written.

        Whoever asks meanwhile follows the same run. With `live` there are deltas: as the text is written
        where this request causes the run, else all of it at its end.

        Raises:
            RequestError: (`not_found`) nothing is kept under that id for the caller, or no longer;
                (`top_of_ladder`) there is no larger tier.
            RecordsUnavailable: the store does not answer.
            ContextTooLong, AllTiersFailed: as of a first draft.
        """
        name = record_id_of(draft_id) or ""
        found = await self._found(name, caller)
        if found.better is not None:
            for event in _again(found.better, live=live):
                yield event
            return
        asker = _Asker(name=name, caller=caller, live=live)
        # What is refused is refused here rather than to all who follow the run.
        events = self._followed(asker, found, self._state(asker, found))
        async with aclosing(told_in_full(events) if live else _untold(events)) as told:
            async for event in told:
                yield event

    async def upgrade(self, draft_id: str, *, caller: Caller) -> Upgrade | None:
        """How it stands with the better text of a draft; None where nobody asked, or nothing is kept.

        Raises:
            RecordsUnavailable: the store does not answer.
        """
        name = record_id_of(draft_id)
        found = None if name is None else await self._context.upgrades.read(caller, name)
        return None if found is None else found.upgrade

    async def forget(self, draft_id: str, *, caller: Caller) -> bool:
        """Erases what is kept of a draft, and its better text; whether there was anything.

        Raises:
            RecordsUnavailable: the store does not answer.
        """
        name = record_id_of(draft_id)
        return name is not None and await self._context.upgrades.forget(caller, name)

    async def aclose(self) -> None:
        """Waits a little for upgrades under way, then ends them."""
        await self._background.aclose()

    async def _found(self, name: str, caller: Caller) -> Found:
        found = await self._context.upgrades.read(caller, name) if name else None
        if found is None:
            raise await self._refusal(name, caller)
        return found

    async def _refusal(self, name: str, caller: Caller) -> RequestError:
        """Why there is nothing to take up: the record may tell that the last tier has written already."""
        policy = self._context.policy
        try:
            record = (await self._context.records.read(caller, name)).record
        except RequestError:
            return _not_kept(policy)
        ladder = next((one.ladder for one in policy.routes if one.name == record.route), ())
        written = {step.tier for step in record.path if step.decision != "failed"}
        return _nothing_larger(ladder[-1]) if written & {*ladder[-1:]} else _not_kept(policy)

    def _state(self, asker: _Asker, found: Found) -> State:
        """What a run begins with, by the policy of now.

        Whoever wants a better text can wait for it: no deadline holds, nor a wish for a part of the ladder.
        """
        context, draft = self._context, found.draft
        plan = plan_request(
            context.policy,
            replace(draft.request, entry="auto", answer_now=False, deadline_ms=None),
            scorer=context.scorer.fingerprint,
            caller=asker.caller,
            control=CacheControl(surface=draft.surface),
            thresholds=context.thresholds,
            live=asker.live,
        )
        if draft.tier not in plan.ladder:
            message = "the policy has changed since this draft was written; send its request again"
            raise RequestError(message, param="id", code="not_found")
        rung = plan.ladder.index(draft.tier)
        if rung == len(plan.ladder) - 1:
            raise _nothing_larger(draft.tier)
        upgrade = found.upgrade
        # Of a run whose process was lost, somebody may know the id already.
        known = upgrade.id if upgrade is not None and upgrade.status == "pending" else None
        return {
            "id": known or new_id(),
            "plan": replace(plan, deadline_ms=None, patience_ms=None),
            "received_s": context.clock(),
            "lookup": Bypass(reason="upgrade"),
            "resumed": resumed_from(draft, rung),
        }

    def _place(self, asker: _Asker, found: Found) -> FlightPlace:
        owner = self._context.upgrades.owner(asker.caller)
        key = f"upgrade-{owner.user}-{found.draft.of}"
        return FlightPlace(partition=owner.tenant, key=key, tenant=owner.tenant)

    async def _followed(
        self, asker: _Asker, found: Found, state: State
    ) -> AsyncGenerator[Event, None]:
        """The events of the run that all follow; `state` is for one of its own, should that be lost midway."""
        reader, started = Reader(state), ""
        place = self._place(asker, found)
        async with (
            self._context.flights.join(place, lambda: self._run(asker)) as flight,
            aclosing(flight.items()) as items,
        ):
            async for event in items:
                if asker.live and reader.is_void(flight.attempt):
                    break
                if isinstance(event, DraftStarted):
                    if started:
                        continue
                    started = event.id
                if isinstance(event, DraftCompleted) and flight.role == "joined":
                    yield reader.told(_joined(event))
                else:
                    yield reader.told(event)
        if not reader.complete:
            rest: State = {**reader.rest(), "id": started}
            async with aclosing(self._settled(asker, rest)) as events:
                async for event in events:
                    yield event

    async def _run(self, asker: _Asker) -> AsyncGenerator[Event, None]:
        """The run itself, or what it brought, if it ended while this request was looked at."""
        found = await self._found(asker.name, asker.caller)
        if found.better is not None:
            for told in _again(found.better, live=False):
                yield told
            return
        state = self._state(asker, found)
        revision = self._context.policy.revision
        yield DraftStarted(id=state["id"], route=state["plan"].route, policy_revision=revision)
        async with aclosing(self._settled(asker, state)) as events:
            async for event in events:
                yield event

    async def _settled(self, asker: _Asker, state: State) -> AsyncGenerator[Event, None]:
        """The events of a run; how it stands is noted before anybody hears of it."""
        name, caller = asker.name, asker.caller
        await self._settle(name, caller, self._pending(state))
        news: News | None = None
        try:
            async with aclosing(run(state, self._context)) as events:
                async for event in events:
                    if isinstance(event, DraftCompleted):
                        news = news_of(state["resumed"], event.answer)
                        await self._settle(name, caller, news)
                        self.answered(state["plan"], event.answer)
                    yield event
        except AssistantError:
            news = News(upgrade=Upgrade(status="failed", id=""))
            await self._settle(name, caller, news)
            raise
        finally:
            if news is None:
                # Nobody waits for it any more: it is as if it had never been asked for.
                with anyio.CancelScope(shield=True):
                    await self._settle(name, caller, None)

    def _pending(self, state: State) -> News:
        """For as long as the tiers may take: a process that is lost takes nothing back."""
        tiers = state["plan"].ladder[state["resumed"].rung + 1 :]
        within_s = sum(self._context.policy.tiers[tier].timeout_s for tier in tiers) + SLACK_S
        return News(upgrade=Upgrade(status="pending", id=state["id"]), keep_s=within_s)

    async def _settle(self, name: str, caller: Caller, news: News | None) -> None:
        await self._context.upgrades.settle(caller, name, news)

    async def _behind(self, name: str, caller: Caller) -> None:
        try:
            async with aclosing(self.escalate(name, caller=caller)) as events:
                async for _ in events:
                    pass
        except AssistantError as error:
            _log.warning("upgrade.failed", id=name, error=type(error).__name__)


async def _untold(events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    """The events without text on its way, for one who waits for all of it."""
    async with aclosing(events):
        async for event in events:
            if not isinstance(event, Delta | SegmentAccepted):
                yield event


def _again(answer: Answer, *, live: bool) -> Iterator[Event]:
    """A better text that was written before, under the same id."""
    made = answer.provenance
    yield DraftStarted(id=answer.id, route=made.route, policy_revision=made.policy_revision)
    if live and answer.text:
        yield Delta(text=answer.text)
    yield _repeated(answer, CacheInfo(status="hit", of=answer.id))


def _joined(completed: DraftCompleted) -> DraftCompleted:
    """The end of a run for one who only followed it."""
    return _repeated(completed.answer, joined_info(completed.answer))


def _repeated(answer: Answer, cache: CacheInfo) -> DraftCompleted:
    """For one more reader: what it cost is told to the first alone."""
    return DraftCompleted(answer=repeated(answer.id, answer, cache), to_note=False)


def _not_kept(policy: Policy) -> RequestError:
    keep_s = policy.upgrade.keep
    message = (
        f"no draft of yours with this id is kept for a larger tier: that ends {text_of(keep_s)} after its"
        " answer (policy upgrade.keep), and what is not to be stored is not kept; send the request again"
        if keep_s
        else "this server keeps no drafts for a larger tier (policy upgrade.keep); send the request again"
    )
    return RequestError(message, param="id", code="not_found")


def _nothing_larger(tier: str) -> RequestError:
    message = f"tier {tier!r}, the last of this draft's ladder, has written it: no larger one can be asked"
    return RequestError(message, param="id", code=TOP_OF_LADDER)
