"""What may be stored, and what may be served of what is stored."""

from __future__ import annotations

from assistant.cache.base import CacheQuery, Hit, Miss, WriteRefusal
from assistant.types import Answer, CacheLevel, DraftRequest


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


def unwanted(query: CacheQuery) -> WriteRefusal | None:
    """Why nothing may be kept of this request, whatever its answer."""
    if query.control.no_store:
        return "no-store"
    return "off" if query.rules.exact_ttl_s is None else None


def not_accepted(query: CacheQuery, answer: Answer) -> WriteRefusal | None:
    """Why this answer may not be kept, None where it may."""
    good = storable(answer, variants=query.request.variants, required_checks=query.required_checks)
    return None if good else "not_accepted"


def wants_another(query: CacheQuery) -> str | None:
    """Why the caller wants a text other than those served before, None where a stored one is welcome."""
    if query.control.no_cache:
        return "no-cache"
    return "again" if query.control.regenerate else None


def repeats_ask_again(query: CacheQuery) -> bool:
    """Whether this request, once answered, asks for another text when it comes again.

    One that fixes what is drawn asks for the same text each time, whatever the rule, and one that wants
    nothing but what is stored is content with that.
    """
    if query.control.only_if_cached or _is_fixed(query.request):
        return False
    return query.rules.repeat == "again"


def _is_fixed(request: DraftRequest) -> bool:
    return request.sampling.seed is not None or request.sampling.temperature == 0


def serving(
    query: CacheQuery, answer: Answer, *, level: CacheLevel, age_s: float, entry: str
) -> Hit | Miss:
    """The stored answer as a hit of that level, or why it may not be served to this query."""
    ttl_s = _ttl_s(query, level)
    stale = ttl_s is not None and age_s > ttl_s
    extra_s = query.rules.stale_for_s if level == "exact" else 0.0
    if ttl_s is None or age_s > ttl_s + extra_s:
        return Miss(reason="too_old")
    refusal = refusal_for(query, answer, age_s=age_s)
    if refusal is not None:
        return refusal
    return Hit(answer=answer, age_s=age_s, level=level, entry=entry, stale=stale)


def refusal_for(query: CacheQuery, answer: Answer, *, age_s: float) -> Miss | None:
    """Why a stored answer of that age may not be served to this query, None where it may."""
    longest_s = query.control.max_age_s
    if longest_s is not None and age_s > longest_s:
        return Miss(reason="too_old")
    if query.tiers and answer.provenance.tier not in query.tiers:
        return Miss(reason="below_bar")
    score = answer.provenance.score
    if query.min_score is not None and (score is None or score < query.min_score):
        return Miss(reason="below_bar")
    return Miss(reason="below_bar") if _fails(answer, query.required_checks) else None


def kept_for_s(query: CacheQuery) -> float:
    """How long an accepted answer to `query` is kept after it was written, before jitter."""
    rules = query.rules
    semantic_s = None if rules.semantic == "off" else rules.semantic_ttl_s
    ttls = (rules.exact_ttl_s, rules.canonical_ttl_s, semantic_s)
    longest_s = max((ttl for ttl in ttls if ttl is not None), default=0.0)
    return max(longest_s, (rules.exact_ttl_s or 0.0) + rules.stale_for_s)


def _ttl_s(query: CacheQuery, level: CacheLevel) -> float | None:
    match level:
        case "exact":
            return query.rules.exact_ttl_s
        case "canonical":
            return query.rules.canonical_ttl_s
        case "semantic":
            return query.rules.semantic_ttl_s


def _fails(answer: Answer, required_checks: frozenset[str]) -> bool:
    return any(check.name in required_checks for check in answer.checks if not check.passed)
