"""Measures an SGLang server through `/generate`, which works without a tokenizer, too."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.benchmark.connection import MeasuredServer
from assistant.benchmark.edges import Edges
from assistant.benchmark.target import EngineFacts, Target, TextReader, Timing

BEST_CANDIDATES = 2
"""Log-probabilities of the best two candidates per token are what our tiers ask for."""

FLUSH_WAIT_S = 30
"""The server waits so long for its last requests to be over before it flushes."""

MAX_CACHED_TOKENS = 2
MAX_CACHED_SHARE = 0.05
"""Random prompts may begin with the same token or two. What is cached beyond both limits would make
requests noticeably cheaper than those of writers."""

RANDOM_WEIGHTS = "dummy"
"""Load format of a server whose weights are random."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Info(_Part):
    completion_tokens: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    input_token_logprobs: tuple[tuple[float | None, int, str | None], ...] | None = None
    output_token_logprobs: tuple[tuple[float | None, int, str | None], ...] | None = None


class _Reply(_Part):
    meta_info: _Info


class _ServerInfo(_Part):
    version: str
    served_model_name: str | None = None
    quantization: str | None = None
    load_format: str | None = None
    max_running_requests: int | None = None
    dp_size: int = 1


class _Loads(_Part):
    accelerator: str | None = None
    num_accelerators: int | None = None
    loads: tuple[dict[str, Any], ...] = Field(default=())

    @property
    def max_running(self) -> int | None:
        """Requests that all ranks together run at once."""
        each = [rank.get("max_running_requests") for rank in self.loads]
        known = [one for one in each if isinstance(one, int)]
        return sum(known) if known else None


class SGLangEngine:
    """One SGLang server. Samples as the policy has its tier sample: that is part of the work."""

    def __init__(self, target: Target) -> None:
        self._server = MeasuredServer(
            target.url,
            name=target.tier,
            api_key=target.api_key,
            way_out=f"start it with `inkladder tiers up --only {target.tier}`",
        )
        self._sampling = {"temperature": target.temperature, "top_p": target.top_p}

    @property
    def reader(self) -> TextReader | None:
        """This server reads given texts, too."""
        return self

    async def facts(self) -> EngineFacts:
        """Version, card and model from `/server_info` and `/v1/loads`."""
        try:
            info = _ServerInfo.model_validate(await self._server.get("/server_info"))
            loads = _Loads.model_validate(await self._server.get("/v1/loads"))
        except ValidationError as error:
            what = "told no facts about itself; SGLang 0.5.17 or newer is needed"
            raise self._server.unavailable(what) from error
        cards = loads.num_accelerators
        return EngineFacts(
            version=info.version,
            accelerator=loads.accelerator,
            # Told for one data-parallel rank.
            gpus=None if cards is None else cards * info.dp_size,
            served=info.served_model_name,
            quantization=info.quantization,
            random_weights=info.load_format == RANDOM_WEIGHTS,
            max_running=loads.max_running or info.max_running_requests,
        )

    async def flush(self) -> None:
        """Empties the prefix cache."""
        await self._server.command(
            f"/flush_cache?timeout={FLUSH_WAIT_S}",
            way_out="nobody else may use the server while it is measured",
        )

    async def generate(self, prompt: Sequence[int], *, tokens: int, logprobs: bool) -> Timing:
        """Writes exactly `tokens` tokens, however soon the model would have ended."""
        body = {
            "input_ids": list(prompt),
            "sampling_params": self._sampling | {"max_new_tokens": tokens, "ignore_eos": True},
            "stream": True,
            "return_logprob": logprobs,
            "top_logprobs_num": BEST_CANDIDATES if logprobs else 0,
        }
        edges = Edges()
        started = time.perf_counter()
        await self._server.stream("/generate", body, edges.add)
        for data in (edges.first, edges.last):
            self._server.raise_for_error(data)
        info = self._info(edges.last)
        self._check(info, prompt=len(prompt), written=tokens)
        if logprobs and not info.output_token_logprobs:
            what = "told no log-probabilities, which were asked for"
            raise self._server.unavailable(what)
        return edges.timing(started=started, tokens=tokens)

    async def read(self, text: Sequence[int], *, given: int) -> Timing:
        """Reads all and tells what was read after the `given` first tokens; one token is written.

        The one token costs nothing: it is drawn from what reading the last one computed.
        """
        body = {
            "input_ids": list(text),
            "sampling_params": {"max_new_tokens": 1, "temperature": 0, "ignore_eos": True},
            "return_logprob": True,
            # The first of the told positions has no log-probability: begin one earlier.
            "logprob_start_len": given - 1,
        }
        started = time.perf_counter()
        found = await self._server.post("/generate", body)
        e2e_s = time.perf_counter() - started
        info = self._info(found)
        self._check(info, prompt=len(text), written=1)
        told = [one for one in info.input_token_logprobs or () if one[0] is not None]
        if len(told) != len(text) - given:
            what = f"told {len(told)} log-probabilities of a text of {len(text) - given} tokens"
            raise self._server.unavailable(what)
        return Timing(ttft_s=e2e_s, e2e_s=e2e_s, tokens=1)

    async def aclose(self) -> None:
        """Closes its connections."""
        await self._server.aclose()

    def _info(self, data: str | dict[str, Any]) -> _Info:
        try:
            if isinstance(data, str):
                return _Reply.model_validate_json(data).meta_info
            return _Reply.model_validate(data).meta_info
        except ValidationError as error:
            what = "answered something that is not SGLang's native protocol"
            raise self._server.unavailable(what) from error

    def _check(self, info: _Info, *, prompt: int, written: int) -> None:
        """A number that was not measured must not be written down."""
        if info.completion_tokens != written:
            what = f"wrote {info.completion_tokens} tokens where {written} were asked for"
            raise self._server.unavailable(what)
        if info.cached_tokens > max(MAX_CACHED_TOKENS, MAX_CACHED_SHARE * prompt):
            what = (
                f"had read {info.cached_tokens} of {prompt} new tokens before; measure again while"
                " nobody else uses the server"
            )
            raise self._server.unavailable(what)
