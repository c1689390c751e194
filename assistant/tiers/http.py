"""How tiers speak HTTP: their client, and what its failures and an engine's refusals are called."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx2

from assistant.errors import TierUnavailable
from assistant.tiers.refusals import parse_refusal, refusal

CONNECT_TIMEOUT_S = 2.0
"""An engine nearby accepts within milliseconds; this allows for one lost packet."""

TIMEOUT = httpx2.Timeout(None, connect=CONNECT_TIMEOUT_S)
"""All but connecting is bounded by the deadline of the request."""

MAX_IDLE_CONNECTIONS = 64
"""Kept for reuse: two tiers' worth of requests at once."""


def new_client(endpoints: tuple[str, ...], *, keep_s: float) -> httpx2.AsyncClient:
    """A client for these endpoints that keeps idle connections for `keep_s` seconds, 0 for not at all."""
    limits = httpx2.Limits(
        max_connections=None,
        max_keepalive_connections=MAX_IDLE_CONNECTIONS if keep_s else 0,
        keepalive_expiry=keep_s,
    )
    if any(endpoint.startswith("https:") for endpoint in endpoints):
        return httpx2.AsyncClient(limits=limits)
    # Engines spoken to in the clear are ours and near: a proxy from the environment must not see
    # the texts, and reading the system's certificates would take longer than the first token.
    no_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx2.AsyncClient(limits=limits, verify=no_certificates, trust_env=False)


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


async def raise_for_refusal(response: httpx2.Response, *, tier: str) -> None:
    """Raises what an engine means by a status other than 200."""
    if response.status_code == httpx2.codes.OK:
        return
    with transport_errors(tier):
        error = parse_refusal(await response.aread())
    raise refusal(
        error,
        tier=tier,
        status=response.status_code,
        retry_after=response.headers.get("retry-after"),
    )


async def post_json(
    client: httpx2.AsyncClient,
    url: str,
    body: Mapping[str, Any],
    *,
    headers: Mapping[str, str],
    tier: str,
) -> httpx2.Response:
    """The whole answer to a call that is not streamed, whatever its status.

    Raises:
        TierUnavailable: there is no answer.
    """
    with transport_errors(tier):
        return await client.post(url, json=body, headers=headers, timeout=TIMEOUT)
