"""Streams OpenAI chat completions: deadlines, retries before the first token, aborts, typed errors.

What differs between engines lives in `sglang` and `llamacpp`.
"""

from __future__ import annotations

import itertools
import ssl
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeVar

import anyio
import httpx2
import stamina

from assistant.errors import TierOverloaded, TierTimeout, TierUnavailable
from assistant.tiers.base import Capabilities, GenerationRequest, Health, TierEvent, Token
from assistant.tiers.reading import CONNECT_TIMEOUT_S, Reading, transport_errors
from assistant.tiers.reply import Reply

HEALTH_TIMEOUT_S = 2.0
"""SGLang's own health check takes one second."""

_BACKOFF_S = 0.05
_MAX_BACKOFF_S = 1.0
"""A longer wait is for the workflow to decide, which may have another tier."""

_TIMEOUT = httpx2.Timeout(None, connect=CONNECT_TIMEOUT_S)
"""All but connecting is bounded by the deadline of the request."""

_Result = TypeVar("_Result")


class ChatCompletionsTier(ABC):
    """A tier behind one or more endpoints that speak OpenAI's chat completions.

    Attempts rotate over the endpoints; there are `retries` more after the first.
    """

    def __init__(
        self,
        *,
        name: str,
        model: str,
        endpoints: tuple[str, ...],
        api_key: str | None = None,
        retries: int = 1,
        client: httpx2.AsyncClient | None = None,
    ) -> None:
        self._name = name
        self._model = model
        self._endpoints = tuple(endpoint.rstrip("/") for endpoint in endpoints)
        self._headers = {} if api_key is None else {"authorization": f"Bearer {api_key}"}
        self._client = client or _new_client(self._endpoints)
        self._turns = itertools.count()
        self._retrying = stamina.AsyncRetryingCaller(
            attempts=retries + 1,
            timeout=None,  # the deadline of the request bounds attempts and waits together
            wait_initial=_BACKOFF_S,
            wait_max=_MAX_BACKOFF_S,
            wait_jitter=_BACKOFF_S,
        )

    @property
    def name(self) -> str:
        """The tier's name in the policy."""
        return self._name

    @property
    def model(self) -> str:
        """The model's name, as shown to users."""
        return self._model

    @property
    def capabilities(self) -> Capabilities:
        """Samples, logprobs and continuing: every engine here can do all three."""
        return Capabilities()

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[TierEvent, None]:
        """Tokens as they are written, then one End; closing the generator aborts in the engine."""
        deadline = anyio.current_time() + request.timeout_s

        async def bounded(operation: Callable[[], Awaitable[_Result]]) -> _Result:
            # A scope around the whole generator would also cancel whoever consumes it.
            with anyio.CancelScope(deadline=deadline):
                return await operation()
            raise TierTimeout(tier=self._name, after_s=request.timeout_s)

        reading, tokens = await bounded(lambda: self._begin(request))
        try:
            while tokens is not None:
                for token in tokens:
                    yield token
                tokens = await bounded(reading.next_tokens)
            yield reading.reply.end()
        finally:
            await reading.aclose()

    async def health(self) -> Health:
        """Healthy while one endpoint answers; the detail names those that do not."""
        down: list[str] = []

        async def ask(endpoint: str) -> None:
            if not await self._is_healthy(endpoint):
                down.append(endpoint)

        async with anyio.create_task_group() as tasks:
            for endpoint in self._endpoints:
                tasks.start_soon(ask, endpoint)
        detail = f"no answer from {', '.join(sorted(down))}" if down else ""
        return Health(ok=len(down) < len(self._endpoints), detail=detail)

    async def aclose(self) -> None:
        """Closes the client and with it every running stream."""
        await self._client.aclose()

    @abstractmethod
    def _engine_fields(self, request: GenerationRequest) -> dict[str, Any]:
        """What this engine wants in the body beyond OpenAI's fields."""

    async def _begin(self, request: GenerationRequest) -> tuple[Reading, list[Token] | None]:
        first = next(self._turns) % len(self._endpoints)
        endpoints = itertools.islice(itertools.cycle(self._endpoints), first, None)
        body = self._body(request)

        async def attempt() -> tuple[Reading, list[Token] | None]:
            return await self._attempt(next(endpoints), body, self._new_reply(request))

        return await self._retrying(self._worth_retrying, attempt)

    async def _attempt(
        self, endpoint: str, body: dict[str, Any], reply: Reply
    ) -> tuple[Reading, list[Token] | None]:
        url = f"{endpoint}/v1/chat/completions"
        call = self._client.build_request(
            "POST", url, json=body, headers=self._headers, timeout=_TIMEOUT
        )
        with transport_errors(self._name):
            response = await self._client.send(call, stream=True)
        reading = Reading(response, reply, tier=self._name)
        try:
            await reading.raise_for_refusal()
            return reading, await reading.next_tokens()
        except BaseException:
            await reading.aclose()
            raise

    def _worth_retrying(self, error: Exception) -> bool | float:
        if isinstance(error, TierOverloaded):
            wait_s = error.retry_after_s
            if wait_s is None or len(self._endpoints) > 1:
                return True
            return wait_s <= _MAX_BACKOFF_S and (wait_s or True)
        return isinstance(error, TierUnavailable)

    def _new_reply(self, request: GenerationRequest) -> Reply:
        return Reply(tier=self._name, samples=request.samples, stops=request.sampling.stop)

    def _body(self, request: GenerationRequest) -> dict[str, Any]:
        sampling = request.sampling
        optional = {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            "seed": sampling.seed,
            "stop": list(sampling.stop) or None,
        }
        return {
            "model": self._model,
            "messages": [
                {"role": message.role, "content": message.content} for message in request.messages
            ],
            "n": request.samples,
            "stream": True,
            "stream_options": {"include_usage": True},
            "logprobs": True,
            "top_logprobs": 2,
            **{field: value for field, value in optional.items() if value is not None},
            **self._engine_fields(request),
        }

    async def _is_healthy(self, endpoint: str) -> bool:
        with anyio.move_on_after(HEALTH_TIMEOUT_S):
            try:
                response = await self._client.get(f"{endpoint}/health", headers=self._headers)
            except httpx2.RequestError:
                return False
            return response.is_success
        return False


def _new_client(endpoints: tuple[str, ...]) -> httpx2.AsyncClient:
    # A new connection costs a millisecond, a kept one now and then a whole attempt: llama.cpp
    # closes about every third after a stream, although it promised to keep it.
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    if any(endpoint.startswith("https:") for endpoint in endpoints):
        return httpx2.AsyncClient(limits=limits)
    # Engines spoken to in the clear are ours and near: a proxy from the environment must not see
    # the texts, and reading the system's certificates would take longer than the first token.
    no_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx2.AsyncClient(limits=limits, verify=no_certificates, trust_env=False)
