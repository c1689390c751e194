"""Digests of what requests, callers and texts are, and the names that entries lie under. Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from dataclasses import fields, is_dataclass
from typing import Final

from assistant.types import Caller, DraftRequest

SCHEMA_VERSION: Final = 2
"""Raised whenever keys or stored values change their meaning; older entries are then never found."""

DIGITS: Final = 32
"""Hexadecimal digits of a digest: 128 bits."""

TENANTS: Final = "ink:tenants"
"""Name of the list of all tenants' digests."""

NOT_SHAPING: Final = frozenset({"deadline_ms", "answer_now"})
"""Fields of a request left out of its key: neither shapes the text of an accepted answer."""

_ENTRY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def is_entry_id(name: str) -> bool:
    """Whether `name` may name an entry: ids of answers are part of key names and references."""
    return _ENTRY_ID.fullmatch(name) is not None


def digest(secret: bytes, *parts: object) -> str:
    """What stands for `parts` in the store: keyed, so that nobody can find them by trying.

    Line ends and Unicode composition do not count; case and white space do.
    """
    data = _json(parts)
    # Only what holds these escapes may have another form, and most texts do not.
    if "\\u" in data or "\\r" in data:
        data = _json(plain(parts))
    return hmac.new(secret, data.encode("ascii"), hashlib.sha256).hexdigest()[:DIGITS]


def _json(data: object) -> str:
    # ASCII escapes, since a request may hold lone surrogates, which have no UTF-8.
    return json.dumps(data, sort_keys=True, separators=(",", ":"), default=_fields_of)


def _fields_of(value: object) -> dict[str, object]:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    message = f"a request holds no {type(value).__name__}"
    raise TypeError(message)


def tenant_digest(secret: bytes, tenant: str) -> str:
    """What stands for a tenant."""
    return digest(secret, "tenant", tenant)


def user_digest(secret: bytes, caller: Caller) -> str:
    """What stands for a user of a tenant."""
    return digest(secret, "user", caller.tenant, caller.user)


def document_digest(secret: bytes, tenant: str, text: str) -> str:
    """What stands for a text that a writer gave, wherever in a request; outer white space does not count."""
    return digest(secret, "document", tenant, text.strip())


def text_digest(secret: bytes, text: str) -> str:
    """What stands for a written text: the same for texts that differ in nothing but white space."""
    return digest(secret, "text", " ".join(text.split()))


def prefix(partition: str) -> str:
    """What all names of a partition begin with.

    The braces are a hash tag: a partition lies on one node of a Redis Cluster.
    """
    return f"ink:{{{partition}}}:"


def entry_key(partition: str, entry_id: str) -> str:
    """Name of an entry: where it is protected for, too."""
    return f"{prefix(partition)}e:{entry_id}"


def vector_place(partition: str, entry_id: str) -> str:
    """Where the vector of an entry is protected for."""
    return f"{entry_key(partition, entry_id)}:v"


def partitions_key(tenant: str) -> str:
    """Name of the list of a tenant's partitions; `tenant` is its digest."""
    return f"{prefix(tenant)}partitions"


_SHAPING: Final = tuple(
    field.name for field in fields(DraftRequest) if field.name not in NOT_SHAPING
)


def request_fields(request: DraftRequest) -> dict[str, object]:
    """Everything in `request` that shapes its text."""
    return {name: getattr(request, name) for name in _SHAPING}


def plain(data: object) -> object:
    """`data` as JSON knows it, with the text in it brought to one form."""
    if isinstance(data, str):
        text = data.replace("\r\n", "\n")
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    if data is None or isinstance(data, int | float):
        return data
    if isinstance(data, tuple | list):
        return [plain(value) for value in data]
    if isinstance(data, dict):
        return {name: plain(value) for name, value in data.items()}
    return plain(_fields_of(data))
