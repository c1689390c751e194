"""The API description tells every status and content type that is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from server.app import create_app
from support.server_app import ScriptedAssistant, http_settings, logging_restored

WRITERS = ("POST /v1/drafts", "POST /v1/chat/completions", "POST /v1/completions")
WRITING = {"200", "400", "401", "403", "404", "405", "413", "429", "500", "503", "504"}


def _described() -> dict[str, Any]:
    with logging_restored():
        return create_app(http_settings(), ScriptedAssistant()).openapi()


def _operations() -> dict[str, Any]:
    described = _described()
    return {
        f"{method.upper()} {path}": operation
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    }


def test_the_writing_routes_describe_every_status() -> None:
    """And none that is never sent, such as FastAPI's own 422."""
    operations = _operations()

    for route in WRITERS:
        assert operations[route]["responses"].keys() == WRITING


def test_every_error_has_the_one_shape() -> None:
    """Except readiness, whose 503 tells the state of each part."""
    for route, operation in _operations().items():
        for status, reply in operation["responses"].items():
            if int(status) < 400 or (route, status) == ("GET /readyz", "503"):
                continue
            schema = reply["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ErrorBody"}


def test_what_is_written_is_json_or_events() -> None:
    """Both content types of each route are told."""
    operations = _operations()

    for route in WRITERS:
        content = operations[route]["responses"]["200"]["content"]
        assert content.keys() == {"application/json", "text/event-stream"}


def test_each_event_of_a_stream_has_its_schema() -> None:
    """By name where it has one; clients are generated from that."""
    operations = _operations()
    items = {
        route: operations[route]["responses"]["200"]["content"]["text/event-stream"]["itemSchema"]
        for route in WRITERS
    }

    assert {
        kind["properties"]["event"]["const"]: _data(kind) for kind in items[WRITERS[0]]["oneOf"]
    } == {
        "draft.started": "DraftStartedOut",
        "delta": "DeltaOut",
        "segment.accepted": "SegmentAcceptedOut",
        "tier.changed": "TierChangedOut",
        "check": "CheckOut",
        "draft.completed": "DraftOut",
        "error": "ErrorBody",
    }
    assert [_data(items[route]) for route in WRITERS[1:]] == ["ChatChunk", "CompletionChunk"]


def test_every_reference_leads_somewhere() -> None:
    """Those of events, which FastAPI does not see, too."""
    described = _described()
    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}

    assert set(_references(described)) == known


def _data(item: dict[str, Any]) -> str:
    reference: str = item["properties"]["data"]["contentSchema"]["$ref"]
    return reference.rpartition("/")[2]


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def test_retry_after_is_told_where_it_is_sent() -> None:
    """Clients generated from the description can wait as long as they are told."""
    replies = _operations()["POST /v1/drafts"]["responses"]

    assert {
        status for status, reply in replies.items() if "Retry-After" in reply.get("headers", {})
    } == {
        "429",
        "503",
    }


def test_the_keys_are_told_and_only_health_needs_none() -> None:
    """Three headers, any of which will do."""
    for route, operation in _operations().items():
        open_to_all = route in ("GET /healthz", "GET /readyz")
        assert ("security" not in operation) is open_to_all
        assert open_to_all or len(operation["security"]) == 3


def test_operations_have_short_names_of_their_own() -> None:
    """Generated clients are readable."""
    names = [operation["operationId"] for operation in _operations().values()]

    assert len(set(names)) == len(names)
    assert "create_draft" in names
