"""Brings a request to one of a tier's servers: chooses, passes over full ones, tries again, learns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TypeVar

import httpx2
import stamina

from assistant.errors import TierError, TierOverloaded, TierUnavailable
from assistant.tiers.choice import preference, within_bound
from assistant.tiers.endpoint import Endpoint, Visit

_BACKOFF_S = 0.05
_MAX_BACKOFF_S = 1.0
"""A longer wait is for the workflow to decide, which may have another tier."""

_NEVER_REACHED = (httpx2.ConnectError, httpx2.ConnectTimeout)

_Result = TypeVar("_Result")


class Dispatch:
    """The servers of one tier.

    An attempt goes to the server of the request's key, or to the next that has room. One that is full
    or cannot be reached is passed over within the same attempt: it never began the request, and another
    may be free. A server that broke ends the attempt: what broke it may be the request, so no more
    than `retries` others get it.

    A server that failed several times in a row is left alone until it was found well. Where that
    leaves none, the one that is due first is tried once all the same: to refuse would save the
    milliseconds of a refused connection and lose the answers of a server that is just back.
    """

    def __init__(self, endpoints: Sequence[Endpoint], *, tier: str, retries: int) -> None:
        self.endpoints = tuple(endpoints)
        self._tier = tier
        self._retrying = stamina.AsyncRetryingCaller(
            attempts=retries + 1,
            timeout=None,  # the deadline of the request bounds attempts and waits together
            wait_initial=_BACKOFF_S,
            wait_max=_MAX_BACKOFF_S,
            wait_jitter=_BACKOFF_S,
        )

    def usable(self) -> list[Endpoint]:
        """The servers that have not been failing."""
        return [endpoint for endpoint in self.endpoints if endpoint.usable]

    async def run(
        self,
        key: bytes,
        work: Callable[[Visit], Awaitable[_Result]],
        *,
        without: Collection[Endpoint] = (),
    ) -> _Result:
        """What `work` makes of its visit; it ends the visit where it succeeds, this does where it fails.

        Servers in `without` are not asked.

        Raises:
            TierError: of the last attempt; overload where every server is full.
        """
        broken: set[Endpoint] = set()
        last_resort = not self.usable()

        async def attempt() -> _Result:
            passed_over: list[TierError] = []
            tried = set(without)
            while (endpoint := self._next(key, tried, broken)) is not None:
                tried.add(endpoint)
                try:
                    return await _visit(endpoint, work)
                except TierOverloaded as error:
                    passed_over.append(error)
                except TierUnavailable as error:
                    broken.add(endpoint)
                    if not isinstance(error.__cause__, _NEVER_REACHED):
                        raise
                    passed_over.append(error)
            raise self._first_worth_waiting_for(passed_over)

        def worth_retrying(error: Exception) -> bool | float:
            return not last_resort and _worth_retrying(error)

        return await self._retrying(worth_retrying, attempt)

    def _next(
        self, key: bytes, tried: Collection[Endpoint], broken: Collection[Endpoint]
    ) -> Endpoint | None:
        usable = self.usable()
        if not usable and not tried:
            return min(self.endpoints, key=lambda endpoint: endpoint.breaker.wait_s)
        untried = [endpoint for endpoint in usable if endpoint not in tried]
        whole = [endpoint for endpoint in untried if endpoint not in broken]
        return _choose(key, whole or untried)

    def _first_worth_waiting_for(self, errors: Sequence[TierError]) -> TierError:
        """A full server will have room again; of several, the soonest to. Else the first that is down."""
        full = [error for error in errors if isinstance(error, TierOverloaded)]
        if full:
            return min(full, key=lambda error: error.retry_after_s or 0.0)
        return next(iter(errors), TierUnavailable(tier=self._tier, detail="no endpoint is left"))


def _choose(key: bytes, endpoints: Sequence[Endpoint]) -> Endpoint | None:
    if not endpoints:
        return None
    order = preference(key, [endpoint.url for endpoint in endpoints])
    return endpoints[within_bound(order, [endpoint.load for endpoint in endpoints])]


async def _visit(endpoint: Endpoint, work: Callable[[Visit], Awaitable[_Result]]) -> _Result:
    visit = endpoint.visit()
    try:
        return await work(visit)
    except BaseException as error:
        if isinstance(error, TierError):
            visit.failed(error)
        visit.over()
        raise


def _worth_retrying(error: Exception) -> bool | float:
    if isinstance(error, TierOverloaded):
        wait_s = error.retry_after_s
        return wait_s is None or (wait_s <= _MAX_BACKOFF_S and (wait_s or True))
    return isinstance(error, TierUnavailable)
