"""What becomes of a draft, as the API takes and tells it: verdicts and decision records, never a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from assistant.records.base import Given, Step, WriterVerdict
from assistant.types import CacheStatus, Cost, Task
from server.schemas.base import Strict, Text
from server.schemas.upgrades import UpgradeOut

if TYPE_CHECKING:
    from assistant.records.base import Kept, Outcome
    from assistant.upgrades.base import Upgrade


class FeedbackIn(Strict):
    """What the writer did with a draft."""

    verdict: WriterVerdict = Field(
        description="`accepted` as it was, `edited` and then used, or `rejected`."
    )
    final_text: Text | None = Field(
        default=None,
        description="What the writer made of it; it is compared with the draft and not kept.",
    )
    edit_distance: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Share of the words changed, as the client measured it; `final_text` goes before.",
    )

    def to_given(self) -> Given:
        """The same in the library's words."""
        return Given(
            verdict=self.verdict, final_text=self.final_text, edit_distance=self.edit_distance
        )


class FeedbackOut(BaseModel):
    """The verdict that counts now."""

    model_config = ConfigDict(frozen=True)

    id: str
    verdict: WriterVerdict
    edit_distance: float | None = Field(
        description="Words changed over the words of the longer text, 0 to 1; null if not known."
    )
    created: float = Field(description="Seconds since 1970.")

    @classmethod
    def of(cls, outcome: Outcome, *, draft_id: str) -> FeedbackOut:
        """The outcome in the words of the API."""
        return cls(
            id=draft_id,
            verdict=outcome.verdict,
            edit_distance=outcome.edit_distance,
            created=outcome.created,
        )


class RecordOut(BaseModel):
    """How a draft came to be and what became of it; its text is not kept."""

    model_config = ConfigDict(frozen=True)

    id: str
    created: float = Field(description="Seconds since 1970.")
    task: Task
    route: str
    policy: str
    policy_revision: str
    artefact: str = Field(description="Fingerprint of the scorer.")
    cache: CacheStatus
    path: tuple[Step, ...] = Field(description="Each rung with its score and what it was made of.")
    served: int | None = Field(description="Place in `path` that wrote it; null from the cache.")
    cost: Cost
    feedback: FeedbackOut | None
    upgrade: UpgradeOut | None = Field(
        description="How it stands with a better text; null where nobody asked for one."
    )

    @classmethod
    def of(cls, kept: Kept, *, upgrade: Upgrade | None) -> RecordOut:
        """The record in the words of the API."""
        record = kept.record
        outcome = kept.outcome
        return cls(
            id=record.id,
            created=record.created,
            task=record.task,
            route=record.route,
            policy=record.policy,
            policy_revision=record.policy_revision,
            artefact=record.artefact,
            cache=record.cache,
            path=record.path,
            served=record.served,
            cost=record.cost,
            feedback=None if outcome is None else FeedbackOut.of(outcome, draft_id=record.id),
            upgrade=None if upgrade is None else UpgradeOut.of(upgrade),
        )
