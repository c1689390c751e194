"""What a policy embeds: the child processes of ours, and where they listen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import replace

from assistant.confidence.checks import CHECK_NAMES
from assistant.embedded.host import embedded_host, embedded_host_async
from assistant.embedded.model import resolve_gguf
from assistant.embedded.spec import Addresses, EngineSpec, HostSpec
from assistant.policy.load import load_policy
from assistant.policy.models import LlamaCppTierPolicy, Policy, TierPolicy
from assistant.settings import Settings


def start_host(
    settings: Settings, stack: ExitStack, *, on_loss: Callable[[], None] | None = None
) -> str | None:
    """Starts what the policy embeds, for worker processes to share; the addresses as JSON.

    None where the policy needs nothing of ours, or another process runs it already. `on_loss` is
    called, in a thread, if it ends before the stack is closed.
    """
    policy = load_policy(settings.policy, known_checks=CHECK_NAMES)
    spec = _host_spec(policy, settings)
    if spec is None or settings.host_addresses is not None:
        return settings.host_addresses
    return stack.enter_context(embedded_host(spec, on_loss=on_loss)).to_json()


async def addresses_of(
    policy: Policy, settings: Settings, stack: AsyncExitStack
) -> Addresses | None:
    """Where the engines and the store of ours listen, started until the stack closes; None without any.

    Raises:
        EmbeddedError: one of them does not start.
    """
    if settings.host_addresses is not None:
        return Addresses.from_json(settings.host_addresses)
    spec = _host_spec(policy, settings)
    return None if spec is None else await stack.enter_async_context(embedded_host_async(spec))


def engine_of(tier: TierPolicy) -> str:
    """What tells engines apart: tiers of the same file share one, as do tiers of one server."""
    if isinstance(tier, LlamaCppTierPolicy):
        return tier.path or tier.model
    return " ".join(tier.endpoints)


def _host_spec(policy: Policy, settings: Settings) -> HostSpec | None:
    stores = policy.caches or policy.feedback.enabled
    valkey = stores and settings.redis_url is None
    engines: dict[str, EngineSpec] = {}
    for tier in policy.tiers.values():
        if isinstance(tier, LlamaCppTierPolicy):
            # Tiers that share an engine get the most that one of them asks for.
            wanted = _engine_spec(tier)
            known = engines.get(wanted.model, wanted)
            engines[wanted.model] = replace(
                wanted,
                context_tokens=max(wanted.context_tokens, known.context_tokens),
                parallel=max(wanted.parallel, known.parallel),
            )
    if not engines and not valkey:
        return None
    return HostSpec(engines=tuple(engines.values()), data_dir=settings.data_dir, valkey=valkey)


def _engine_spec(tier: LlamaCppTierPolicy) -> EngineSpec:
    return EngineSpec(
        model=engine_of(tier),
        gguf=resolve_gguf(tier.model, tier.path),
        context_tokens=tier.context_tokens,
        parallel=tier.parallel,
    )
