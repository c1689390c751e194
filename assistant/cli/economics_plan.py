"""From a policy to the tiers and ladders whose costs can be told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.economics.estimate import Served, Unknown, profile_for
from assistant.economics.ladders import Ladder, PricedTier
from assistant.economics.measured import MeasuredTable
from assistant.economics.specs import CardSpecs
from assistant.errors import SettingsError
from assistant.policy.models import Policy, RoutePolicy, SGLangTierPolicy, TierPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Another card for a tier than the policy names; `usd_per_hour` 0 is no price."""

    card: str
    usd_per_hour: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedLadder:
    """A ladder and the routes that take it."""

    ladder: Ladder
    routes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a policy's tiers and ladders are to cost.

    `tiers` are those of known seconds, `unknown` tells by name why the others are not, `ladders` are
    the different ones of at least two tiers of known seconds.
    """

    policy: Policy
    tiers: tuple[PricedTier, ...]
    unknown: Mapping[str, Unknown]
    ladders: tuple[RoutedLadder, ...]


def plan_of(
    policy: Policy, table: MeasuredTable, specs: CardSpecs, *, places: Mapping[str, Place]
) -> Plan:
    """The policy's tiers on their cards, or on those of `places`.

    Raises:
        SettingsError: `places` names a tier that the policy does not have.
    """
    for name in places:
        if name not in policy.tiers:
            known = ", ".join(policy.tiers)
            message = f"--on: policy {policy.name!r} has no tier {name!r}; it has: {known}"
            raise SettingsError(message)
    priced: dict[str, PricedTier] = {}
    unknown: dict[str, Unknown] = {}
    for name, tier in policy.tiers.items():
        place = places.get(name, Place(card=tier.card.name, usd_per_hour=tier.card.usd_per_hour))
        served = _served(tier, place.card)
        profile = profile_for(table, specs, served)
        if isinstance(profile, Unknown):
            unknown[name] = profile
            continue
        priced[name] = PricedTier(
            name=name,
            served=served,
            profile=profile,
            usd_per_hour=place.usd_per_hour,
            max_concurrency=tier.max_concurrency,
            samples=tier.samples,
        )
    return Plan(
        policy=policy,
        tiers=tuple(priced.values()),
        unknown=unknown,
        ladders=tuple(_ladders(policy, priced)),
    )


def _served(tier: TierPolicy, card: str) -> Served:
    if isinstance(tier, SGLangTierPolicy):
        return Served(
            model=tier.model,
            card=card,
            quantization=tier.quantization,
            gpus=tier.gpus,
            precision=tier.quantization or "bf16",
        )
    return Served(model=tier.model, card=card, precision="")


def _ladders(policy: Policy, priced: Mapping[str, PricedTier]) -> list[RoutedLadder]:
    found: dict[Ladder, tuple[str, ...]] = {}
    for route in policy.routes:
        if len(route.ladder) > 1 and all(name in priced for name in route.ladder):
            ladder = _ladder(route, priced)
            found[ladder] = (*found.get(ladder, ()), route.name)
    return [RoutedLadder(ladder=ladder, routes=routes) for ladder, routes in found.items()]


def _ladder(route: RoutePolicy, priced: Mapping[str, PricedTier]) -> Ladder:
    return Ladder(
        tiers=tuple(priced[name] for name in route.ladder),
        repair=route.escalate == "repair",
        second_opinion=route.second_opinion is not None,
    )
