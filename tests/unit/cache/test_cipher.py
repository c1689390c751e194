"""Encryption of what the cache keeps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cache import cipher as cipher_module
from assistant.cache.cipher import OVERHEAD_BYTES, Cipher

OLD, NEW, FOREIGN = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
CIPHER = Cipher([OLD])
WHERE = {"tenant": "press", "place": "ink:{p}:e:1"}

NAMES = st.text(st.characters(), max_size=20)
PLACES = st.text(max_size=40)


@given(data=st.binary(max_size=200), tenant=NAMES, place=PLACES)
def test_what_was_sealed_opens_at_its_place(data: bytes, tenant: str, place: str) -> None:
    """For any tenant's name and any bytes, 33 bytes longer meanwhile."""
    sealed = CIPHER.seal(data, tenant=tenant, place=place)

    assert len(sealed) == len(data) + OVERHEAD_BYTES == len(data) + 33
    assert CIPHER.open(sealed, tenant=tenant, place=place) == data


def test_what_is_sealed_does_not_show() -> None:
    """Neither the text nor the key."""
    sealed = CIPHER.seal(b"Dear Ms Ito, the offer stands.", **WHERE)

    assert b"offer" not in sealed
    assert OLD[:8] not in sealed


@given(data=st.binary(max_size=60), at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_a_changed_byte_anywhere_is_noticed(data: bytes, at: int, flip: int) -> None:
    """Version, key, nonce, text and tag alike."""
    sealed = bytearray(CIPHER.seal(data, **WHERE))
    sealed[at % len(sealed)] ^= flip

    assert CIPHER.open(bytes(sealed), **WHERE) is None


def test_what_is_cut_off_does_not_open() -> None:
    """However much is left."""
    sealed = CIPHER.seal(b"text", **WHERE)

    assert {CIPHER.open(sealed[:end], **WHERE) for end in range(len(sealed))} == {None}


@given(data=st.binary(max_size=200))
def test_what_others_wrote_does_not_open(data: bytes) -> None:
    """An entry from before encryption was switched on, or garbage."""
    assert CIPHER.open(data, **WHERE) is None


@given(one=NAMES, other=NAMES)
def test_no_tenant_opens_what_is_another_s(one: str, other: str) -> None:
    """Not even at the same place."""
    sealed = CIPHER.seal(b"text", tenant=one, place="p")

    assert (CIPHER.open(sealed, tenant=other, place="p") == b"text") == (one == other)


@given(one=PLACES, other=PLACES)
def test_what_is_moved_to_another_key_does_not_open(one: str, other: str) -> None:
    """Who may write to Redis cannot serve one request the answer to another."""
    sealed = CIPHER.seal(b"text", tenant="press", place=one)

    assert (CIPHER.open(sealed, tenant="press", place=other) == b"text") == (one == other)


def test_a_new_key_seals_while_the_old_one_still_opens() -> None:
    """And once the old one is dropped, what it sealed is gone."""
    before = Cipher([OLD]).seal(b"before", **WHERE)
    during = Cipher([NEW, OLD])
    after = during.seal(b"after", **WHERE)

    assert during.open(before, **WHERE) == b"before"
    assert Cipher([NEW]).open(after, **WHERE) == b"after"
    assert Cipher([NEW]).open(before, **WHERE) is None
    assert Cipher([FOREIGN]).open(after, **WHERE) is None


def test_equal_texts_are_sealed_differently() -> None:
    """Nobody can tell that two entries hold the same."""
    assert len({CIPHER.seal(b"same", **WHERE) for _ in range(100)}) == 100


def test_more_tenants_than_are_held_are_all_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their keys are derived again."""
    monkeypatch.setattr(cipher_module, "TENANTS_HELD", 2)
    cipher = Cipher([OLD])
    sealed = {name: cipher.seal(name.encode(), tenant=name, place="p") for name in "abcde"}

    opened = {name: cipher.open(data, tenant=name, place="p") for name, data in sealed.items()}

    assert opened == {name: name.encode() for name in "abcde"}


def test_a_cipher_never_shows_its_keys() -> None:
    """In logs and error reports."""
    shown = repr(CIPHER) + str(CIPHER)

    assert OLD.hex() not in shown
    assert repr(OLD) not in shown


@pytest.mark.parametrize("keys", [[], [b""], [OLD, OLD[:16]], [OLD + b"0"]])
def test_keys_of_another_length_are_refused(keys: list[bytes]) -> None:
    """AES-128 by mistake is one."""
    with pytest.raises(ValueError, match="32 bytes"):
        Cipher(keys)
