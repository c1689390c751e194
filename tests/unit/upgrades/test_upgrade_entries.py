"""Drafts as bytes: they come back as they were, and nothing else is taken for one."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.types import DraftRequest, Length, Message, Sampling, Style
from assistant.upgrades.base import Upgrade
from assistant.upgrades.entry import (
    decode_better,
    decode_draft,
    decode_upgrade,
    encode_better,
    encode_draft,
    encode_upgrade,
)
from support.upgrades import better, kept

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
REQUESTS = st.builds(
    DraftRequest,
    instruction=TEXTS,
    text=TEXTS,
    before=TEXTS,
    messages=st.tuples(st.builds(Message, role=st.just("user"), content=TEXTS)) | st.just(()),
    length=st.none() | st.builds(Length, words=st.integers(1, 999)),
    style=st.builds(Style, glossary=st.tuples(st.tuples(TEXTS, TEXTS))),
    sampling=st.builds(Sampling, stop=st.tuples(TEXTS), seed=st.none() | st.integers()),
    answer_now=st.booleans(),
)


@given(request=REQUESTS, text=TEXTS)
def test_a_draft_comes_back_as_it_was(request: DraftRequest, text: str) -> None:
    """Whatever was asked in whatever script."""
    draft = kept(text, request=request)

    data = encode_draft(draft)

    assert data is not None
    assert decode_draft(data) == draft


@given(text=TEXTS)
def test_a_better_text_comes_back_as_it_was(text: str) -> None:
    """With its provenance."""
    data = encode_better(better(text))

    assert data is not None
    assert decode_better(data) == better(text)


@given(data=st.binary())
def test_other_bytes_are_nothing(data: bytes) -> None:
    """Whatever lies in the store."""
    assert decode_draft(data) is None
    assert decode_better(data) is None
    assert decode_upgrade(data) is None
    assert decode_draft(zlib.compress(data)) is None


def test_values_of_another_version_are_not_read() -> None:
    """Nor those that are cut off."""
    data = encode_draft(kept())
    assert data is not None
    newer = json.loads(zlib.decompress(data)) | {"version": 2}

    assert decode_draft(zlib.compress(json.dumps(newer).encode())) is None
    assert decode_draft(data[:-5]) is None


def test_what_is_no_unicode_has_no_bytes() -> None:
    """JSON can spell half of a surrogate pair; no store can keep it."""
    assert encode_draft(kept("\ud83d")) is None
    assert encode_better(replace(better(), text="\ud83d")) is None


@pytest.mark.parametrize("status", ["pending", "ready", "failed"])
def test_how_it_stands_comes_back(status: str) -> None:
    """By status and id."""
    upgrade = Upgrade(status=status, id="draft_9")  # type: ignore[arg-type]

    assert decode_upgrade(encode_upgrade(upgrade)) == upgrade
