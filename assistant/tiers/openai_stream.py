"""Streams OpenAI chat completions: deadlines, retries before the first token, aborts, typed errors.

What differs between engines lives in `sglang` and `llamacpp`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from typing import Any, ClassVar, TypeVar

import anyio
import httpx2

from assistant.errors import TierError, TierRejected, TierTimeout
from assistant.tiers.background import Background
from assistant.tiers.base import (
    Begun,
    Capabilities,
    End,
    EngineLoad,
    GenerationRequest,
    Health,
    ScoreTextRequest,
    TextScore,
    TierEvent,
)
from assistant.tiers.choice import affinity_key
from assistant.tiers.dispatch import Dispatch
from assistant.tiers.endpoint import Endpoint, Visit
from assistant.tiers.hedge import first_to_begin
from assistant.tiers.http import TIMEOUT, new_client, transport_errors
from assistant.tiers.loads import LoadPolls
from assistant.tiers.probes import Probes
from assistant.tiers.prompt_tokens import PromptTokens
from assistant.tiers.reading import Reading
from assistant.tiers.reply import Reply
from assistant.types import Usage

_NOT_IMPLEMENTED = 501

_TO_HEDGE = 2
"""Endpoints that hedging needs."""

_Result = TypeVar("_Result")


class ChatCompletionsTier(ABC):
    """A tier behind one or more equal endpoints that speak OpenAI's chat completions.

    A request goes to the endpoint that has read its document before, unless that one is busy or down.
    There are `retries` more attempts after the first. Where `hedge_after_s` is set, and no token came
    for so long (seconds), another endpoint is asked, too, and the faster one is kept.
    """

    keep_connections_s: ClassVar[float] = 0.0
    """How long an idle connection is kept, 0 for not at all."""

    tells_loads: ClassVar[bool] = False
    """Whether the engine can be asked how busy it is."""

    stream_fields: ClassVar[Mapping[str, Any]] = {"stream_options": {"include_usage": True}}
    """How this engine is asked to count tokens, early where it can; a server that does not know a key of
    it must ignore it."""

    def __init__(  # noqa: PLR0913 - each is a line of the policy, but for the client of a test
        self,
        *,
        name: str,
        model: str,
        endpoints: tuple[str, ...],
        api_key: str | None = None,
        retries: int = 1,
        hedge_after_s: float | None = None,
        client: httpx2.AsyncClient | None = None,
    ) -> None:
        self._name = name
        self._model = model
        self._hedge_after_s = hedge_after_s
        self._headers = {} if api_key is None else {"authorization": f"Bearer {api_key}"}
        # Events are read as they come off the wire.
        self._stream_headers = {**self._headers, "accept-encoding": "identity"}
        urls = tuple(url.rstrip("/") for url in endpoints)
        self._client = client or new_client(urls, keep_s=self.keep_connections_s)
        self._dispatch = Dispatch([Endpoint(url) for url in urls], tier=name, retries=retries)
        self._prompt_tokens = PromptTokens()
        self._background = Background()
        self._probes = Probes(
            self._dispatch.endpoints,
            client=self._client,
            headers=self._headers,
            background=self._background,
        )
        self._polls = LoadPolls(
            self._dispatch.endpoints if self.tells_loads else (),
            client=self._client,
            headers=self._headers,
            background=self._background,
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
        """Begun, tokens as they are written, then one End; closing the generator aborts in the engine.

        Begun comes with the first token: until then another engine may be asked. It is left out where
        the engine tells nothing and no generation was complete yet to learn from.
        """
        deadline = anyio.current_time() + request.timeout_s
        self._look_after_endpoints()
        with anyio.CancelScope(deadline=deadline) as scope:
            reading = await self._begin(request)
        if scope.cancelled_caught:
            raise TierTimeout(tier=self._name, after_s=request.timeout_s)
        try:
            if (begun := self._begun(request, reading)) is not None:
                yield begun
            while (tokens := reading.take()) is not None:
                if not tokens:
                    # A scope around the whole generator would also cancel whoever consumes it.
                    with anyio.CancelScope(deadline=deadline) as scope:
                        await reading.fetch()
                    if scope.cancelled_caught:
                        raise TierTimeout(tier=self._name, after_s=request.timeout_s)
                for token in tokens:
                    yield token
            yield self._learnt_from(request, reading.end())
        except TierError as error:
            reading.visit.failed(error)
            raise
        finally:
            await reading.aclose()

    async def score_text(self, request: ScoreTextRequest) -> TextScore:  # noqa: ARG002 - for those that can
        """Not every engine can read a text without writing."""
        raise TierRejected(
            tier=self._name,
            status=_NOT_IMPLEMENTED,
            detail="this engine cannot score a given text; use a tier with `engine: sglang`",
        )

    def load(self) -> EngineLoad | None:
        """What the engines said within the last seconds; None from engines that cannot be asked."""
        self._polls.refresh()
        return self._polls.summary()

    async def health(self) -> Health:
        """Healthy while one endpoint answers; the detail names those that do not."""
        return await self._probes.health()

    async def aclose(self) -> None:
        """Closes the client and with it every running stream; nothing goes on in the background."""
        await self._background.aclose()
        await self._client.aclose()

    def _begun(self, request: GenerationRequest, reading: Reading) -> Begun | None:
        if reading.prompt is not None:
            return Begun(usage=reading.prompt)
        tokens = self._prompt_tokens.estimate(request.messages)
        return None if tokens is None else Begun(usage=Usage(prompt_tokens=tokens), estimated=True)

    def _learnt_from(self, request: GenerationRequest, end: End) -> End:
        self._prompt_tokens.learn(request.messages, end.usage.prompt_tokens)
        return end

    @abstractmethod
    def _engine_fields(self, *, continue_text: bool) -> dict[str, Any]:
        """What this engine wants in the body beyond OpenAI's fields."""

    def _look_after_endpoints(self) -> None:
        self._probes.refresh()
        self._polls.refresh()

    async def _within(
        self, timeout_s: float, operation: Callable[[], Awaitable[_Result]]
    ) -> _Result:
        with anyio.move_on_after(timeout_s):
            return await operation()
        raise TierTimeout(tier=self._name, after_s=timeout_s)

    async def _begin(self, request: GenerationRequest) -> Reading:
        body = self._body(request)
        key = affinity_key(request.messages)
        waiting_at: set[Endpoint] = set()

        async def open_at(visit: Visit) -> Reading:
            waiting_at.add(visit.endpoint)
            try:
                return await self._open(visit, body, self._new_reply(request))
            finally:
                waiting_at.discard(visit.endpoint)

        async def begin(*, without: Collection[Endpoint] = ()) -> Reading:
            return await self._dispatch.run(key, open_at, without=without)

        if self._hedge_after_s is None or len(self._dispatch.usable()) < _TO_HEDGE:
            return await begin()
        return await first_to_begin(
            begin, lambda: begin(without=tuple(waiting_at)), after_s=self._hedge_after_s
        )

    async def _open(self, visit: Visit, body: dict[str, Any], reply: Reply) -> Reading:
        call = self._client.build_request(
            "POST",
            f"{visit.endpoint.url}/v1/chat/completions",
            json=body,
            headers=self._stream_headers,
            timeout=TIMEOUT,
        )
        with transport_errors(self._name):
            response = await self._client.send(call, stream=True)
        reading = Reading(response, reply, tier=self._name, visit=visit)
        try:
            await reading.begin()
        except BaseException:
            await response.aclose()
            raise
        return reading

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
            **self.stream_fields,
            "logprobs": True,
            "top_logprobs": 2,
            **{field: value for field, value in optional.items() if value is not None},
            **self._engine_fields(continue_text=request.continue_text),
        }
