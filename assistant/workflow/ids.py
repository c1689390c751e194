"""Names for answers."""

from __future__ import annotations

import secrets

ID_BYTES = 12
"""96 random bits: no two answers of one installation meet."""


def new_id() -> str:
    """A fresh id such as `draft_5f1c...`, safe in URLs and headers."""
    return f"draft_{secrets.token_hex(ID_BYTES)}"
