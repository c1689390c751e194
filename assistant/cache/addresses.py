"""Where the answer to a request lies: its partition and keys. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from assistant.cache.base import CacheQuery
from assistant.cache.keys import (
    SCHEMA_VERSION,
    digest,
    document_digest,
    request_fields,
    tenant_digest,
    user_digest,
)
from assistant.cache.wording import Folded, fold
from assistant.types import Caller, DraftRequest

MOST_DOCUMENTS: Final = 32
"""Texts that a request is found by: those of the last turns of a long conversation."""


CALLERS: Final = 1024
"""Callers whose digests are remembered, each with a task, language and shape: half a kilobyte each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Digests that name where a request belongs.

    `partition` holds the caller's own answers to requests of this task, language and shape, `shared`
    those that the tenant shares. `exact` is the request to the letter.
    """

    tenant: str
    user: str
    partition: str
    shared: str
    exact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What the instruction of a request comes down to.

    Requests of one `canonical` ask for the same text; those of different `bucket` never do. `folded` is
    what a verifier compares.
    """

    folded: Folded = field(repr=False)
    canonical: str
    bucket: str


def address_of(secret: bytes, query: CacheQuery) -> Address:
    """Where the answers to `query` lie; `secret` keys the digests."""
    request = query.request
    shaped_by = (request.task, request.language, query.shape)
    tenant, user, partition, shared = _partitions(secret, query.caller, shaped_by)
    return Address(
        tenant=tenant,
        user=user,
        partition=partition,
        shared=shared,
        exact=digest(secret, "exact", tenant, request_fields(request)),
    )


@lru_cache(CALLERS)
def _partitions(
    secret: bytes, caller: Caller, shaped_by: tuple[str, str | None, str]
) -> tuple[str, str, str, str]:
    """Digests of the tenant, the user, the user's partition and the one that the tenant shares."""
    tenant, user = tenant_digest(secret, caller.tenant), user_digest(secret, caller)
    own, shared = (
        digest(secret, "partition", SCHEMA_VERSION, tenant, whose, *shaped_by)
        for whose in (user, "")
    )
    return tenant, user, own, shared


def instruction_of(request: DraftRequest) -> str | None:
    """The words that say what is wanted: in a conversation the last turn, None where that is no user's."""
    if request.task != "chat":
        return request.instruction
    last = request.messages[-1] if request.messages else None
    return last.content if last is not None and last.role == "user" else None


def wording_of(secret: bytes, query: CacheQuery) -> Wording | None:
    """What the instruction comes down to, None where that is not known.

    Everything else in the request counts to the letter.
    """
    request = query.request
    instruction = instruction_of(request)
    if instruction is None:
        return None
    # The language of the request is that of the text, not of the words that ask for it.
    folded = fold(instruction)
    if folded is None:
        return None
    rest = (query.caller.tenant, request_fields(_without_instruction(request)))
    said = (folded.language, folded.canonical, folded.source)
    return Wording(
        folded=folded,
        canonical=digest(secret, "canonical", rest, *said),
        bucket=digest(secret, "bucket", rest, folded.language, folded.source, folded.bucket),
    )


def _without_instruction(request: DraftRequest) -> DraftRequest:
    if request.task != "chat":
        return replace(request, instruction="")
    return replace(request, messages=request.messages[:-1])


def documents_of(secret: bytes, query: CacheQuery, wording: Wording | None) -> tuple[str, ...]:
    """Digests of the texts that the writer gave, by which an answer is found to be erased."""
    request = query.request
    turns = [turn.content for turn in request.messages if turn.role == "user"]
    pasted = "" if wording is None else wording.folded.source
    texts = [request.text, request.before, request.after, pasted, *reversed(turns)]
    given = [text for text in texts if text.strip()]
    tenant = query.caller.tenant
    digests = (document_digest(secret, tenant, text) for text in given[:MOST_DOCUMENTS])
    return tuple(dict.fromkeys(digests))
