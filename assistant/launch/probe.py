"""Whether a server really generates, how fast, and what it holds in memory."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2

from assistant.errors import LaunchError

_HEALTH_TIMEOUT_S: Final = 25.0
"""`/health_generate` itself gives up after 20 s."""

_GENERATE_TIMEOUT_S: Final = 120.0
"""The first real request may still compile a kernel."""

_WARM_TOKENS: Final = 8
_MEASURED_TOKENS: Final = 64
"""Half a second of a 31B model: long enough to tell a working card from a throttled one."""

_PROMPT: Final = tuple(range(1000, 1016))
"""Token ids instead of text, which work without a tokenizer and tell nothing about anyone."""


class NotGenerating(Exception):
    """The server answers, but not with tokens; the text says what it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What a server showed when it first generated.

    `tokens_per_s` is one request's speed alone on the card; memory in GB of 2^30 bytes; None where
    the server does not tell.
    """

    tokens_per_s: float
    weights_gb: float | None
    cache_gb: float | None
    cache_tokens: int | None


def client_for(url: str, api_key: str | None) -> httpx2.AsyncClient:
    """A client of one server, on this host, past any proxy."""
    headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
    return httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False)


async def is_healthy(client: httpx2.AsyncClient) -> bool:
    """Whether `/health_generate` is content, which needs one token of the model."""
    try:
        answer = await client.get("/health_generate", timeout=_HEALTH_TIMEOUT_S)
    except httpx2.TransportError:
        return False
    return answer.status_code == httpx2.codes.OK


async def measure(client: httpx2.AsyncClient) -> Ready:
    """Generates 64 tokens, after a short warm-up, and reads the memory that the server holds.

    Raises:
        NotGenerating: the server refused, or returned no tokens.
    """
    await _generate(client, _WARM_TOKENS)
    started = time.perf_counter()
    tokens = await _generate(client, _MEASURED_TOKENS)
    elapsed = time.perf_counter() - started
    memory = await _memory(client)
    capacity = memory.get("token_capacity")
    return Ready(
        tokens_per_s=tokens / elapsed,
        weights_gb=_number(memory.get("weight_gb")),
        cache_gb=_number(memory.get("kv_cache_gb")),
        cache_tokens=capacity if isinstance(capacity, int) else None,
    )


async def lacks_chat_template(client: httpx2.AsyncClient, model: str) -> bool:
    """Whether the server refuses a conversation because its model has no chat template."""
    request = {"model": model, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
    try:
        answer = await client.post(
            "/v1/chat/completions", json=request, timeout=_GENERATE_TIMEOUT_S
        )
    except httpx2.TransportError:
        return False
    return answer.status_code != httpx2.codes.OK and "chat_template" in answer.text


async def _generate(client: httpx2.AsyncClient, tokens: int) -> int:
    sampling = {"max_new_tokens": tokens, "temperature": 0, "ignore_eos": True}
    request = {"input_ids": list(_PROMPT), "sampling_params": sampling}
    try:
        answer = await client.post("/generate", json=request, timeout=_GENERATE_TIMEOUT_S)
        told = int(answer.json()["meta_info"]["completion_tokens"])
    except httpx2.TransportError as error:
        message = f"a request for {tokens} tokens broke off ({type(error).__name__})"
        raise NotGenerating(message) from error
    except (KeyError, TypeError, ValueError) as error:
        message = f"a request for {tokens} tokens was answered with HTTP {answer.status_code}"
        raise NotGenerating(message) from error
    if told < 1:
        message = f"a request for {tokens} tokens returned none"
        raise NotGenerating(message)
    return told


async def _memory(client: httpx2.AsyncClient) -> dict[str, Any]:
    try:
        answer = await client.get("/v1/loads", timeout=_HEALTH_TIMEOUT_S)
        return dict(answer.json()["loads"][0]["memory"])
    except (httpx2.TransportError, LookupError, TypeError, ValueError):
        return {}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def key_from(environment: Mapping[str, str], *, tier: str, variable: str | None) -> str | None:
    """The key of a tier's servers from the environment; None where it has none.

    Raises:
        LaunchError: the variable is not set, or holds what no header can carry.
    """
    if variable is None:
        return None
    key = environment.get(variable)
    if not key:
        message = (
            f"tier {tier!r}: `api_key_env` names {variable}, which is not set; export the key in it"
        )
        raise LaunchError(message)
    if not (key.isascii() and key.isprintable()):
        message = (
            f"tier {tier!r}: {variable} holds characters that no header can carry; a key is printable"
            " ASCII, without a line end"
        )
        raise LaunchError(message)
    return key
