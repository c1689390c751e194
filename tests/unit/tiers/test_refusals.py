"""Each refusal becomes the error that says who must act, without a word of the prompt."""

from __future__ import annotations

import json

import pytest

from assistant.errors import (
    ContextTooLong,
    TierError,
    TierOverloaded,
    TierRejected,
    TierUnavailable,
)
from assistant.tiers.refusals import MAX_RETRY_AFTER_S, parse_refusal, refusal, refusal_in_stream

SECRET = "the heron nests behind the mill"


def refused(body: object, *, status: int = 400, retry_after: str | None = None) -> TierError:
    """The error for a whole HTTP reply."""
    error = parse_refusal(json.dumps(body).encode())
    return refusal(error, tier="draft", status=status, retry_after=retry_after)


@pytest.mark.parametrize(
    "body",
    [
        {
            "message": "The input (900 tokens) is longer than the model's context length (512 tokens)."
        },
        {
            "message": "Requested token count exceeds the model's maximum context length of 512"
            " tokens. You requested a total of 1000 tokens: 900 tokens from the input messages and"
            " 100 tokens for the completion."
        },
        {"message": "Input length (900 tokens) exceeds the maximum allowed length (512 tokens)."},
        {"error": {"type": "exceed_context_size_error", "n_ctx": 512, "n_prompt_tokens": 900}},
    ],
    ids=["prompt", "prompt and answer", "scheduler", "llama.cpp"],
)
def test_every_way_to_say_too_long_gives_both_numbers(body: object) -> None:
    """The workflow can compare them with what another tier has."""
    error = refused(body)

    assert isinstance(error, ContextTooLong)
    assert (error.prompt_tokens, error.context_tokens) == (900, 512)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, TierRejected),
        (401, TierRejected),
        (422, TierRejected),
        (429, TierOverloaded),
        (503, TierOverloaded),
        (500, TierUnavailable),
        (504, TierUnavailable),
        (302, TierUnavailable),
    ],
)
def test_the_status_decides(status: int, kind: type[TierError]) -> None:
    """The body adds a name at most."""
    assert type(refused({"message": SECRET}, status=status)) is kind


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        (None, None),
        ("3", 3.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("-1", None),
        ("86400", MAX_RETRY_AFTER_S),
        ("9" * 400, MAX_RETRY_AFTER_S),
    ],
    ids=["none", "seconds", "date", "negative", "day", "beyond floats"],
)
def test_retry_after_counts_only_as_seconds_up_to_an_hour(
    retry_after: str | None, seconds: float | None
) -> None:
    """Anything else is as good as nothing."""
    error = refused({}, status=503, retry_after=retry_after)

    assert isinstance(error, TierOverloaded)
    assert error.retry_after_s == seconds


@pytest.mark.parametrize("field", ["message", "type", "param"])
@pytest.mark.parametrize("text", [f"input was: {SECRET}!", SECRET, "heron", "messages.heron"])
@pytest.mark.parametrize("status", [400, 500])
def test_no_field_of_the_reply_can_carry_text_out(field: str, text: str, status: int) -> None:
    """Known names of errors and fields pass; any other word, even a single one, may be a writer's."""
    error = refused({field: text, "type": text}, status=status)

    assert "heron" not in str(error)


def test_a_name_that_is_harmless_helps_the_admin() -> None:
    """What the engine calls the problem is kept."""
    error = refused({"type": "BadRequestError", "param": "temperature", "message": SECRET})
    unnamed = refused({"type": "temperature", "param": "BadRequestError"})

    assert "BadRequestError, temperature" in str(error)
    assert "no reason told" in str(unnamed)


def test_a_body_that_is_no_json_is_no_obstacle() -> None:
    """A proxy answers in HTML."""
    error = refusal(parse_refusal(b"<html>"), tier="draft", status=502)

    assert isinstance(error, TierUnavailable)


def test_a_context_that_others_filled_is_overload() -> None:
    """llama.cpp's generations share one context; later there is room again."""
    error = parse_refusal(
        b'{"error": {"code": 500, "message": "Context size has been exceeded.",'
        b' "type": "server_error"}}'
    )

    assert isinstance(refusal_in_stream(error, tier="draft"), TierOverloaded)
