"""Widens a small tokenizer to a large vocabulary, so that every random token is a word. Pure."""

from __future__ import annotations

from typing import Any

_BLANK = "\u0120"
"""How byte-level BPE spells a leading blank."""


class TokenizerError(ValueError):
    """The tokenizer cannot be widened; the message says why."""


def widened(tokenizer: dict[str, Any], *, size: int) -> dict[str, Any]:
    """The content of `tokenizer.json` with the words ` w<id>` up to `size` entries.

    What the tokenizer could read it reads as before: no merge leads to a new word. New words go into
    the vocabulary itself, since as added tokens two hundred thousand of them load slowly.

    Raises:
        TokenizerError: not a byte-level BPE, a gap in its ids, or more than `size` entries.
    """
    model = tokenizer.get("model", {})
    if model.get("type") != "BPE":
        message = f"only a BPE tokenizer can be widened, this one is {model.get('type')!r}"
        raise TokenizerError(message)
    # An added token that is not in the vocabulary would get a new id behind the new words.
    added = {token["content"]: token["id"] for token in tokenizer.get("added_tokens", ())}
    vocabulary = model["vocab"] | added
    known = set(vocabulary.values())
    if known != set(range(len(known))):
        message = f"its {len(known)} ids have gaps, the highest is {max(known)}"
        raise TokenizerError(message)
    if len(known) > size:
        message = f"it has {len(known)} entries already, more than {size}"
        raise TokenizerError(message)
    vocabulary |= {f"{_BLANK}w{new}": new for new in range(len(known), size)}
    return tokenizer | {"model": model | {"vocab": vocabulary}}
