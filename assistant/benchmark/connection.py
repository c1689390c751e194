"""One measured server over HTTP: its JSON and its event streams, with failures told as tier errors."""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio
import httpx2
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import TierRejected, TierTimeout, TierUnavailable

CONNECT_TIMEOUT_S = 10.0
"""Where 32 clients start together a server may accept the last of them late."""

CALL_TIMEOUT_S = 600.0
"""The slowest call that makes sense waits for 64 others on a machine without a card."""

MAX_DETAIL_CHARS = 300

_DONE = "[DONE]"


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    message: str = ""
    code: int | str | None = None


class Refused(_Told):
    """Why a server did not do it: nested under `error`, or flat as SGLang words it on some routes."""

    error: _Told | str | None = None

    @property
    def status(self) -> int:
        """The HTTP status that it means, in a stream whose own status was 200."""
        told = self.error.code if isinstance(self.error, _Told) else self.code
        return int(told) if told is not None and str(told).isdigit() else httpx2.codes.BAD_REQUEST

    @property
    def detail(self) -> str:
        """Its reason in its own words. Prompts here are made up, so nothing of a writer is in it."""
        told = self.message
        if isinstance(self.error, str):
            told = self.error
        elif self.error is not None:
            told = self.error.message
        return told[:MAX_DETAIL_CHARS] or "it gave no reason"


class MeasuredServer:
    """The connection to one server. `name` is told in errors, `way_out` where it does not answer."""

    def __init__(self, url: str, *, name: str, api_key: str | None, way_out: str) -> None:
        self._url = url.rstrip("/")
        self.name = name
        self._way_out = way_out
        headers = {} if api_key is None else {"authorization": f"Bearer {api_key}"}
        self._client = _new_client(self._url, headers)

    async def get(self, path: str) -> dict[str, Any]:
        """The JSON object at a path; empty where the server has nothing there."""
        async with self._bounded():
            response = await self._client.get(self._url + path)
        if response.status_code == httpx2.codes.NOT_FOUND:
            return {}
        return self._object(response)

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON object that answers a body."""
        async with self._bounded():
            response = await self._client.post(self._url + path, json=body)
        return self._object(response)

    async def command(self, path: str, *, way_out: str) -> None:
        """Has the server do something that it answers in free words; `way_out` helps if it refuses.

        Raises:
            TierRejected: it would not.
        """
        async with self._bounded():
            response = await self._client.post(self._url + path)
        if not response.is_success:
            told = response.text[:MAX_DETAIL_CHARS].strip()
            raise self.rejected(response.status_code, f"{told}; {way_out}")

    async def stream(
        self,
        path: str,
        body: Mapping[str, Any],
        on_event: Callable[[str, float], None],
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Passes on the data of each event, and when it came (seconds of `time.perf_counter`).

        The event that only ends a stream is left out: not every server sends it.

        Raises:
            TierRejected: the server refused.
        """
        async with (
            self._bounded(),
            self._client.stream("POST", self._url + path, json=body, headers=headers) as response,
        ):
            if response.status_code != httpx2.codes.OK:
                raise self.rejected(response.status_code, _refused(await response.aread()).detail)
            async for event in httpx2.EventSource(response):
                if event.data != _DONE:
                    on_event(event.data, time.perf_counter())

    def rejected(self, status: int, detail: str) -> TierRejected:
        """The error for a refusal, with what can be done about the usual one."""
        if status in (httpx2.codes.SERVICE_UNAVAILABLE, httpx2.codes.TOO_MANY_REQUESTS):
            detail += "; measure fewer requests at once, or let the server run and queue more"
        return TierRejected(tier=self.name, status=status, detail=detail)

    def raise_for_error(self, data: str) -> None:
        """Raises what an event means that tells an error instead of text.

        Raises:
            TierRejected: it does.
        """
        if '"error"' not in data[:MAX_DETAIL_CHARS]:
            return
        refused = _refused(data.encode())
        if refused.error is not None:
            raise self.rejected(refused.status, refused.detail)

    def unavailable(self, what: str) -> TierUnavailable:
        """The error for a server that is not there, or not what it should be."""
        return TierUnavailable(tier=self.name, detail=what)

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._client.aclose()

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        with anyio.move_on_after(CALL_TIMEOUT_S) as scope, self._failures():
            yield
        if scope.cancelled_caught:
            raise TierTimeout(tier=self.name, after_s=CALL_TIMEOUT_S)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            what = f"no answer at {self._url}; {self._way_out}"
            raise self.unavailable(what) from error
        except httpx2.RequestError as error:
            what = f"{self._url} broke off or speaks another protocol ({type(error).__name__})"
            raise self.unavailable(what) from error

    def _object(self, response: httpx2.Response) -> dict[str, Any]:
        if not response.is_success:
            raise self.rejected(response.status_code, _refused(response.content).detail)
        try:
            found = response.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            what = f"{response.url.path} answered something else than a JSON object"
            raise self.unavailable(what)
        return found


def _refused(content: bytes) -> Refused:
    try:
        return Refused.model_validate_json(content)
    except ValidationError:
        return Refused()


def _new_client(url: str, headers: Mapping[str, str]) -> httpx2.AsyncClient:
    # One connection a call, as our tiers do: a kept one may be closed by the server just then.
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    timeout = httpx2.Timeout(None, connect=CONNECT_TIMEOUT_S)
    if url.startswith("https:"):
        return httpx2.AsyncClient(headers=headers, limits=limits, timeout=timeout)
    # In the clear is nearby: no proxy belongs in between, and no certificates need to be read.
    no_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx2.AsyncClient(
        headers=headers, limits=limits, timeout=timeout, verify=no_certificates, trust_env=False
    )
