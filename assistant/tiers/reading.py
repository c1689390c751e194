"""Reads one streamed response of an engine until it is done, refused, or broken off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from pydantic import ValidationError

from assistant.errors import TierUnavailable
from assistant.tiers.base import Token
from assistant.tiers.refusals import parse_refusal, refusal, refusal_in_stream
from assistant.tiers.reply import Reply
from assistant.tiers.wire import Chunk

CONNECT_TIMEOUT_S = 2.0
"""An engine nearby accepts within milliseconds; this allows for one lost packet."""

_DONE = "[DONE]"


class Reading:
    """One response being read; the caller closes it."""

    def __init__(self, response: httpx2.Response, reply: Reply, *, tier: str) -> None:
        self.reply = reply
        self._response = response
        self._events = aiter(httpx2.EventSource(response))
        self._tier = tier

    async def raise_for_refusal(self) -> None:
        """Raises what an engine means by a status other than 200."""
        if self._response.status_code == httpx2.codes.OK:
            return
        with transport_errors(self._tier):
            error = parse_refusal(await self._response.aread())
        raise refusal(
            error,
            tier=self._tier,
            status=self._response.status_code,
            retry_after=self._response.headers.get("retry-after"),
        )

    async def next_tokens(self) -> list[Token] | None:
        """The next tokens, at least one; None once the engine said that it is done."""
        while True:
            with transport_errors(self._tier):
                event = await anext(self._events, None)
            if event is None:
                raise TierUnavailable(tier=self._tier, detail="broke off in the middle of a text")
            if event.data == _DONE:
                return None
            if tokens := list(self.reply.feed(self._parse(event.data))):
                return tokens

    async def aclose(self) -> None:
        """Hangs up, which makes the engine stop."""
        await self._response.aclose()

    def _parse(self, data: str) -> Chunk:
        try:
            chunk = Chunk.model_validate_json(data)
        except ValidationError:
            # Without its cause, which would quote the data.
            raise TierUnavailable(tier=self._tier, detail="sent no valid event") from None
        if chunk.error is not None:
            raise refusal_in_stream(chunk.error, tier=self._tier)
        return chunk


@contextmanager
def transport_errors(tier: str) -> Iterator[None]:
    """Turns every failure of the connection into TierUnavailable."""
    try:
        yield
    except httpx2.ConnectTimeout as error:
        detail = f"does not accept a connection within {CONNECT_TIMEOUT_S:g} s"
        raise TierUnavailable(tier=tier, detail=detail) from error
    except httpx2.RequestError as error:
        detail = f"cannot be reached or broke off ({type(error).__name__})"
        raise TierUnavailable(tier=tier, detail=detail) from error
