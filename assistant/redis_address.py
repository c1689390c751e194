"""What may stand in REDIS_URL: the address of one Redis or Valkey, or of some nodes of a cluster. Pure.

Errors never repeat a part of an address: wherever it is wrong, a password may be in that place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit

SCHEMES: Final = ("redis", "rediss", "unix", "redis+cluster", "rediss+cluster")
CLUSTER: Final = "+cluster"
PORT: Final = 6379

OPTIONS: Final = frozenset(
    {
        *("db", "username", "password", "client_name", "ssl_ca_certs", "ssl_ca_data"),
        *("ssl_ca_path", "ssl_cert_reqs", "ssl_certfile", "ssl_check_hostname", "ssl_ciphers"),
        *("ssl_keyfile", "ssl_password"),
    }
)
"""What may follow a question mark; time limits, pools and the protocol are not an address's to set."""

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_WAYS_OUT: Final = "; use redis://, rediss:// (TLS), unix://, redis+cluster:// or rediss+cluster://"
_ESCAPE: Final = (
    "write special characters of a user name or password as percent codes, as %40 for @"
)


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """One server, or nodes of a cluster that tell where the others are.

    `urls` are addresses of single servers as redis-py reads them; they may hold a password.
    """

    urls: tuple[str, ...] = field(repr=False)
    cluster: bool


def read_address(url: str) -> RedisAddress:
    """What `url` points at: one server, or as many nodes of a cluster as it names.

    It is `redis[s]://[user:password@]host[:port][/database]`, `unix://path`, or
    `redis[s]+cluster://[user:password@]host[:port][,host[:port]...]`.

    Raises:
        ValueError: it is none of them; the message repeats its scheme at most.
    """
    found = _SCHEME.match(url)
    if found is None:
        message = f"the address has no scheme{_WAYS_OUT}"
        raise ValueError(message)
    scheme = found[1].lower()
    if scheme not in SCHEMES:
        message = f"the scheme {scheme!r} is not known{_WAYS_OUT}"
        raise ValueError(message)
    rest = url[found.end() :]
    cluster = scheme.endswith(CLUSTER)
    plain = scheme.removesuffix(CLUSTER)
    urls = _each_host(plain, rest) if cluster else (f"{plain}://{rest}",)
    for one in urls:
        _check(one, cluster=cluster)
    return RedisAddress(urls, cluster)


def place_in(url: str) -> tuple[str, int]:
    """Host and port of a server's address."""
    parts = urlsplit(url)
    return parts.hostname or "localhost", parts.port or PORT


def moved_to(url: str, host: str, port: int) -> str:
    """The address of another server that takes the same user, password and options."""
    parts = urlsplit(url)
    user, at_sign, _ = parts.netloc.rpartition("@")
    shown = f"[{host}]" if ":" in host else host
    return urlunsplit(parts._replace(netloc=f"{user}{at_sign}{shown}:{port}"))


def _each_host(scheme: str, rest: str) -> tuple[str, ...]:
    """The address of every host, with the same user, password and options."""
    end = next((at for at, sign in enumerate(rest) if sign in "/?#"), len(rest))
    user, at_sign, hosts = rest[:end].rpartition("@")
    before, after = f"{scheme}://{user}{at_sign}", rest[end:]
    return tuple(f"{before}{host.strip()}{after}" for host in hosts.split(","))


def _check(url: str, *, cluster: bool) -> None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        message = f"host and port cannot be read; {_ESCAPE}, and name the nodes of a cluster by redis+cluster://"
        raise ValueError(message) from None
    if parts.scheme != "unix":
        _check_path(parts, cluster=cluster)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not options.keys() <= OPTIONS:
        message = f"an option behind the question mark is not known; there may be {', '.join(sorted(OPTIONS))}"
        raise ValueError(message)
    if not options.get("db", "0").isdecimal() or (cluster and "db" in options):
        message = "the database is a number, and a cluster has none but 0: leave it out"
        raise ValueError(message)


def _check_path(parts: SplitResult, *, cluster: bool) -> None:
    path = parts.path.strip("/")
    if "@" in path or parts.fragment:
        message = f"the path cannot be read; {_ESCAPE}"
        raise ValueError(message)
    if cluster and not parts.hostname:
        message = "a cluster's address names at least one host, several with commas between them"
        raise ValueError(message)
    if path and (not path.isdecimal() or (cluster and int(path))):
        message = "the path is the number of a database, and a cluster has none but 0: leave it out"
        raise ValueError(message)
