"""What is stored of an answer, and how much room it takes."""

from __future__ import annotations

import zlib
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from assistant.cache.entry import LONGEST, Body, decode, encode
from assistant.cache.reference import EntryRef
from assistant.types import Answer, CheckResult, Edit
from support.cached import writes

unicode_texts = st.text(st.characters(exclude_categories=["Cs"]))


def test_an_answer_comes_back_as_it_was_stored(answer: Answer) -> None:
    """Every field, nested ones and tuples included."""
    edit = Edit(start=0, end=1, start_utf16=0, end_utf16=2, text="🖋")
    full = replace(answer, diff=(edit,), text="🖋 é \x00 \u2028", variants=("a", ""))

    data = encode(full, instruction="Make it 🖋.")

    assert data is not None
    assert decode(data) == Body(version=2, instruction="Make it 🖋.", answer=full)


@given(text=unicode_texts, instruction=unicode_texts)
def test_any_text_comes_back(text: str, instruction: str) -> None:
    """To the last character."""
    answer = replace(writes("x"), text=text)

    data = encode(answer, instruction=instruction)

    assert data is not None
    assert decode(data) == Body(version=2, instruction=instruction, answer=answer)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"{}",
        zlib.compress(b"{}"),
        zlib.compress(b'{"version": 1}'),
        zlib.compress(b'{"version": 3, "instruction": "", "answer": {}}'),
        zlib.compress(bytes(LONGEST + 1)),
    ],
    ids=["empty", "junk", "plain", "no-body", "older", "newer", "bomb"],
)
def test_what_is_no_entry_of_this_version_is_unreadable(data: bytes) -> None:
    """It is told, not raised; what unpacks to too much is not unpacked."""
    assert decode(data) is None


@given(st.data())
def test_an_entry_that_was_cut_is_unreadable(data: st.DataObject) -> None:
    """Never half an answer."""
    whole = encode(writes("A text."), instruction="i")
    assert whole is not None
    length = data.draw(st.integers(0, len(whole) - 1))

    assert decode(whole[:length]) is None


def test_an_entry_packed_for_another_dictionary_is_unreadable(answer: Answer) -> None:
    """A release that changes the dictionary does not read wrong answers."""
    body = TypeAdapter(Body).dump_json(Body(version=2, instruction="", answer=answer))
    packer = zlib.compressobj(zdict=b"another dictionary")

    assert decode(packer.compress(body) + packer.flush()) is None


@pytest.mark.parametrize(("text", "instruction"), [("\ud800", ""), ("", "\ud800")])
def test_a_text_that_has_no_bytes_is_not_encoded(
    answer: Answer, text: str, instruction: str
) -> None:
    """Half a surrogate has no UTF-8."""
    assert encode(replace(answer, text=text), instruction=instruction) is None


def test_what_all_answers_have_in_common_takes_little_room(answer: Answer) -> None:
    """Names of fields, tiers, reasons and checks are in the dictionary."""
    names = ("empty", "refusal", "loop", "language", "cut_off", "grammar", "person")
    checked = replace(
        answer, checks=tuple(CheckResult(name=n, passed=True, evidence="") for n in names)
    )
    plain = TypeAdapter(Answer).dump_json(checked)

    packed = encode(checked, instruction="")

    assert packed is not None
    assert len(packed) * 5 < len(plain)


def test_the_dictionary_stays_what_it_is_from_release_to_release() -> None:
    """Where this fails on purpose, pin the new one: nothing stored before can be read any more."""
    dictionary = files("assistant.cache.store").joinpath("entry.dictionary").read_bytes()

    assert zlib.adler32(dictionary) == 0x820B99E5


references = st.builds(
    EntryRef,
    level=st.sampled_from(["exact", "canonical", "semantic"]),
    partition=st.from_regex(r"\A[0-9a-f]{32}\Z"),
    exact=st.from_regex(r"\A[0-9a-f]{32}\Z"),
    id=st.from_regex(r"\A[A-Za-z0-9_-]{1,64}\Z"),
    shared=st.just("") | st.from_regex(r"\A[0-9a-f]{32}\Z"),
    task=st.sampled_from(["", "draft", "chat"]),
    language=st.sampled_from(["", "en", "pt-br"]),
    text=st.just("") | st.from_regex(r"\A[0-9a-f]{32}\Z"),
)


@given(references)
def test_a_reference_is_read_as_it_was_written(ref: EntryRef) -> None:
    """Decision records keep them for weeks."""
    assert EntryRef.parse(str(ref)) == ref
    assert ref.held == (ref.shared or ref.partition)


@given(st.text() | references.map(lambda ref: f"{ref}x:") | references.map(lambda ref: f" {ref}"))
def test_what_is_no_reference_is_none(text: str) -> None:
    """Nothing that is put into names of keys comes from outside."""
    assert EntryRef.parse(text) is None
