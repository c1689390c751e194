"""The way out of a misspelt word: the nearest one that is known."""

from __future__ import annotations

import difflib
from collections.abc import Collection


def near(word: str, known: Collection[str]) -> str | None:
    """The known word that `word` was most likely meant to be."""
    return next(iter(difflib.get_close_matches(word, known, n=1)), None)


def way_out(word: str, known: Collection[str]) -> str:
    """`did you mean 'x'?` where one is near, else what is known."""
    candidate = near(word, known)
    if candidate is not None:
        return f"did you mean {candidate!r}?"
    return f"known: {', '.join(sorted(known))}"
