"""Names under which records lie: keyed digests, so that nobody who sees them can tell whose they are. Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import fields
from functools import lru_cache
from typing import Final

from assistant.types import Caller, DraftRequest, Length, Message, Style

DIGITS: Final = 32
"""Hexadecimal digits of a digest: 128 bits."""

CALLERS: Final = 1024
"""Whose digests are at hand: more than ask a process at a time."""

TENANTS: Final = "ink:records:tenants"
"""Name of the list of all tenants' digests."""

_RECORD_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_COMPLETION: Final = "chatcmpl-"
_NOT_ASKED: Final = frozenset({"deadline_ms", "entry", "labels", "sampling", "variants"})
"""Fields that say how, and not what, is to be written."""


def record_id_of(shown: str) -> str | None:
    """The record behind an id as clients know it, OpenAI's completion ids too; None if it is none."""
    name = shown.removeprefix(_COMPLETION)
    return name if _RECORD_ID.fullmatch(name) else None


@lru_cache(CALLERS)
def tenant_digest(secret: bytes, tenant: str) -> str:
    """What stands for a tenant in names."""
    return _digest(secret, ["tenant", tenant])[:DIGITS]


def member(secret: bytes, caller: Caller, record_id: str) -> str:
    """What tells a record from all others of its tenant: whose it is, and its id."""
    return f"{_user_digest(secret, caller)}:{record_id}"


@lru_cache(CALLERS)
def _user_digest(secret: bytes, caller: Caller) -> str:
    return _digest(secret, ["user", caller.tenant, caller.user])[:DIGITS]


def index_key(tenant: str) -> str:
    """Name of the list of a tenant's scored records; `tenant` is its digest.

    The braces are a hash tag: all of a tenant's records lie on one node of a Redis Cluster.
    """
    return f"ink:{{{tenant}}}:records"


def record_key(tenant: str, of: str) -> str:
    """Name of a record, by its tenant's digest and its `member`."""
    return f"ink:{{{tenant}}}:record:{of}"


def outcome_key(tenant: str, of: str) -> str:
    """Name of the verdict on its text."""
    return f"ink:{{{tenant}}}:verdict:{of}"


def held_key(tenant: str, of: str) -> str:
    """Name of the digests of the words of its text."""
    return f"ink:{{{tenant}}}:words:{of}"


def word_key(secret: bytes, record_id: str) -> bytes:
    """The key of the word digests of one text: equal words of two texts have different digests."""
    return hmac.new(secret, f"words\0{record_id}".encode(), hashlib.sha256).digest()


def group_of(secret: bytes, request: DraftRequest) -> str:
    """A digest that equal requests share, whoever sends them and however they are to be sampled."""
    asked = {name: value for name, value in _fields(request).items() if name not in _NOT_ASKED}
    return _digest(secret, ["request", asked])[:DIGITS]


def _digest(secret: bytes, data: object) -> str:
    # ASCII escapes, since a request may hold lone surrogates, which have no UTF-8.
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), default=_fields)
    return hmac.new(secret, text.encode("ascii"), hashlib.sha256).hexdigest()


def _fields(value: DraftRequest | Message | Length | Style) -> dict[str, object]:
    """As JSON knows it. `dataclasses.asdict` copies every text first."""
    return {field.name: getattr(value, field.name) for field in fields(value)}
