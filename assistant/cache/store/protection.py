"""What is done to texts before they are stored: nothing, or encryption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Cipher(Protocol):
    """Encrypts bytes for a tenant and a place, which both must be named again to read them."""

    def seal(self, data: bytes, *, tenant: str, place: str) -> bytes:
        """The bytes to store."""
        ...

    def open(self, data: bytes, *, tenant: str, place: str) -> bytes | None:
        """What was sealed; None for what is not ours, was changed, or is of an unknown key."""
        ...


@dataclass(frozen=True, slots=True)
class Protection:
    """The cipher if there is one; without, bytes are stored as they are."""

    cipher: Cipher | None = None

    def seal(self, data: bytes, *, tenant: str, place: str) -> bytes:
        """The bytes to store; `tenant` is its digest."""
        return data if self.cipher is None else self.cipher.seal(data, tenant=tenant, place=place)

    def open(self, data: bytes, *, tenant: str, place: str) -> bytes | None:
        """What was sealed, None where it cannot be read."""
        return data if self.cipher is None else self.cipher.open(data, tenant=tenant, place=place)
