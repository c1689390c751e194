"""The models of a policy, as clients may see them."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.policy.models import TierPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A model of some ladder, as clients may see it."""

    name: str
    tier: str
    context_tokens: int | None = None


def models_of(tiers: dict[str, TierPolicy]) -> tuple[ModelInfo, ...]:
    """The models in the order of the tiers, each once."""
    first = {tier.model: name for name, tier in reversed(tiers.items())}
    return tuple(
        ModelInfo(
            name=tier.model,
            tier=name,
            context_tokens=tier.context_tokens if tier.engine == "llamacpp" else None,
        )
        for name, tier in tiers.items()
        if first[tier.model] == name
    )
