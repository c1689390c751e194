"""Streams of events in the API description: each event with the schema of its data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from server.schemas.chat import ChatChunk
from server.schemas.completions import CompletionChunk
from server.schemas.draft_stream import DRAFT_EVENTS

EVENTS: Final = "text/event-stream"

_PLACE: Final = "#/components/schemas/{model}"


def chunks_or(whole: str, chunk: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that replies with `whole` or, with `stream: true`, with chunks."""
    return _or_events(whole, {"type": "object", "required": ["data"], "properties": _data(chunk)})


def named_events_or(
    whole: str, events: Mapping[str, type[BaseModel]]
) -> dict[int | str, dict[str, Any]]:
    """The same for events that have names."""
    kinds = [
        {
            "type": "object",
            "required": ["event", "data"],
            "properties": {
                "event": {"const": name},
                "id": {"type": "string", "description": "Counts the events of a stream from 1."},
                **_data(model),
            },
        }
        for name, model in events.items()
    ]
    return _or_events(whole, {"oneOf": kinds})


def event_schemas() -> Mapping[str, Any]:
    """The schemas of all events by name, for the components of the API description."""
    return _schemas([ChatChunk, CompletionChunk, *DRAFT_EVENTS.values()])


def _schemas(models: Iterable[type[BaseModel]]) -> dict[str, Any]:
    _, described = models_json_schema(
        [(model, "serialization") for model in models], ref_template=_PLACE
    )
    found: dict[str, Any] = described["$defs"]
    return found


def _or_events(whole: str, item: Mapping[str, Any]) -> dict[int | str, dict[str, Any]]:
    # The words of OpenAPI 3.2, which FastAPI uses for streams of its own, too.
    content = {EVENTS: {"schema": {"type": "string"}, "itemSchema": item}}
    return {200: {"description": f"{whole}; with `stream: true`, events.", "content": content}}


def _data(model: type[BaseModel]) -> dict[str, Any]:
    return {
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": _PLACE.format(model=model.__name__)},
        }
    }
