"""Measures a llama.cpp server through `/completion`, its native route."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.benchmark.connection import MeasuredServer
from assistant.benchmark.edges import Edges
from assistant.benchmark.target import EngineFacts, Target, TextReader, Timing

BEST_CANDIDATES = 2
"""Log-probabilities of the best two candidates per token are what our tiers ask for."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Props(_Part):
    build_info: str = "unknown"
    total_slots: int | None = None


class _Event(_Part):
    stop: bool
    tokens_predicted: int
    tokens_evaluated: int


class LlamaCppEngine:
    """One llama.cpp server, in practice the embedded one."""

    def __init__(self, target: Target) -> None:
        self._server = MeasuredServer(
            target.url,
            name=target.tier,
            api_key=target.api_key,
            way_out="start the command again: the embedded engine runs beside it",
        )
        self._sampling = {"temperature": target.temperature, "top_p": target.top_p}

    @property
    def reader(self) -> TextReader | None:
        """Nobody: llama.cpp tells no log-probabilities of a given text."""
        return None

    async def facts(self) -> EngineFacts:
        """Its build, and how many texts it writes at once."""
        try:
            props = _Props.model_validate(await self._server.get("/props"))
        except ValidationError as error:
            what = "told no facts about itself that are llama.cpp's"
            raise self._server.unavailable(what) from error
        return EngineFacts(version=props.build_info, max_running=props.total_slots)

    async def flush(self) -> None:
        """Nothing to do: each request asks not to be remembered."""

    async def generate(self, prompt: Sequence[int], *, tokens: int, logprobs: bool) -> Timing:
        """Writes exactly `tokens` tokens, however soon the model would have ended."""
        body = {
            "prompt": list(prompt),
            "n_predict": tokens,
            "ignore_eos": True,
            "cache_prompt": False,
            "n_probs": BEST_CANDIDATES if logprobs else 0,
            "stream": True,
            **self._sampling,
        }
        edges = Edges()
        started = time.perf_counter()
        await self._server.stream("/completion", body, edges.add)
        self._server.raise_for_error(edges.last)
        try:
            last = _Event.model_validate_json(edges.last)
        except ValidationError as error:
            what = "answered something that is not llama.cpp's native protocol"
            raise self._server.unavailable(what) from error
        if not last.stop or last.tokens_predicted != tokens:
            what = f"wrote {last.tokens_predicted} tokens where {tokens} were asked for"
            raise self._server.unavailable(what)
        return edges.timing(started=started, tokens=tokens)

    async def aclose(self) -> None:
        """Closes its connections."""
        await self._server.aclose()
