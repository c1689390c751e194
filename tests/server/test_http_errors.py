"""Every error, whatever its cause, has the one shape and its own status."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator

import httpx2
import pytest
from inline_snapshot import snapshot

from assistant.errors import (
    AllTiersFailed,
    AssistantError,
    ContextTooLong,
    DeadlineExceeded,
    NotCached,
    RequestError,
    TierOverloaded,
    TierRejected,
    TierTimeout,
    TierUnavailable,
)
from server.errors import DEFAULT_RETRY_S, MAX_RETRY_S
from support.server_app import ScriptedAssistant, client_of, http_settings

CHAT = {"messages": [{"role": "user", "content": "hello"}]}
DRAFT = {"task": "draft", "instruction": "a letter"}
COMPLETION = {"prompt": "It was"}

FAILURES: list[tuple[Exception, int, str]] = [
    (RequestError("no", param="text"), 400, "invalid_request"),
    (RequestError("no", code="policy_denied"), 403, "policy_denied"),
    (ContextTooLong(tier="t", context_tokens=9, prompt_tokens=10), 400, "context_length_exceeded"),
    (TierOverloaded(tier="t", retry_after_s=2.2), 429, "overloaded"),
    (TierUnavailable(tier="t", detail="refused"), 503, "tier_unavailable"),
    (TierTimeout(tier="t", after_s=3), 503, "tier_unavailable"),
    (AllTiersFailed([TierOverloaded(tier="t", retry_after_s=0.1)]), 429, "overloaded"),
    (AllTiersFailed([TierOverloaded(tier="t"), TierOverloaded(tier="u")]), 429, "overloaded"),
    (
        AllTiersFailed([TierOverloaded(tier="t"), TierUnavailable(tier="u", detail="refused")]),
        503,
        "all_tiers_failed",
    ),
    (AllTiersFailed([TierRejected(tier="t", status=401, detail="")]), 503, "all_tiers_failed"),
    (AllTiersFailed([TierRejected(tier="t", status=400, detail="")]), 400, "rejected_by_engine"),
    (
        AllTiersFailed([ContextTooLong(tier="t", context_tokens=9, prompt_tokens=10)]),
        400,
        "context_length_exceeded",
    ),
    (DeadlineExceeded(deadline_ms=50), 504, "deadline_exceeded"),
    (NotCached("none"), 504, "not_cached"),
    (AssistantError("secret"), 500, "internal_error"),
    (ValueError("secret"), 500, "internal_error"),
    (ExceptionGroup("tasks", [ValueError("secret")]), 500, "internal_error"),
    (ExceptionGroup("tasks", [DeadlineExceeded(deadline_ms=5)]), 504, "deadline_exceeded"),
]


def _assert_one_shape(reply: httpx2.Response) -> None:
    error = reply.json()["error"]
    assert list(reply.json()) == ["error"]
    assert sorted(error) == ["code", "message", "param", "type"]
    assert error["message"]
    assert error["type"].endswith("_error")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/drafts", DRAFT),
        ("/v1/chat/completions", CHAT),
        ("/v1/completions", COMPLETION),
        ("/v1/drafts", DRAFT | {"stream": True}),
        ("/v1/chat/completions", CHAT | {"stream": True}),
        ("/v1/completions", COMPLETION | {"stream": True}),
    ],
    ids=["native", "chat", "plain", "native-stream", "chat-stream", "plain-stream"],
)
async def test_a_failure_before_the_first_text_has_a_real_status(
    path: str, body: dict[str, object]
) -> None:
    """On every writing route, streams included, each error of the library becomes its status."""
    assistant = ScriptedAssistant()
    async with client_of(assistant) as client:
        for error, status, code in FAILURES:
            assistant.error = error

            reply = await client.post(path, json=body)

            assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
            _assert_one_shape(reply)
            assert "secret" not in reply.text
            if status in (429, 503):
                assert int(reply.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    ("waits", "told"),
    [
        ((2.2, 7.0), 3),
        ((None, 7.0), 7),
        ((None, None), DEFAULT_RETRY_S),
        ((0.0,), 1),
        ((math.nan,), 1),
        ((1e9,), MAX_RETRY_S),
        ((math.inf,), MAX_RETRY_S),
    ],
)
async def test_full_queues_everywhere_tell_the_shortest_wait_in_whole_seconds(
    waits: tuple[float | None, ...], told: int
) -> None:
    """429, and never a wait that no client could read, whatever the tiers asked for."""
    causes = [TierOverloaded(tier="t", retry_after_s=wait_s) for wait_s in waits]
    async with client_of(ScriptedAssistant(error=AllTiersFailed(causes))) as client:
        reply = await client.post("/v1/drafts", json=DRAFT)

    assert (reply.status_code, reply.headers["retry-after"]) == (429, str(told))
    assert reply.json()["error"]["type"] == "rate_limit_error"


async def test_an_overlong_context_is_told_in_the_words_that_clients_search() -> None:
    """The sentence is OpenAI's, with the numbers of the tier that holds most."""
    small = ContextTooLong(tier="draft", context_tokens=2048, prompt_tokens=9000)
    large = ContextTooLong(tier="large", context_tokens=8192, prompt_tokens=9000)
    async with client_of(ScriptedAssistant(error=AllTiersFailed([small, large]))) as client:
        reply = await client.post("/v1/chat/completions", json=CHAT)

    assert reply.json()["error"] == snapshot(
        {
            "message": "This model's maximum context length is 8192 tokens. However, your messages"
            " resulted in 9000 tokens. Please reduce the length of the messages.",
            "type": "invalid_request_error",
            "param": "messages",
            "code": "context_length_exceeded",
        }
    )


async def test_paths_and_methods_that_are_not_there_are_refused_in_the_same_shape() -> None:
    """404 and 405 come from the framework, and look like every other error."""
    async with client_of(ScriptedAssistant()) as client:
        missing = await client.get("/v1/nothing")
        model = await client.get("/v1/models/gpt-4o")
        method = await client.put("/v1/drafts", json=DRAFT)

    assert [reply.status_code for reply in (missing, model, method)] == [404, 404, 405]
    assert method.headers["allow"] == "POST"
    for reply in (missing, model, method):
        _assert_one_shape(reply)


WRONG: list[tuple[bytes, str | None, str]] = [
    (b"{", None, "the body is not JSON"),
    (b'"\xff"', None, "the body cannot be read as JSON in UTF-8"),
    (b"[" * 100_000, None, "the body cannot be read as JSON in UTF-8"),
    (
        b"[]",
        None,
        "the body must be a JSON object, sent as content-type application/json",
    ),
    (b"{}", "task", "task is missing"),
    (
        b'{"task": "draft", "instrution": "x"}',
        "instrution",
        "'instrution' is not a key of a draft request; did you mean 'instruction'?",
    ),
    (
        b'{"task": "draft", "instruction": "x", "length": {"word": 5}}',
        "length.word",
        "'word' is not a key of length; did you mean 'words'?",
    ),
    (
        b'{"task": "draft", "instruction": "x", "variants": 9}',
        "variants",
        "variants should be less than or equal to 4, got 9",
    ),
    (
        b'{"task": "draft", "instruction": "x", "language": "German!"}',
        "language",
        "language should be a language tag such as de or pt-BR, got 'German!'",
    ),
    (
        b'{"task": "draft", "instruction": "\\ud83d"}',
        "instruction",
        "instruction holds half of a surrogate pair, which is no character, got '\\ud83d'",
    ),
    (
        b'{"task": "rewrite", "instruction": "x"}',
        "text",
        "task 'rewrite' has nothing to work on; give text",
    ),
    (
        b'{"task": "draft", "instruction": "x", "length": {"words": 5, "percent": 5}}',
        "length",
        "length needs either words or percent, and not both",
    ),
]
"""Body, field at fault, and what is told."""


async def test_a_wrong_request_is_told_what_where_and_the_way_out() -> None:
    """Validation is 400 with the path of the field, as OpenAI answers."""
    headers = {"content-type": "application/json"}
    async with client_of(ScriptedAssistant()) as client:
        replies = [
            await client.post("/v1/drafts", content=body, headers=headers) for body, _, _ in WRONG
        ]

    errors = [reply.json()["error"] for reply in replies]
    assert {reply.status_code for reply in replies} == {400}
    assert [(error["param"], error["message"]) for error in errors] == [
        (param, message) for _, param, message in WRONG
    ]


async def test_a_long_text_in_the_wrong_place_is_told_by_its_length_only() -> None:
    """Errors do not repeat what a writer wrote."""
    text = "A confession that is nobody's business. " * 3
    body = {"task": "draft", "instruction": "x", "format": text, "keep": [text]}
    async with client_of(ScriptedAssistant()) as client:
        reply = await client.post("/v1/drafts", json=body)

    assert "confession" not in reply.text
    assert "a text of 120 characters" in reply.text


async def test_half_a_character_as_a_key_is_still_answered() -> None:
    """A reply that names the key must remain encodable."""
    body = b'{"task": "draft", "instruction": "x", "\\ud83d": 1}'
    headers = {"content-type": "application/json"}
    async with client_of(ScriptedAssistant()) as client:
        native = await client.post("/v1/drafts", content=body, headers=headers)
        chat = await client.post(
            "/v1/chat/completions",
            content=b'{"messages": [{"role": "user", "content": "x"}], "\\ud83d": 1}',
            headers=headers,
        )

    for reply in (native, chat):
        assert reply.status_code == 400
        _assert_one_shape(reply)


async def test_a_body_that_is_too_long_is_refused_whether_it_says_so_or_not() -> None:
    """413 by the announced length, and by counting a body that comes in chunks."""
    settings = http_settings(max_body_bytes=1000)

    async def endless() -> AsyncGenerator[bytes, None]:
        for _ in range(30):
            yield b" " * 100

    async with client_of(ScriptedAssistant(), settings) as client:
        announced = await client.post("/v1/drafts", content=b" " * 1001)
        chunked = await client.post(
            "/v1/drafts", content=endless(), headers={"content-type": "application/json"}
        )
        small = await client.post("/v1/drafts", json=DRAFT)

    assert [announced.status_code, chunked.status_code, small.status_code] == [413, 413, 200]
    for reply in (announced, chunked):
        _assert_one_shape(reply)
        assert reply.json()["error"]["code"] == "request_too_large"
