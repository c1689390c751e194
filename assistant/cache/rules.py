"""What may be stored, and what may be served of what is stored."""

from __future__ import annotations

from assistant.cache.base import Bypass, CacheQuery, Miss
from assistant.types import Answer, CacheControl


def storable(answer: Answer, *, variants: int = 1) -> bool:
    """Whether `answer` is complete, accepted by its last rung, freshly written and not degraded.

    `variants` is how many texts the request asked for.
    """
    provenance = answer.provenance
    return (
        answer.finish == "stop"
        and bool(answer.text.strip())
        and len(answer.variants) == variants - 1
        and not provenance.degraded
        and provenance.cache.status != "hit"
        and bool(provenance.path)
        and provenance.path[-1].decision == "accept"
    )


def bypass_for(control: CacheControl) -> Bypass | None:
    """Why the caller wants no stored answer, None where one is welcome."""
    if control.no_store:
        return Bypass(reason="no-store")
    if control.no_cache:
        return Bypass(reason="no-cache")
    return None


def refusal_for(query: CacheQuery, answer: Answer, *, age_s: float) -> Miss | None:
    """Why a stored answer of that age may not be served to this query, None where it may."""
    longest_s = query.control.max_age_s
    if longest_s is not None and age_s > longest_s:
        return Miss(reason="too_old")
    score = answer.provenance.score
    if query.min_score is not None and (score is None or score < query.min_score):
        return Miss(reason="below_bar")
    return None
