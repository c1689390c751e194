"""What routes are given: the assistant they call, and what is known about the request."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Annotated, Protocol, TypedDict, cast

from fastapi import Depends, Header, Request

from assistant.cache.base import CacheReport
from assistant.confidence.drift import Drift
from assistant.records.base import Given, Kept, Outcome
from assistant.types import CacheControl, Caller, DraftRequest, Event
from assistant.upgrades.base import Upgrade
from server.metrics import Metrics
from server.settings import HttpSettings


class ModelInfo(Protocol):
    """A model of the ladder; `context_tokens` is None where the engine told none."""

    @property
    def name(self) -> str:
        """What clients call it."""
        ...

    @property
    def tier(self) -> str:
        """The first tier it writes for."""
        ...

    @property
    def context_tokens(self) -> int | None:
        """Prompt and answer together."""
        ...


class ComponentHealth(Protocol):
    """Whether a part answers now, why not, and whether drafting needs it."""

    @property
    def ok(self) -> bool:
        """Whether it answers."""
        ...

    @property
    def detail(self) -> str:
        """Why not."""
        ...

    @property
    def required(self) -> bool:
        """Whether no text can be written without it."""
        ...


class AssistantLike(Protocol):
    """The only door to drafting, as the routes see it."""

    @property
    def policy_name(self) -> str:
        """Name of the policy in force."""
        ...

    @property
    def policy_revision(self) -> str:
        """Digest of its content."""
        ...

    def models(self) -> Sequence[ModelInfo]:
        """The ladder's models, first rung first, without asking any engine."""
        ...

    def stream(
        self, request: DraftRequest, *, caller: Caller, control: CacheControl, live: bool = False
    ) -> AsyncGenerator[Event, None]:
        """What happens on the way, ending with DraftCompleted; closing it stops the work.

        Only where `live`, text is told in deltas as soon as it is final.
        """
        ...

    def escalate(
        self, draft_id: str, *, caller: Caller, live: bool = False
    ) -> AsyncGenerator[Event, None]:
        """As `stream`, for an answered request of the caller that a larger tier takes up again."""
        ...

    async def upgrade(self, draft_id: str, *, caller: Caller) -> Upgrade | None:
        """How it stands with the better text of an answer; None where nobody asked for one."""
        ...

    async def record(self, draft_id: str, *, caller: Caller) -> Kept:
        """How an answer of the caller came to be, without its text."""
        ...

    async def feedback(self, draft_id: str, given: Given, *, caller: Caller) -> Outcome:
        """Takes the writer's verdict on an answer of theirs."""
        ...

    @property
    def records_dropped(self) -> int:
        """Decision records that could not be kept."""
        ...

    async def delivered(self, entry: str) -> None:
        """Notes that an answer has reached its reader in full."""
        ...

    async def forget(self, draft_id: str, *, caller: Caller) -> None:
        """Erases what is kept of an answer of the caller."""
        ...

    def cache_report(self) -> CacheReport:
        """What the cache of this process has done."""
        ...

    async def health(self) -> Mapping[str, ComponentHealth]:
        """Every part by name."""
        ...

    def drift(self) -> Drift | None:
        """How far the latest drafts lie from the calibration's; None while too few are known."""
        ...


class State(TypedDict):
    """What the lifespan hands to every request."""

    assistant: AssistantLike
    metrics: Metrics
    settings: HttpSettings
    created: int


# Async, though nothing here waits: FastAPI runs plain functions in threads, and each of these would cost
# a request more time than the look-up of its stored answer.
async def _assistant(request: Request) -> AssistantLike:
    return cast(AssistantLike, request.state.assistant)


async def _metrics(request: Request) -> Metrics:
    return cast(Metrics, request.state.metrics)


async def _settings(request: Request) -> HttpSettings:
    return cast(HttpSettings, request.state.settings)


async def _created(request: Request) -> int:
    return cast(int, request.state.created)


async def _caller(request: Request) -> Caller:
    return cast(Caller, request.state.caller)


async def _caller_if_any(request: Request) -> Caller | None:
    return cast(Caller | None, getattr(request.state, "caller", None))


AssistantDep = Annotated[AssistantLike, Depends(_assistant)]
MetricsDep = Annotated[Metrics, Depends(_metrics)]
SettingsDep = Annotated[HttpSettings, Depends(_settings)]
CreatedDep = Annotated[int, Depends(_created)]
"""When this process began to serve, in seconds since 1970."""
CallerDep = Annotated[Caller, Depends(_caller)]
CallerIfAnyDep = Annotated[Caller | None, Depends(_caller_if_any)]
"""On public paths: None for whom another path would refuse."""
CacheControlHeader = Annotated[
    str | None,
    Header(description="`no-cache`, `no-store`, `only-if-cached`, `max-age=SECONDS` (RFC 9111)."),
]
