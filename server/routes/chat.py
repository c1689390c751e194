"""OpenAI's chat completions, whole or as a stream."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Response

from server.answer_headers import answer_headers
from server.chat_stream import ChatStream
from server.deps import SettingsDep
from server.drafting import DraftingDep, Wishes
from server.schemas.chat import ChatChunk, ChatIn, ChatOut
from server.schemas.chat_answer import whole
from server.schemas.chat_request import draft_request, ignored_names
from server.schemas.errors import WRITING, documented
from server.sse import EventStream

router = APIRouter(tags=["chat"])

_WHOLE_OR_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One completion; with `stream: true`, events that each hold a chunk.",
        "content": {
            EventStream.media_type: {
                "schema": {"type": "string"},
                "x-event-schema": ChatChunk.model_json_schema(mode="serialization"),
            }
        },
    }
}


@router.post(
    "/v1/chat/completions",
    response_model=ChatOut,
    responses=_WHOLE_OR_EVENTS | documented(*WRITING),
)
async def create_completion(
    body: ChatIn, drafting: DraftingDep, settings: SettingsDep, response: Response
) -> ChatOut | Response:
    """Continues a conversation by the smallest model that is good enough.

    A stream's text is held back until it is accepted: nothing sent is ever taken back.
    """
    wanted = draft_request(body, ladder=drafting.ladder)
    ignored = ignored_names(body)
    headers = {"x-cascade-ignored": ignored} if ignored else {}
    created = int(time.time())
    wishes = Wishes(surface="openai", regenerate=body.regenerate)
    if body.stream:
        source = ChatStream(
            drafting,
            wanted,
            wishes,
            created=created,
            include_usage=body.stream_options.include_usage,
            headers=headers,
        )
        return EventStream(
            source, heartbeat_s=settings.heartbeat_s, start_s=settings.stream_start_s
        )
    answer = await drafting.draft(wanted, wishes)
    response.headers.update(answer_headers(answer) | headers)
    return whole(answer, created=created)
