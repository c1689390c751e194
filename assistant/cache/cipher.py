"""Encryption of what the cache keeps: AES-256-GCM under a key of each tenant's own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
ID_BYTES: Final = 4
VERSION: Final = b"\x01"

HEAD_BYTES: Final = len(VERSION) + ID_BYTES
OVERHEAD_BYTES: Final = HEAD_BYTES + NONCE_BYTES + TAG_BYTES
"""What a sealed text is longer than an open one: 33 bytes."""

TENANTS_HELD: Final = 1024
"""Tenants whose keys stay derived: deriving one takes thirty microseconds, sealing 4 kB six."""


class Cipher:
    """Seals and opens the bytes of entries; the first of `keys` seals, all of them open.

    So a key is replaced by putting a new one before it, and dropped when what it sealed has expired. Each
    key is 32 random bytes. A tenant's own key is derived from it: what was sealed for one tenant opens
    for no other, and each may have 2^32 entries sealed before its key should be replaced, which random
    nonces of 96 bits allow for. A cipher never shows its keys.

    Raises:
        ValueError: there is no key, or one of another length.
    """

    __slots__ = ("_current", "_masters", "_suite")

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            message = f"a cipher needs keys of {KEY_BYTES} bytes each"
            raise ValueError(message)
        self._masters = {_derived(key, b"id", ID_BYTES): key for key in reversed(keys)}
        self._current = _derived(keys[0], b"id", ID_BYTES)
        self._suite = lru_cache(TENANTS_HELD)(self._suite_of)

    def seal(self, data: bytes, *, tenant: str, place: str) -> bytes:
        """`data` so that only `open` with the same tenant and place tells it, in 33 bytes more.

        `place` is the name of the Redis key that it is for: moved to another one it does not open.
        """
        head = VERSION + self._current
        nonce = os.urandom(NONCE_BYTES)
        suite = self._suite(self._current, tenant)
        return head + nonce + suite.encrypt(nonce, data, head + place.encode())

    def open(self, data: bytes, *, tenant: str, place: str) -> bytes | None:
        """What was sealed; None where it was not sealed for this tenant and place by a key at hand."""
        head, nonce = data[:HEAD_BYTES], data[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES]
        of = head.removeprefix(VERSION)
        if len(data) < OVERHEAD_BYTES or len(of) != ID_BYTES or of not in self._masters:
            return None
        try:
            sealed = data[HEAD_BYTES + NONCE_BYTES :]
            return self._suite(of, tenant).decrypt(nonce, sealed, head + place.encode())
        except InvalidTag:
            return None

    def _suite_of(self, of: bytes, tenant: str) -> AESGCM:
        # Hashed, so that it has one length and no tenant's name can be read as something else.
        name = hashlib.sha256(tenant.encode("utf-8", "surrogatepass")).digest()
        return AESGCM(_derived(self._masters[of], b"tenant" + name, KEY_BYTES))


def _derived(key: bytes, purpose: bytes, length: int) -> bytes:
    info = b"inkladder cache 1 " + purpose
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(key)
