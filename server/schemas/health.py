"""What the health routes say."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


def _is_none(value: object) -> bool:
    return value is None


class Alive(BaseModel):
    """The process answers."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ok"] = "ok"


class ComponentOut(BaseModel):
    """One part: whether it answers, and if not, why."""

    model_config = ConfigDict(frozen=True)

    ok: bool
    detail: str | None = Field(
        default=None,
        exclude_if=_is_none,
        description="Why not. It may name addresses, so only callers with a key are told.",
    )
    required: bool


class Readiness(BaseModel):
    """`down` is a required part that does not answer; `degraded` an optional one."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ready", "degraded", "down"]
    down: tuple[str, ...]
    degraded: tuple[str, ...]
    components: dict[str, ComponentOut]
