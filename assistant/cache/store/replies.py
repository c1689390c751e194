"""Replies of the server as values. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from assistant.cache.base import MissReason
from assistant.cache.store.values import Change, Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An entry that nobody has refused, still packed; `created` in seconds since 1970, `text` the digest of its text."""

    id: str
    body: bytes = field(repr=False)
    created: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is stored for a request.

    `refused` holds ids of entries and digests of texts it was not to be served again, `texts` digests of
    those it has had.
    """

    delivered: bool
    refused: frozenset[str]
    texts: frozenset[str]
    exact: Candidate | MissReason
    canonical: Candidate | MissReason


@dataclass(frozen=True, slots=True, kw_only=True)
class PutForward:
    """An entry that may have been put forward for sharing: by whom, how, and under which keys."""

    share: str
    canonical: str
    exact: str
    user: str


def put_forward_of(reply: object) -> PutForward:
    """The reply of a script that takes an entry out of use."""
    share, canonical, exact, user = words(reply)
    return PutForward(share=share, canonical=canonical, exact=exact, user=user)


def found_of(reply: object) -> Found:
    """The reply of the script that reads."""
    delivered, refused, texts, exact, canonical = cast("Sequence[object]", reply)
    return Found(
        delivered=delivered == 1,
        refused=frozenset(words(refused)),
        texts=frozenset(words(texts)),
        exact=_candidate(exact),
        canonical=_candidate(canonical),
    )


def _candidate(reply: object) -> Candidate | MissReason:
    if isinstance(reply, bytes):
        return cast("MissReason", reply.decode())
    entry_id, body, created, text = cast("Sequence[bytes]", reply)
    return Candidate(id=entry_id.decode(), body=body, created=float(created), text=text.decode())


def words(reply: object) -> list[str]:
    """A list of names."""
    return [each.decode() for each in cast("Sequence[bytes]", reply)]


def fields_of(reply: object) -> dict[str, bytes]:
    """The fields of a hash."""
    flat = cast("Sequence[bytes]", reply)
    return {name.decode(): value for name, value in zip(flat[::2], flat[1::2], strict=True)}


def changes_of(reply: object) -> Changes:
    """The reply of the script that reads the log."""
    reset, last, items = cast("tuple[int, bytes, Sequence[tuple[bytes, object]]]", reply)
    found = (fields_of(item) for _, item in items)
    return Changes(
        reset=reset == 1,
        last=last.decode(),
        changes=tuple(_change(each) for each in found),
    )


def _change(item: Mapping[str, bytes]) -> Change:
    return Change(
        op="add" if item["op"] == b"add" else "del",
        id=item["id"].decode(),
        bucket=item["b"].decode(),
    )
