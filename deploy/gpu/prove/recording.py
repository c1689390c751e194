"""Records what a real engine says on the wire, byte by byte and read by read, for tests to replay."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import httpx2

from deploy.gpu.prove.journal import Evidence
from deploy.gpu.prove.policies import RUNNING
from deploy.gpu.prove.scene import GOOD_TEXT
from deploy.gpu.prove.waiting import ms_since
from deploy.gpu.prove.wire import Engine, Load

FILE = "recordings.jsonl"

_QUESTION: list[dict[str, str]] = [
    {"role": "system", "content": "You are a writing assistant."},
    {"role": "user", "content": "What is a library?"},
]
_PLAIN = {"chat_template_kwargs": {"enable_thinking": False}}
_BUSY_STREAMS = RUNNING + 2
"""More than the draft server runs at once, so that some wait."""

_BUSY_WITHIN_S = 10.0
_BUSY_LOOKS = 3
_BUSY_PAUSE_S = 0.2


class Recorder:
    """Sends requests to one engine and appends each exchange to a file."""

    def __init__(
        self, engine: Engine, client: httpx2.AsyncClient, *, model: str, out: Path
    ) -> None:
        self._engine = engine
        self._client = client
        self._model = model
        self._file = out / FILE
        self.cases: list[str] = []

    async def all_cases(self) -> Evidence:
        """Everything that the tiers say to an engine beyond chat; returns the names of the cases."""
        for path in ("server_info", "v1/loads", "metrics"):
            await self.exchange(f"get {path}", "GET", path)
        alone = await self._tokens("tokenize conversation", _QUESTION)
        answered = [*_QUESTION, {"role": "assistant", "content": GOOD_TEXT}]
        both = await self._tokens("tokenize continued", answered, continue_final_message=True)
        await self._tokens("tokenize answered", answered)
        chat = {"model": self._model, "messages": answered, "max_tokens": 1, "temperature": 0}
        chat |= {"return_prompt_token_ids": True, "continue_final_message": True, **_PLAIN}
        await self.exchange("chat prompt token ids", "POST", "v1/chat/completions", chat)
        await self._reading(both, read_from=max(0, _common(alone, both) - 1))
        await self._writing(alone)
        await self._busy(alone)
        return {"file": self._file.name, "cases": self.cases, "ids": (len(alone), len(both))}

    async def exchange(
        self, case: str, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> str:
        """One request and its reply with the borders of its reads; the text of the reply."""
        began_s = time.monotonic()
        url = f"{self._engine.url}/{path}"
        async with self._client.stream(method, url, json=body) as response:
            chunks = [
                (ms_since(began_s), read.decode("utf-8", errors="replace"))
                async for read in response.aiter_bytes()
            ]
        row = {
            "case": case,
            "method": method,
            "path": path,
            "request": body,
            "status": response.status_code,
            "headers": dict(response.headers),
            "chunks": chunks,
            "ms": ms_since(began_s),
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self.cases.append(case)
        return "".join(text for _, text in chunks)

    async def _tokens(
        self, case: str, messages: list[dict[str, str]], **options: bool
    ) -> list[int]:
        body = {"model": self._model, "messages": messages, **_PLAIN, **options}
        told = json.loads(await self.exchange(case, "POST", "v1/tokenize", body))
        tokens: list[int] = told.get("tokens", [])
        return tokens

    async def _reading(self, ids: list[int], *, read_from: int) -> None:
        for new_tokens in (0, 1):
            body = _generate(ids, max_new_tokens=new_tokens, temperature=0)
            body |= {"return_logprob": True, "logprob_start_len": read_from}
            await self.exchange(f"read text, {new_tokens} new tokens", "POST", "generate", body)
        # The second time the conversation is in the engine's prefix cache.
        await self.exchange("read text again", "POST", "generate", body)

    async def _writing(self, ids: list[int]) -> None:
        body = _generate(ids, max_new_tokens=24, temperature=0, ignore_eos=True) | {"stream": True}
        await self.exchange("generate stream", "POST", "generate", body)
        body |= {"return_logprob": True, "top_logprobs_num": 2}
        await self.exchange("generate stream logprobs", "POST", "generate", body)

    async def _busy(self, ids: list[int]) -> None:
        body = _generate(ids, max_new_tokens=1500, temperature=0.7, ignore_eos=True)
        url = f"{self._engine.url}/generate"
        async with AsyncExitStack() as streams:
            for number in range(1, _BUSY_STREAMS + 1):
                streaming = self._client.stream("POST", url, json=body | {"stream": True})
                await streams.enter_async_context(streaming)
                # All at once, they would fill the short queue before any of them runs.
                await self._taken_in(number)
            for look in range(_BUSY_LOOKS):
                await self.exchange(f"get v1/loads while busy {look}", "GET", "v1/loads")
                await anyio.sleep(_BUSY_PAUSE_S)
            await self.exchange("get metrics while busy", "GET", "metrics")

    async def _taken_in(self, requests: int) -> None:
        def all_of_them(load: Load) -> bool:
            return load.running + load.waiting >= requests

        await self._engine.when(all_of_them, within_s=_BUSY_WITHIN_S)


def _generate(ids: list[int], **sampling: object) -> dict[str, Any]:
    return {"input_ids": ids, "sampling_params": sampling}


def _common(one: list[int], other: list[int]) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
