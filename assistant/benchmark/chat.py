"""One way to a chat completion, timed: directly from an engine, or through our server."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.benchmark.connection import MeasuredServer
from assistant.benchmark.target import Timing

_UNCACHED = {"cache-control": "no-cache, no-store"}
"""Neither answered from our cache nor kept in it."""

_AS_OUR_TIERS_ASK: Mapping[str, Any] = {
    "n": 1,
    "logprobs": True,
    "top_logprobs": 2,
    "chat_template_kwargs": {"enable_thinking": False},
}
"""What our tier adds to a request, so that the engine does the same work for both ways."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Delta(_Part):
    content: str | None = None


class _Choice(_Part):
    delta: _Delta = _Delta()


class _Usage(_Part):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Cascade(_Part):
    path: str = ""
    cache: str = ""
    degraded: tuple[str, ...] = ()


class _Chunk(_Part):
    choices: tuple[_Choice, ...] = ()
    usage: _Usage | None = None
    x_cascade: _Cascade | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One conversation of one turn; everything that shapes the engine's work is named."""

    model: str
    prompt: str
    max_tokens: int
    temperature: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatTiming:
    """One answer: `timing.ttft_s` is the time to the first text; `degraded` is our server's word."""

    timing: Timing
    prompt_tokens: int
    degraded: tuple[str, ...] = ()


class ChatWay:
    """A server that speaks OpenAI's chat completions. `direct` is an engine, else it is ours."""

    def __init__(self, url: str, *, direct: bool, api_key: str | None = None) -> None:
        way_out = "give its address with --direct" if direct else "start it with `inkladder serve`"
        name = "direct" if direct else "gateway"
        self._server = MeasuredServer(url, name=name, api_key=api_key, way_out=way_out)
        self._direct = direct

    async def ask(self, request: ChatRequest) -> ChatTiming:
        """The answer's times.

        Raises:
            TierUnavailable: the answer has no text or is incomplete, or our server did other work than one tier's.
            TierRejected, TierTimeout.
        """
        reading = _Reading(self._server)
        started = time.perf_counter()
        await self._server.stream(
            "/v1/chat/completions", self._body(request), reading.add, headers=_UNCACHED
        )
        return reading.result(started=started)

    async def aclose(self) -> None:
        """Closes its connections."""
        await self._server.aclose()

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        return {
            "model": request.model,
            "messages": [{"role": "user", "content": request.prompt}],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "top_p": 1.0,
            "stream": True,
            "stream_options": {"include_usage": True},
            **(_AS_OUR_TIERS_ASK if self._direct else {}),
        }


class _Reading:
    """One stream as it comes."""

    def __init__(self, server: MeasuredServer) -> None:
        self._server = server
        self._first_s: float | None = None
        self._last_s = 0.0
        self._usage: _Usage | None = None
        self._cascade = _Cascade()

    def add(self, data: str, at_s: float) -> None:
        self._server.raise_for_error(data)
        try:
            chunk = _Chunk.model_validate_json(data)
        except ValidationError:
            what = "sent something that is no chunk of a chat completion"
            # Without its cause, which would quote the answer.
            raise self._server.unavailable(what) from None
        if self._first_s is None and any(choice.delta.content for choice in chunk.choices):
            self._first_s = at_s
        self._last_s = at_s
        self._usage = chunk.usage or self._usage
        self._cascade = chunk.x_cascade or self._cascade

    def result(self, *, started: float) -> ChatTiming:
        if self._usage is None or not self._usage.completion_tokens:
            what = "answered without its token counts"
            raise self._server.unavailable(what)
        if self._first_s is None:
            what = (
                f"wrote {self._usage.completion_tokens} tokens and no text, as random weights do that"
                " repeat a special token; give --temperature 0.7"
            )
            raise self._server.unavailable(what)
        self._raise_for_other_work()
        return ChatTiming(
            timing=Timing(
                ttft_s=self._first_s - started,
                e2e_s=self._last_s - started,
                tokens=self._usage.completion_tokens,
            ),
            prompt_tokens=self._usage.prompt_tokens,
            degraded=self._cascade.degraded,
        )

    def _raise_for_other_work(self) -> None:
        if self._cascade.cache.startswith("hit"):
            what = "answered from its cache, although asked not to"
            raise self._server.unavailable(what)
        if "," in self._cascade.path:
            what = (
                f"more than one tier worked on an answer ({self._cascade.path}), which the engine"
                " alone would not do; give --gateway-model draft-fast, or a model that is the whole"
                " ladder of its route"
            )
            raise self._server.unavailable(what)
