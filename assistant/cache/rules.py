"""What may be stored, and what may be served of what is stored."""

from __future__ import annotations

from assistant.cache.base import Bypass, CacheQuery, Miss
from assistant.types import Answer, CacheControl


def storable(
    answer: Answer, *, variants: int = 1, required_checks: frozenset[str] = frozenset()
) -> bool:
    """Whether `answer` is complete, accepted by its last rung, freshly written and not degraded.

    `variants` is how many texts the request asked for. On a ladder of one every text is accepted;
    one that fails a required check is not kept all the same.
    """
    provenance = answer.provenance
    return (
        answer.finish == "stop"
        and bool(answer.text.strip())
        and len(answer.variants) == variants - 1
        and not provenance.degraded
        and not _fails(answer, required_checks)
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
    return Miss(reason="below_bar") if _fails(answer, query.required_checks) else None


def _fails(answer: Answer, required_checks: frozenset[str]) -> bool:
    return any(check.name in required_checks for check in answer.checks if not check.passed)
