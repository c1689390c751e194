"""What made an answer, as reply headers, for clients whose protocol has no place for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from urllib.parse import quote

from assistant.types import Answer, CacheInfo, DraftStarted, Provenance

EXPOSED_HEADERS = (
    "x-cascade-id",
    "x-cascade-tier",
    "x-cascade-model",
    "x-cascade-score",
    "x-cascade-route",
    "x-cascade-policy",
    "x-cascade-path",
    "x-cascade-cost-gpu-s",
    "x-cascade-cost-usd",
    "x-cascade-degraded",
    "x-cascade-ignored",
    "x-cache",
    "x-request-id",
    "age",
    "retry-after",
)
"""Headers that pages may read."""

SCORE_DIGITS = 3
COST_DIGITS = 6
"""Millionths: one short answer costs about a hundred-thousandth of a dollar."""


def answer_headers(answer: Answer) -> dict[str, str]:
    """Every `x-cascade-*` header of a whole answer, and what the cache did."""
    made = answer.provenance
    headers = {
        "x-cascade-id": answer.id,
        "x-cascade-tier": made.tier,
        "x-cascade-model": made.model,
        "x-cascade-route": made.route,
        "x-cascade-policy": f"{made.policy}@{made.policy_revision}",
        "x-cascade-path": path_summary(made),
        "x-cascade-cost-gpu-s": _number(made.cost.gpu_s),
        "x-cascade-cost-usd": _number(made.cost.usd),
        "x-cache": cache_summary(made.cache),
    }
    if made.score is not None:
        headers["x-cascade-score"] = f"{made.score:.{SCORE_DIGITS}f}"
    if made.degraded:
        headers["x-cascade-degraded"] = ", ".join(made.degraded)
    if made.cache.status == "hit" and made.cache.age_s is not None:
        headers["age"] = str(math.floor(made.cache.age_s))
    return header_safe(headers)


def started_headers(started: DraftStarted, *, policy_name: str) -> dict[str, str]:
    """The headers of a stream: only what is known before its first text."""
    headers = {
        "x-cascade-id": started.id,
        "x-cascade-route": started.route,
        "x-cascade-policy": f"{policy_name}@{started.policy_revision}",
    }
    return header_safe(headers)


def path_summary(made: Provenance) -> str:
    """The rungs in order, such as `draft:defer,large:accept`."""
    return ",".join(f"{rung.tier}:{rung.decision}" for rung in made.path)


def cache_summary(cache: CacheInfo) -> str:
    """Such as `miss; reason=absent`, `hit; age=12; of=draft_5f1c` or `canonical; age=12; of=draft_5f1c`.

    `stale` marks an answer past its time, which is being written anew; `joined` one that was still being
    written for an identical request.
    """
    found_otherwise = cache.status == "hit" and cache.level not in (None, "exact")
    parts: list[str] = [str(cache.level) if found_otherwise else cache.status]
    if cache.reason:
        parts.append(f"reason={cache.reason}")
    if cache.age_s is not None:
        parts.append(f"age={math.floor(cache.age_s)}")
    if cache.of is not None:
        parts.append(f"of={cache.of}")
    parts += [mark for mark, holds in (("stale", cache.stale), ("joined", cache.joined)) if holds]
    return "; ".join(parts)


def header_safe(headers: Mapping[str, str]) -> dict[str, str]:
    """The same with everything percent-encoded that is not printable ASCII: names are free text."""
    return {
        name: value if value.isascii() and value.isprintable() else _escaped(value)
        for name, value in headers.items()
    }


def _escaped(value: str) -> str:
    return "".join(char if " " <= char <= "~" else quote(char) for char in value)


def _number(value: float) -> str:
    return f"{value:.{COST_DIGITS}f}".rstrip("0").rstrip(".") or "0"
