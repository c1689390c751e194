"""Every path needs a key, except the few named public: a new route is closed until opened."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Mapping, Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.types import Caller
from server.cors import origin_pattern
from server.errors import Problem, unauthorized
from server.keys import KeyFileError, Keyring

PUBLIC_PATHS = frozenset({"/healthz", "/readyz"})

KEY_SCHEMES: Mapping[str, Mapping[str, str]] = {
    "HTTPBearer": {"type": "http", "scheme": "bearer"},
    "x-api-key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "api-key": {"type": "apiKey", "in": "header", "name": "api-key"},
}
"""How a key may be sent, in the words of the API description."""

_FORWARDING = ("x-forwarded-for", "forwarded", "x-real-ip", "via")
_LOCAL_HOST = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?", re.IGNORECASE)

_CREATE_ONE = "create one with `inkladder keys create NAME`"


class Auth:
    """Finds out who calls. Without any configured key, only programs of this machine may."""

    def __init__(self, app: ASGIApp, *, keyring: Keyring, origins: Sequence[str]) -> None:
        self._app = app
        self._keyring = keyring
        self._origins = re.compile(origin_pattern(origins))
        self._public: Collection[str] = PUBLIC_PATHS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on requests whose caller is known, before a byte of their body is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        public = scope["path"] in self._public
        found = self._caller_if_any(scope) if public else self._caller(scope)
        if isinstance(found, Problem):
            await found.response()(scope, receive, send)
            return
        if found is not None:
            scope.setdefault("state", {})["caller"] = found
        await self._app(scope, receive, send)

    def _caller_if_any(self, scope: Scope) -> Caller | None:
        """Public paths answer everybody, even while the key file cannot be read."""
        try:
            found = self._caller(scope)
        except KeyFileError:
            return None
        return found if isinstance(found, Caller) else None

    def _caller(self, scope: Scope) -> Caller | Problem:
        headers = Headers(scope=scope)
        if not self._keyring.configured:
            if self._is_local(scope, headers):
                return Caller()
            return unauthorized(
                "no key is configured, so only programs of this machine may ask, at"
                f" http://localhost or http://127.0.0.1; {_CREATE_ONE}"
            )
        key = _given_key(headers)
        if key is None:
            return unauthorized(
                f"no key given; send it as `Authorization: Bearer`, or {_CREATE_ONE}"
            )
        caller = self._keyring.find(key)
        return caller or unauthorized(f"this key is unknown or revoked; {_CREATE_ONE}")

    def _is_local(self, scope: Scope, headers: Headers) -> bool:
        """Whether the request began on this machine, and not in a page of a foreign site.

        A proxy on this machine connects from loopback too: anything it forwards is foreign. A page
        can make a browser call loopback under its own host name; that name then stands in `host`.
        """
        client = scope.get("client")
        if client is None or not _is_loopback(client[0]):
            return False
        if any(name in headers for name in _FORWARDING):
            return False
        origin = headers.get("origin")
        if origin is not None and not self._origins.fullmatch(origin):
            return False
        return _LOCAL_HOST.fullmatch(headers.get("host", "")) is not None


def _given_key(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return headers.get("x-api-key") or headers.get("api-key")


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
