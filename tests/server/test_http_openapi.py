"""The API description tells every status and content type that is sent."""

from __future__ import annotations

from typing import Any

from server.app import create_app
from support.server_app import ScriptedAssistant, http_settings, logging_restored

WRITING = {"200", "400", "401", "403", "404", "405", "413", "429", "500", "503", "504"}


def _operations() -> dict[str, Any]:
    with logging_restored():
        described = create_app(http_settings(), ScriptedAssistant()).openapi()
    return {
        f"{method.upper()} {path}": operation
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    }


def test_the_writing_routes_describe_every_status() -> None:
    """And none that is never sent, such as FastAPI's own 422."""
    operations = _operations()

    for route in ("POST /v1/drafts", "POST /v1/chat/completions"):
        assert operations[route]["responses"].keys() == WRITING


def test_every_error_has_the_one_shape() -> None:
    """Except readiness, whose 503 tells the state of each part."""
    for route, operation in _operations().items():
        for status, reply in operation["responses"].items():
            if int(status) < 400 or (route, status) == ("GET /readyz", "503"):
                continue
            schema = reply["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ErrorBody"}


def test_a_chat_completion_is_json_or_events() -> None:
    """Both content types of the one route are told."""
    reply = _operations()["POST /v1/chat/completions"]["responses"]["200"]

    assert reply["content"].keys() == {"application/json", "text/event-stream"}


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
