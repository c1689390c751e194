"""A better text for a draft: how it is asked for, and how it stands with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from assistant.upgrades.base import UpgradeStatus
from server.schemas.base import Strict

if TYPE_CHECKING:
    from assistant.upgrades.base import Upgrade


class EscalateIn(Strict):
    """How a better text is to come. The body may be left out."""

    stream: bool = Field(default=False, description="Events, with text as soon as it is final.")


class UpgradeOut(BaseModel):
    """How it stands with the better text of a draft."""

    model_config = ConfigDict(frozen=True)

    status: UpgradeStatus = Field(
        description="`pending` while a larger tier writes, `ready` once `escalate` gives its text at once,"
        " `failed` where no larger tier could write; `escalate` then tries again."
    )
    id: str | None = Field(description="The id of the better text, written or to come.")

    @classmethod
    def of(cls, upgrade: Upgrade) -> UpgradeOut:
        """The same in the words of the API."""
        return cls(status=upgrade.status, id=upgrade.id or None)
