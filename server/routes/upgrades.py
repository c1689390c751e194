"""A better text for a draft that was answered already."""

from __future__ import annotations

from fastapi import APIRouter, Response

from server.answer_headers import answer_headers
from server.deps import AssistantDep, CallerDep, SettingsDep
from server.draft_events import DraftEvents
from server.drafting import DraftingDep
from server.native_format import NativeFormat
from server.schemas.answers import DraftOut
from server.schemas.draft_stream import DRAFT_EVENTS
from server.schemas.errors import WRITING, documented
from server.schemas.event_docs import named_events_or
from server.schemas.ids import DraftId
from server.schemas.upgrades import EscalateIn
from server.sse import EventStream

router = APIRouter(tags=["drafts"])

_AT_ONCE = EscalateIn()


@router.post(
    "/v1/drafts/{id}/escalate",
    response_model=DraftOut,
    responses=named_events_or("The better draft", DRAFT_EVENTS) | documented(*WRITING, 409),
)
async def escalate_draft(  # noqa: PLR0913  # parts of a request, each by its type
    *,
    id: DraftId,  # noqa: A002 - the name in the path
    drafting: DraftingDep,
    assistant: AssistantDep,
    caller: CallerDep,
    settings: SettingsDep,
    response: Response,
    body: EscalateIn = _AT_ONCE,
) -> DraftOut | Response:
    """Lets a larger tier write what a smaller one has answered, for some time after (policy upgrade.keep).

    The path of the answer begins with that of the first one, at no cost, and in one piece the better of
    both texts is served. Asked again, also while it is written, it is the same answer.
    """
    events = drafting.followed(assistant.escalate(id, caller=caller, live=body.stream))
    if body.stream:
        source = DraftEvents(drafting, events, NativeFormat(), headers={})
        return EventStream(
            source, heartbeat_s=settings.heartbeat_s, start_s=settings.stream_start_s
        )
    answer = await drafting.answer(events)
    response.headers.update(answer_headers(answer))
    return DraftOut.of(answer)
