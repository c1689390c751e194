"""The native drafting API."""

from __future__ import annotations

from fastapi import APIRouter, Response

from server.answer_headers import answer_headers
from server.deps import SettingsDep
from server.draft_events import DraftEvents
from server.drafting import DraftingDep, Wishes
from server.native_format import NativeFormat
from server.schemas.answers import DraftOut
from server.schemas.draft_stream import DRAFT_EVENTS
from server.schemas.drafts import DraftIn
from server.schemas.errors import WRITING, documented
from server.schemas.event_docs import named_events_or
from server.sse import EventStream

router = APIRouter(tags=["drafts"])


@router.post(
    "/v1/drafts",
    response_model=DraftOut,
    responses=named_events_or("The draft", DRAFT_EVENTS) | documented(*WRITING),
)
async def create_draft(
    body: DraftIn, drafting: DraftingDep, settings: SettingsDep, response: Response
) -> DraftOut | Response:
    """Writes or edits a text, and tells which tier wrote it, why, and what it cost.

    A stream's text comes as soon as it is accepted: nothing sent is ever taken back.
    """
    wanted = body.to_request()
    wishes = Wishes(surface="native", regenerate=body.regenerate, live=body.stream)
    if body.stream:
        events = drafting.stream(wanted, wishes)
        source = DraftEvents(drafting, events, NativeFormat(), headers={})
        return EventStream(
            source, heartbeat_s=settings.heartbeat_s, start_s=settings.stream_start_s
        )
    answer = await drafting.draft(wanted, wishes)
    response.headers.update(answer_headers(answer))
    return DraftOut.of(answer)
