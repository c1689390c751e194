"""How a collection came out, kind by kind. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from assistant.evaluation.collect_rows import CollectedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSummary:
    """Drafts of one kind: shares in [0, 1], mean log-probability per token (natural log)."""

    kind: str
    drafts: int
    acceptable: float
    score: float
    tokens: float
    mean_logprob: float | None


def summaries(rows: Sequence[CollectedRow]) -> list[KindSummary]:
    """One for each kind, by name."""
    by_kind: dict[str, list[CollectedRow]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    return [_summary(kind, by_kind[kind]) for kind in sorted(by_kind)]


def _summary(kind: str, rows: Sequence[CollectedRow]) -> KindSummary:
    told = [logprob for row in rows for logprob, _ in row.logprobs]
    return KindSummary(
        kind=kind,
        drafts=len(rows),
        acceptable=fmean(row.acceptable for row in rows),
        score=fmean(row.score for row in rows),
        tokens=fmean(len(row.logprobs) for row in rows),
        mean_logprob=fmean(told) if told else None,
    )
