"""Kept drafts for tests: values, and stores on a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace

from assistant.cache.keys import tenant_digest, user_digest
from assistant.records.memory import MemoryRecordStore
from assistant.records.recorder import Recorder
from assistant.service import Assistant
from assistant.tiers.base import Tier
from assistant.types import Answer, Caller, DraftCompleted, DraftRequest, Event, Rung
from assistant.upgrades.base import Keeping, KeptDraft, News, Owner, Upgrade
from assistant.upgrades.keeper import Keeper
from assistant.upgrades.memory import MemoryUpgradeStore
from assistant.upgrades.redis import RedisUpgradeStore, Seals
from support.cached import ANNA, PATIENT, SECRET, writes
from support.cascade import THREE_TIERS, MemoryCache, ScriptedScorer, assistant_over
from support.clock import ManualClock
from support.records import KEEPING
from support.valkey import Valkey

KEEP_S = 600.0
"""How long stores of tests keep drafts."""


def kept(text: str = "Rain fell.", **changes: object) -> KeptDraft:
    """A draft of the first tier that missed the bar."""
    made = KeptDraft(
        request=DraftRequest(instruction="Write a line about rain."),
        text=text,
        finish="stop",
        tier="draft",
        served=0,
        path=(Rung(tier="draft", model="small", decision="defer", reason="low_score", score=0.4),),
        surface="native",
        of="draft_1",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def keeping(answer_id: str = "draft_1", **changes: object) -> Keeping:
    """The same under an id, of Anna's."""
    made = Keeping(caller=ANNA, id=answer_id, draft=kept(of=answer_id))
    return replace(made, **changes)  # type: ignore[arg-type]


def better(text: str = "Rain fell on the old roof.", answer_id: str = "draft_9") -> Answer:
    """What a larger tier made of it."""
    return replace(writes(text), id=answer_id)


def ready(answer: Answer | None = None) -> News:
    """It is written."""
    made = answer or better()
    return News(upgrade=Upgrade(status="ready", id=made.id), better=made)


def pending(*, keep_s: float | None = None) -> News:
    """It is being written."""
    return News(upgrade=Upgrade(status="pending", id="draft_9"), keep_s=keep_s)


def owner_of(caller: Caller, secret: bytes = SECRET) -> Owner:
    """What stands for a caller in names."""
    return Owner(tenant=tenant_digest(secret, caller.tenant), user=user_digest(secret, caller))


@asynccontextmanager
async def store_on(
    valkey: Valkey, *, cipher: Seals | None = None, secret: bytes = SECRET, keep_s: float = KEEP_S
) -> AsyncIterator[RedisUpgradeStore]:
    """A store on that server, until the block ends."""
    store = RedisUpgradeStore(
        valkey.url,
        lambda caller: owner_of(caller, secret),
        keep_s=keep_s,
        cipher=cipher,
        limits=PATIENT,
    )
    try:
        yield store
    finally:
        await store.aclose()


@dataclass(frozen=True, kw_only=True)
class Upgradable:
    """An assistant that keeps drafts and records in memory, where the drafts lie, and the time."""

    assistant: Assistant
    upgrades: Keeper
    clock: ManualClock

    async def told(
        self, draft_id: str, *, caller: Caller = ANNA, live: bool = False
    ) -> tuple[list[Event], Answer]:
        """All events of taking a draft up again, and the answer."""
        async with aclosing(self.assistant.escalate(draft_id, caller=caller, live=live)) as events:
            seen = [event async for event in events]
        completed = seen[-1]
        assert isinstance(completed, DraftCompleted)
        return seen, completed.answer

    async def better(self, draft_id: str, *, caller: Caller = ANNA) -> Answer:
        """The answer alone."""
        return (await self.told(draft_id, caller=caller))[1]


@asynccontextmanager
async def upgradable(
    tiers: Sequence[Tier],
    scores: Mapping[str, float],
    *,
    policy: str = THREE_TIERS,
    cache: MemoryCache | None = None,
) -> AsyncIterator[Upgradable]:
    """Such an assistant over scripted tiers, until the block ends."""
    clock = ManualClock()
    keeper = Keeper(MemoryUpgradeStore(keep_s=KEEP_S, clock=clock), owner_of)
    records = Recorder(
        MemoryRecordStore(wall_clock=clock), secret=SECRET, keeping=KEEPING, wall_clock=clock
    )
    assistant = assistant_over(
        tiers,
        ScriptedScorer(scores),
        policy=policy,
        cache=cache,
        clock=clock,
        records=records,
        upgrades=keeper,
    )
    try:
        yield Upgradable(assistant=assistant, upgrades=keeper, clock=clock)
    finally:
        await assistant.aclose()
