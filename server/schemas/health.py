"""What the health routes say."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Alive(BaseModel):
    """The process answers."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ok"] = "ok"


class ComponentOut(BaseModel):
    """One part: whether it answers, and if not, why."""

    model_config = ConfigDict(frozen=True)

    ok: bool
    detail: str
    required: bool


class Readiness(BaseModel):
    """`down` is a required part that does not answer; `degraded` an optional one."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ready", "degraded", "down"]
    down: tuple[str, ...]
    degraded: tuple[str, ...]
    components: dict[str, ComponentOut]
