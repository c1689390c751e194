"""Clients of the models a policy names, what they cost, and what runs on each engine."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from assistant.economics.measured import MeasuredTable
from assistant.economics.meter import EngineMeter
from assistant.economics.pricing import TierPricing
from assistant.embedded.spec import Addresses
from assistant.errors import EmbeddedError, PolicyError
from assistant.policy.models import LlamaCppTierPolicy, SGLangTierPolicy, TierPolicy
from assistant.tiers.base import Tier
from assistant.tiers.limited import LimitedTier
from assistant.tiers.llamacpp import LlamaCppTier
from assistant.tiers.sglang import SGLangTier
from assistant.wiring.host import engine_of
from assistant.workflow.pace import Pace


def tier_of(name: str, tier: TierPolicy, addresses: Addresses | None) -> Tier:
    """The client of a tier, within the limits that the policy sets.

    Raises:
        PolicyError: the key of its servers is not set.
        EmbeddedError: its engine does not run.
    """
    inner: Tier
    match tier:
        case SGLangTierPolicy():
            inner = SGLangTier(
                name=name,
                model=tier.model,
                endpoints=tier.endpoints,
                api_key=tier_api_key(name, tier),
                retries=tier.retries,
                hedge_after_s=tier.hedge_after_s,
            )
        case LlamaCppTierPolicy():
            inner = _embedded_tier(name, tier, addresses)
    return LimitedTier(inner, max_concurrency=tier.max_concurrency, max_queue=tier.max_queue)


def tier_api_key(name: str, tier: SGLangTierPolicy) -> str | None:
    """The key of the tier's servers, from the environment variable that the policy names; None if it names none.

    Raises:
        PolicyError: the variable is not set, or holds what no header can carry.
    """
    if tier.api_key_env is None:
        return None
    key = os.environ.get(tier.api_key_env)
    if not key:
        message = (
            f"tiers.{name}.api_key_env: the environment variable {tier.api_key_env!r} is not set;"
            " export it before starting"
        )
        raise PolicyError([message])
    if not (key.isascii() and key.isprintable()):
        message = (
            f"tiers.{name}.api_key_env: the environment variable {tier.api_key_env!r} holds characters"
            " that no header can carry; a key is printable ASCII, without a line end"
        )
        raise PolicyError([message])
    return key


def meters_of(tiers: Mapping[str, TierPolicy]) -> dict[str, EngineMeter]:
    """The meter of each tier's engine; tiers of one engine share it."""
    engines = {
        engine_of(tier): EngineMeter(time.monotonic, engines=_servers(tier))
        for tier in tiers.values()
    }
    return {name: engines[engine_of(tier)] for name, tier in tiers.items()}


def pricing_of(tiers: Mapping[str, TierPolicy], table: MeasuredTable) -> dict[str, TierPricing]:
    """What a second of each tier costs, and what is known of its pace."""
    return {name: _price(tier, table) for name, tier in tiers.items()}


def paces_of(tiers: Mapping[str, TierPolicy], table: MeasuredTable) -> dict[str, Pace]:
    """How soon a text of each tier may be expected."""
    return {
        name: Pace(profile=_price(tier, table).profile, engines=_servers(tier))
        for name, tier in tiers.items()
    }


def _embedded_tier(name: str, tier: LlamaCppTierPolicy, addresses: Addresses | None) -> Tier:
    address = None if addresses is None else addresses.engines.get(engine_of(tier))
    if address is None:
        message = f"tier {name!r}: the embedded host that is shared does not run {tier.model!r}"
        raise EmbeddedError(message)
    return LlamaCppTier(
        name=name,
        model=tier.model,
        endpoints=(address.url,),
        api_key=address.api_key,
        retries=tier.retries,
    )


def _servers(tier: TierPolicy) -> int:
    return len(tier.endpoints) if isinstance(tier, SGLangTierPolicy) else 1


def _price(tier: TierPolicy, table: MeasuredTable) -> TierPricing:
    """An estimate for a card nobody measured is for planning; an answer is charged by time then."""
    if not isinstance(tier, SGLangTierPolicy):
        return TierPricing(usd_per_hour=tier.card.usd_per_hour)
    profile = table.profile(
        model=tier.model, card=tier.card.name, quantization=tier.quantization, gpus=tier.gpus
    )
    return TierPricing(usd_per_hour=tier.card.usd_per_hour, gpus=tier.gpus, profile=profile)
