"""Builds an assistant from settings and policy."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from assistant.confidence.artefact import load_artefact
from assistant.confidence.checks import CHECK_NAMES
from assistant.confidence.drift_monitor import DriftMonitor
from assistant.confidence.scorer import Scorer
from assistant.economics.tables import measured_table
from assistant.policy.load import load_policy
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.wiring.cache import cache_for, flights_for
from assistant.wiring.confidence import embedder_for, thresholds_for
from assistant.wiring.host import addresses_of
from assistant.wiring.stores import records_for
from assistant.wiring.tiers import meters_of, paces_of, pricing_of, tier_of
from assistant.wiring.upgrades import upgrades_for
from assistant.workflow.state import Context


@asynccontextmanager
async def open_assistant(settings: Settings) -> AsyncIterator[Assistant]:
    """An assistant, ready to draft, with its engine and store beside it until the block ends.

    Raises:
        PolicyError, ArtefactError, EmbeddedError.
    """
    policy = load_policy(settings.policy, known_checks=CHECK_NAMES)
    async with AsyncExitStack() as stack:
        addresses = await addresses_of(policy, settings, stack)
        tiers = {name: tier_of(name, tier, addresses) for name, tier in policy.tiers.items()}
        artefact = load_artefact(policy.confidence.artefact)
        scorer = Scorer(artefact)
        embedder = embedder_for(policy, scorer)
        if embedder is not None:
            stack.callback(embedder.close)
        measured = measured_table(settings.measured_dir)
        assistant = Assistant(
            Context(
                policy=policy,
                tiers=tiers,
                scorer=scorer,
                embedder=embedder,
                cache=cache_for(policy, settings, addresses, embedder=embedder),
                flights=flights_for(policy, settings, addresses, stack),
                clock=time.monotonic,
                meters=meters_of(policy.tiers),
                pricing=pricing_of(policy.tiers, measured),
                paces=paces_of(policy.tiers, measured),
                records=records_for(policy, settings, addresses),
                upgrades=upgrades_for(policy, settings, addresses),
                thresholds=thresholds_for(policy, artefact),
                drift=DriftMonitor(artefact.reference),
            )
        )
        stack.push_async_callback(assistant.aclose)
        yield assistant
