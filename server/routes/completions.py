"""OpenAI's older completions, whole or as a stream."""

from __future__ import annotations

import time

from fastapi import APIRouter, Response

from server.answer_headers import answer_headers
from server.deps import SettingsDep
from server.draft_events import DraftEvents
from server.drafting import DraftingDep, Wishes
from server.openai_format import OpenAIFormat
from server.schemas.completions import CompletionChunk, CompletionIn, CompletionOut
from server.schemas.completions_request import completion_request
from server.schemas.errors import WRITING, documented
from server.schemas.event_docs import chunks_or
from server.schemas.openai_answer import completion_out
from server.schemas.openai_chunks import Chunks, completion_chunk
from server.schemas.openai_request import ignored_names
from server.sse import EventStream

router = APIRouter(tags=["completions"])


@router.post(
    "/v1/completions",
    response_model=CompletionOut,
    responses=chunks_or("One completion", CompletionChunk) | documented(*WRITING),
)
async def create_text_completion(
    body: CompletionIn, drafting: DraftingDep, settings: SettingsDep, response: Response
) -> CompletionOut | Response:
    """Continues a text, or with `suffix` writes what is missing before it, as editors ask while one types.

    Without `max_tokens` the text goes on to its end, not for 16 tokens. It begins as the model begins it,
    with a blank or without.
    """
    wanted = completion_request(body, ladder=drafting.ladder)
    ignored = ignored_names(body)
    headers = {"x-cascade-ignored": ignored} if ignored else {}
    created = int(time.time())
    opening = body.prompt if body.echo else ""
    wishes = Wishes(surface="openai", regenerate=body.regenerate, live=body.stream)
    if body.stream:
        chunks = Chunks(
            completion_chunk,
            created=created,
            n=body.n,
            include_usage=body.stream_options.include_usage,
            opening=opening,
        )
        events = drafting.stream(wanted, wishes)
        source = DraftEvents(drafting, events, OpenAIFormat(chunks), headers=headers)
        return EventStream(
            source, heartbeat_s=settings.heartbeat_s, start_s=settings.stream_start_s
        )
    answer = await drafting.draft(wanted, wishes)
    response.headers.update(answer_headers(answer) | headers)
    return completion_out(answer, n=body.n, opening=opening, created=created)
