"""OpenAI's chat completions, whole or as a stream."""

from __future__ import annotations

import time

from fastapi import APIRouter, Response

from server.answer_headers import answer_headers
from server.deps import SettingsDep
from server.draft_events import DraftEvents
from server.drafting import DraftingDep, Wishes
from server.openai_format import OpenAIFormat
from server.schemas.chat import ChatChunk, ChatIn, ChatOut
from server.schemas.chat_request import draft_request, ignored_in_chat
from server.schemas.errors import WRITING, documented
from server.schemas.event_docs import chunks_or
from server.schemas.openai_answer import chat_out
from server.schemas.openai_chunks import Chunks, chat_chunk
from server.sse import EventStream

router = APIRouter(tags=["chat"])


@router.post(
    "/v1/chat/completions",
    response_model=ChatOut,
    responses=chunks_or("One completion", ChatChunk) | documented(*WRITING),
)
async def create_completion(
    body: ChatIn, drafting: DraftingDep, settings: SettingsDep, response: Response
) -> ChatOut | Response:
    """Continues a conversation by the smallest model that is good enough.

    A stream's text comes as soon as it is accepted: nothing sent is ever taken back.
    """
    wanted = draft_request(body, ladder=drafting.ladder)
    ignored = ignored_in_chat(body)
    headers = {"x-cascade-ignored": ignored} if ignored else {}
    created = int(time.time())
    wishes = Wishes(surface="openai", regenerate=body.regenerate, live=body.stream)
    if body.stream:
        usage = body.stream_options.include_usage
        form = OpenAIFormat(Chunks(chat_chunk, created=created, n=body.n, include_usage=usage))
        source = DraftEvents(drafting, drafting.stream(wanted, wishes), form, headers=headers)
        return EventStream(
            source, heartbeat_s=settings.heartbeat_s, start_s=settings.stream_start_s
        )
    answer = await drafting.draft(wanted, wishes)
    response.headers.update(answer_headers(answer) | headers)
    return chat_out(answer, n=body.n, created=created)
