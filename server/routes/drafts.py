"""The native drafting API."""

from __future__ import annotations

from fastapi import APIRouter, Response

from server.answer_headers import answer_headers
from server.auth import KEY_SCHEMES
from server.drafting import DraftingDep
from server.schemas.answers import DraftOut
from server.schemas.drafts import DraftIn
from server.schemas.errors import WRITING, documented

router = APIRouter(tags=["drafts"], dependencies=KEY_SCHEMES)


@router.post("/v1/drafts", responses=documented(*WRITING))
async def create_draft(body: DraftIn, drafting: DraftingDep, response: Response) -> DraftOut:
    """Writes or edits a text, and tells which tier wrote it, why, and what it cost."""
    answer = await drafting.draft(body.to_request())
    response.headers.update(answer_headers(answer))
    return DraftOut.of(answer)
