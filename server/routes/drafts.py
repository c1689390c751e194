"""The native drafting API."""

from __future__ import annotations

from fastapi import APIRouter, Response

from server.answer_headers import answer_headers
from server.drafting import DraftingDep, Wishes
from server.schemas.answers import DraftOut
from server.schemas.drafts import DraftIn
from server.schemas.errors import WRITING, documented

router = APIRouter(tags=["drafts"])


@router.post("/v1/drafts", responses=documented(*WRITING))
async def create_draft(body: DraftIn, drafting: DraftingDep, response: Response) -> DraftOut:
    """Writes or edits a text, and tells which tier wrote it, why, and what it cost."""
    wishes = Wishes(surface="native", regenerate=body.regenerate)
    answer = await drafting.draft(body.to_request(), wishes)
    response.headers.update(answer_headers(answer))
    return DraftOut.of(answer)
