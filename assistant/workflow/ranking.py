"""Which of the texts written so far is the best, for the writer and for a tier that repairs it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from assistant.cache.base import Hit, Lookup
from assistant.workflow.state import Candidate


def ranking(
    candidates: Sequence[Candidate],
    *,
    unwanted: Callable[[str], bool] | None = None,
    sent: str = "",
) -> list[Candidate]:
    """Best first: whole texts before broken ones, then by score, then the later rung.

    Only texts that begin with what was `sent` already can be served. Texts that are `unwanted` come after
    all others, however good they are: who asks for another text has had them.
    """
    return sorted(
        (one for one in candidates if one.text.content.startswith(sent)),
        key=lambda one: (
            unwanted is None or not unwanted(one.text.content),
            not one.text.partial,
            one.score.value,
            one.accepted,
            one.rung,
        ),
        reverse=True,
    )


def unwanted_of(lookup: Lookup) -> Callable[[str], bool] | None:
    """Tells the texts that the writer has had and wants no more; None where any text will do."""
    return None if isinstance(lookup, Hit) else lookup.known


def shown(candidates: Iterable[Candidate]) -> Candidate | None:
    """The text that a repairing tier sees: the best whole one so far; None without any words."""
    whole = [one for one in candidates if not one.text.partial]
    best = max(whole, key=lambda one: one.score.value, default=None)
    return best if best is not None and best.text.content else None


def best_of(candidates: Iterable[Candidate], *, rung: int) -> Candidate | None:
    """The text that decided its rung; None where the rung wrote nothing."""
    of_rung = [one for one in candidates if one.rung == rung]
    return max(of_rung, key=lambda one: one.score.value, default=None)
