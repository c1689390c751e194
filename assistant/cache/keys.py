"""Under which name an answer is stored: who asked, what exactly, and what shaped the text."""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from assistant.cache.base import CacheQuery
from assistant.types import DraftRequest, Message

SCHEMA_VERSION: Final = 1
"""Raised whenever keys or stored values change their meaning; older entries are then never found."""

PARTITION_LENGTH: Final = 32
"""Hexadecimal digits of a partition: 128 bits."""

_NOT_SHAPING: Final = frozenset({"deadline_ms", "messages"})
"""Fields of a request left out of its key: a deadline never shapes the text of an accepted answer,
and messages are there as their digest."""


def entry_key(secret: bytes, query: CacheQuery) -> str:
    """The name of the one entry that answers `query`.

    The braces are a hash tag: all entries of a partition lie on one node of a Redis Cluster.
    """
    return f"ink:{{{partition(secret, query)}}}:x:{exact_key(secret, query)}"


def partition(secret: bytes, query: CacheQuery) -> str:
    """Digest of what answers are never shared across.

    That is tenant, user, schema version, task, output language and shape. It is keyed, so that
    nobody who sees the store's keys can tell whose they are by trying names.
    """
    parts = {
        "tenant": query.caller.tenant,
        "user": query.caller.user,
        "version": SCHEMA_VERSION,
        "task": query.request.task,
        "language": query.request.language,
        "shape": query.shape,
    }
    return _digest(secret, parts)[:PARTITION_LENGTH]


def exact_key(secret: bytes, query: CacheQuery) -> str:
    """Digest of the typed request with its defaults filled in.

    Line ends and Unicode composition do not count; case and white space do.
    """
    return _digest(secret, canonical_request(query.request))


def canonical_request(request: DraftRequest) -> dict[str, object]:
    """Everything in `request` that shapes its text, as plain data."""
    fields = {key: value for key, value in asdict(request).items() if key not in _NOT_SHAPING}
    return {**fields, "conversation": conversation_digest(request.messages)}


def conversation_digest(messages: Sequence[Message]) -> str:
    """Digest of the turns in their order; that of no turns is a digest too."""
    turns = [[message.role, message.content] for message in messages]
    return hashlib.sha256(_canonical_json(turns)).hexdigest()


def _digest(secret: bytes, data: object) -> str:
    return hmac.new(secret, _canonical_json(data), hashlib.sha256).hexdigest()


def _canonical_json(data: object) -> bytes:
    # ASCII escapes, since a request may hold lone surrogates, which have no UTF-8.
    return json.dumps(_normal(data), sort_keys=True, separators=(",", ":")).encode("ascii")


def _normal(data: object) -> object:
    """`data` with the text in it brought to one form."""
    match data:
        case str():
            return unicodedata.normalize("NFC", data.replace("\r\n", "\n"))
        case dict():
            return {key: _normal(value) for key, value in data.items()}
        case list() | tuple():
            return [_normal(value) for value in data]
        case _:
            return data
