"""Reads one streamed response of an engine until it is done, refused, or broken off."""

from __future__ import annotations

from collections import deque

import anyio
import httpx2
from pydantic import ValidationError

from assistant.errors import TierUnavailable
from assistant.tiers.base import End, Token
from assistant.tiers.endpoint import Visit
from assistant.tiers.event_lines import EventLines
from assistant.tiers.http import raise_for_refusal, transport_errors
from assistant.tiers.refusals import refusal_in_stream
from assistant.tiers.reply import Reply
from assistant.tiers.wire import Chunk
from assistant.types import Usage

_DONE = b"[DONE]"

_LAST_BYTES_S = 0.05
"""Waiting for the end of a body whose text is complete, which lets the connection be used again; the
bytes are under way already, and a new connection costs a few milliseconds."""


class Reading:
    """One response being read; the caller closes it.

    Taking what has arrived and fetching more are apart, so that the reader pays for a deadline only
    where it waits.
    """

    def __init__(self, response: httpx2.Response, reply: Reply, *, tier: str, visit: Visit) -> None:
        self.visit = visit
        self._response = response
        self._reply = reply
        self._tier = tier
        self._pieces = response.aiter_raw()
        self._lines = EventLines()
        self._events: deque[bytes] = deque()
        self._first: list[Token] = []
        self._done = False

    @property
    def prompt(self) -> Usage | None:
        """What the engine has told of the prompt so far, None while that is nothing."""
        return self._reply.prompt

    async def begin(self) -> None:
        """Waits for the first tokens, or the end of a text without any.

        Raises:
            TierError: the engine refused or broke off; nothing was given out, so another may be asked.
        """
        await raise_for_refusal(self._response, tier=self._tier)
        self._check_kind()
        while True:
            tokens = self.take()
            if tokens is None or tokens:
                break
            await self.fetch()
        self._first = tokens or []
        self.visit.answered()

    def take(self) -> list[Token] | None:
        """The next tokens that have arrived, none where more must be fetched; None: the engine is done."""
        if self._first:
            first, self._first = self._first, []
            return first
        while self._events and not self._done:
            data = self._events.popleft()
            if data == _DONE:
                self._done = True
            elif tokens := self._reply.feed(self._parse(data)):
                return tokens
        return None if self._done else []

    async def fetch(self) -> None:
        """Waits for bytes.

        Raises:
            TierUnavailable: there will be none, although the text is not complete.
        """
        with transport_errors(self._tier):
            piece = await anext(self._pieces, None)
        if piece is None:
            raise TierUnavailable(tier=self._tier, detail="broke off in the middle of a text")
        try:
            self._events += self._lines.feed(piece)
        except ValueError:
            raise TierUnavailable(tier=self._tier, detail="sent an endless event") from None

    def end(self) -> End:
        """The last event of a complete generation.

        Raises:
            TierUnavailable: some sample never ended.
        """
        return self._reply.end()

    async def aclose(self) -> None:
        """Hangs up, which makes the engine stop; after a complete text the connection is kept."""
        try:
            if self._done:
                await self._read_out()
        finally:
            self.visit.over()
            await self._response.aclose()

    async def _read_out(self) -> None:
        with anyio.move_on_after(_LAST_BYTES_S):
            try:
                while await anext(self._pieces, None) is not None:
                    pass
            except httpx2.RequestError:
                return  # the text is complete, only the connection is lost

    def _check_kind(self) -> None:
        kind = self._response.headers.get("content-type", "")
        if not kind.lower().startswith("text/event-stream"):
            raise TierUnavailable(
                tier=self._tier, detail="answered with something else than a stream"
            )

    def _parse(self, data: bytes) -> Chunk:
        try:
            chunk = Chunk.model_validate_json(data)
        except ValidationError:
            # Without its cause, which would quote the data.
            raise TierUnavailable(tier=self._tier, detail="sent no valid event") from None
        if chunk.error is not None:
            raise refusal_in_stream(chunk.error, tier=self._tier)
        return chunk
