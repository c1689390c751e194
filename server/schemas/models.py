"""The list of models as OpenAI clients read it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ModelOut(BaseModel):
    """A name that may be given as `model`."""

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["model"] = "model"
    created: int = Field(description="When this process began to serve, in seconds since 1970.")
    owned_by: str = "inkladder"
    context_length: int | None = Field(
        default=None, description="In tokens; null where the engine told none."
    )


class ModelList(BaseModel):
    """Aliases first, then the models of the ladder from its first rung to its last."""

    model_config = ConfigDict(frozen=True)

    object: Literal["list"] = "list"
    data: tuple[ModelOut, ...]
