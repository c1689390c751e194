"""Where a stated risk may not hold although the arithmetic does. Pure."""

from __future__ import annotations

from assistant.policy.models import Policy


def notes_about(policy: Policy) -> tuple[str, ...]:
    """What a reader of risks must know about this policy, one sentence each."""
    return tuple(note for note in (_without_embedder(policy), _best_of_many(policy)) if note)


def _without_embedder(policy: Policy) -> str | None:
    if policy.confidence.embedder is not None:
        return None
    return (
        "confidence.embedder is null: drafts are scored by text alone, the artefact's calibration"
        " drafts were scored with embeddings, so their risk may differ"
    )


def _best_of_many(policy: Policy) -> str | None:
    names = ", ".join(name for name, tier in policy.tiers.items() if tier.samples > 1)
    if not names:
        return None
    return (
        f"{names}: the best of several samples is judged, each calibration draft was alone; picking"
        " by score also picks luck, so the risk may be higher"
    )
