"""The names that may be given as `model`."""

from __future__ import annotations

from fastapi import APIRouter

from assistant.errors import RequestError
from server.deps import AssistantDep, AssistantLike, CreatedDep
from server.schemas.errors import ASKED, documented
from server.schemas.models import ModelList, ModelOut
from server.schemas.openai_request import ALIASES, shown_name

router = APIRouter(tags=["models"])


@router.get("/v1/models", responses=documented(*ASKED))
async def list_models(assistant: AssistantDep, created: CreatedDep) -> ModelList:
    """Aliases and the models of the ladder. Asks no engine, so it answers at once."""
    return ModelList(data=_all(assistant, created=created))


# A model's name may hold slashes, such as google/gemma-4-12B-it.
@router.get("/v1/models/{name:path}", responses=documented(*ASKED, 404))
async def get_model(name: str, assistant: AssistantDep, created: CreatedDep) -> ModelOut:
    """One of them."""
    for model in _all(assistant, created=created):
        if model.id == name:
            return model
    message = f"the model {shown_name(name)} does not exist here; /v1/models lists the names"
    raise RequestError(message, param="model", code="model_not_found")


def _all(assistant: AssistantLike, *, created: int) -> tuple[ModelOut, ...]:
    aliases = (ModelOut(id=alias, created=created) for alias in ALIASES)
    ladder = (
        ModelOut(id=model.name, created=created, context_length=model.context_tokens)
        for model in assistant.models()
    )
    return (*aliases, *ladder)
