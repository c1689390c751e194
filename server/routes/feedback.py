"""What became of a draft: its decision record, and the writer's verdict."""

from __future__ import annotations

from fastapi import APIRouter

from server.deps import AssistantDep, CallerDep
from server.schemas.errors import ASKED, documented
from server.schemas.feedback import FeedbackIn, FeedbackOut, RecordOut
from server.schemas.ids import DraftId

router = APIRouter(tags=["drafts"])


@router.get("/v1/drafts/{id}", responses=documented(*ASKED, 404, 503))
async def get_draft(
    id: DraftId,  # noqa: A002 - the name in the path
    assistant: AssistantDep,
    caller: CallerDep,
) -> RecordOut:
    """The decision record of a draft of yours: every rung, its score, its cost; never its text."""
    kept = await assistant.record(id, caller=caller)
    return RecordOut.of(kept, upgrade=await assistant.upgrade(id, caller=caller))


@router.delete("/v1/drafts/{id}", status_code=204, responses=documented(*ASKED, 404, 503))
async def delete_draft(
    id: DraftId,  # noqa: A002 - the name in the path
    assistant: AssistantDep,
    caller: CallerDep,
) -> None:
    """Erases a draft of yours: its text from the cache, its record and the digests of its words."""
    await assistant.forget(id, caller=caller)


@router.post("/v1/drafts/{id}/feedback", responses=documented(*ASKED, 400, 404, 413, 503))
async def give_feedback(
    id: DraftId,  # noqa: A002 - the name in the path
    body: FeedbackIn,
    assistant: AssistantDep,
    caller: CallerDep,
) -> FeedbackOut:
    """Tells whether a draft of yours was accepted, edited or rejected; the last verdict counts.

    The scorer is calibrated on such verdicts. What you send as `final_text` is compared and forgotten.
    """
    outcome = await assistant.feedback(id, body.to_given(), caller=caller)
    return FeedbackOut.of(outcome, draft_id=id)
