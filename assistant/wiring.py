"""Builds an assistant from settings and policy: the one place that names concrete adapters."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from assistant.cache.base import AnswerCache
from assistant.cache.off import NoCache
from assistant.cache.redis import RedisAnswerCache
from assistant.confidence.artefact import load_artefact
from assistant.confidence.checks import CHECK_NAMES
from assistant.confidence.scorer import Scorer
from assistant.economics.measured import MeasuredTable
from assistant.economics.meter import EngineMeter
from assistant.economics.pricing import TierPricing
from assistant.economics.tables import measured_table
from assistant.embedded.host import embedded_host, embedded_host_async
from assistant.embedded.model import resolve_gguf
from assistant.embedded.spec import Addresses, EngineSpec, HostSpec
from assistant.embedding.base import Embedder
from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder
from assistant.errors import EmbeddedError, PolicyError, SettingsError
from assistant.policy.load import load_policy
from assistant.policy.models import LlamaCppTierPolicy, Policy, SGLangTierPolicy, TierPolicy
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.tiers.base import Tier
from assistant.tiers.limited import LimitedTier
from assistant.tiers.llamacpp import LlamaCppTier
from assistant.tiers.sglang import SGLangTier
from assistant.workflow.state import Context

SECRET_BYTES = 32


@asynccontextmanager
async def open_assistant(settings: Settings) -> AsyncIterator[Assistant]:
    """An assistant, ready to draft, with its engine and store beside it until the block ends.

    Raises:
        PolicyError, ArtefactError, EmbeddedError.
    """
    policy = load_policy(settings.policy, known_checks=CHECK_NAMES)
    async with AsyncExitStack() as stack:
        addresses = await _addresses(policy, settings, stack)
        tiers = {name: _tier(name, tier, addresses) for name, tier in policy.tiers.items()}
        scorer = Scorer(load_artefact(policy.confidence.artefact))
        embedder = _embedder(policy, scorer)
        assistant = Assistant(
            Context(
                policy=policy,
                tiers=tiers,
                scorer=scorer,
                embedder=embedder,
                cache=_cache(policy, settings, addresses),
                clock=time.monotonic,
                meters=_meters(policy.tiers),
                pricing=_pricing(policy.tiers, measured_table(settings.measured_dir)),
            )
        )
        stack.push_async_callback(assistant.aclose)
        yield assistant


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


async def _addresses(policy: Policy, settings: Settings, stack: AsyncExitStack) -> Addresses | None:
    if settings.host_addresses is not None:
        return Addresses.from_json(settings.host_addresses)
    spec = _host_spec(policy, settings)
    return None if spec is None else await stack.enter_async_context(embedded_host_async(spec))


def _host_spec(policy: Policy, settings: Settings) -> HostSpec | None:
    valkey = policy.cache.exact.enabled and settings.redis_url is None
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
        model=_engine_of(tier),
        gguf=resolve_gguf(tier.model, tier.path),
        context_tokens=tier.context_tokens,
        parallel=tier.parallel,
    )


def _engine_of(tier: TierPolicy) -> str:
    """What tells engines apart: tiers of the same file share one, as do tiers of one server."""
    if isinstance(tier, LlamaCppTierPolicy):
        return tier.path or tier.model
    return " ".join(tier.endpoints)


def _tier(name: str, tier: TierPolicy, addresses: Addresses | None) -> Tier:
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


def _embedded_tier(name: str, tier: LlamaCppTierPolicy, addresses: Addresses | None) -> Tier:
    address = None if addresses is None else addresses.engines.get(_engine_of(tier))
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


def _meters(tiers: Mapping[str, TierPolicy]) -> dict[str, EngineMeter]:
    engines = {
        _engine_of(tier): EngineMeter(time.monotonic, engines=_servers(tier))
        for tier in tiers.values()
    }
    return {name: engines[_engine_of(tier)] for name, tier in tiers.items()}


def _servers(tier: TierPolicy) -> int:
    return len(tier.endpoints) if isinstance(tier, SGLangTierPolicy) else 1


def _pricing(tiers: Mapping[str, TierPolicy], table: MeasuredTable) -> dict[str, TierPricing]:
    return {name: _pricing_of(tier, table) for name, tier in tiers.items()}


def _pricing_of(tier: TierPolicy, table: MeasuredTable) -> TierPricing:
    """An estimate for a card nobody measured is for planning; an answer is charged by time then."""
    if not isinstance(tier, SGLangTierPolicy):
        return TierPricing(usd_per_hour=tier.card.usd_per_hour)
    profile = table.profile(
        model=tier.model, card=tier.card.name, quantization=tier.quantization, gpus=tier.gpus
    )
    return TierPricing(usd_per_hour=tier.card.usd_per_hour, gpus=tier.gpus, profile=profile)


def _embedder(policy: Policy, scorer: Scorer) -> Embedder | None:
    if policy.confidence.embedder is None:
        return None
    embedder = SentenceTransformerEmbedder(policy.confidence.embedder)
    if embedder.name.casefold() != scorer.embedder.casefold():
        message = (
            f"confidence.embedder: {embedder.name!r} is not {scorer.embedder!r}, which the artefact"
            f" {policy.confidence.artefact!r} was fitted on; name that one, or null for none"
        )
        raise PolicyError([message])
    return embedder


def _cache(policy: Policy, settings: Settings, addresses: Addresses | None) -> AnswerCache:
    url = settings.redis_url.get_secret_value() if settings.redis_url else None
    if url is None and addresses is not None:
        url = addresses.redis_url
    if url is None or not policy.cache.exact.enabled:
        return NoCache()
    return RedisAnswerCache(url, secret=_cache_secret(settings))


def _cache_secret(settings: Settings) -> bytes:
    """The configured key of the request digests, or the one of the data folder, made when missing."""
    if settings.cache_secret is not None:
        return settings.cache_secret.get_secret_value().encode()
    file = settings.data_dir / "cache.key"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _create_once(file, secrets.token_bytes(SECRET_BYTES))
        return file.read_bytes()
    except OSError as error:
        message = (
            f"the cache secret {str(file)!r} cannot be kept ({error.strerror}): set"
            " INKLADDER_DATA_DIR to a folder of yours, or INKLADDER_CACHE_SECRET"
        )
        raise SettingsError(message) from error


def _create_once(file: Path, content: bytes) -> None:
    """Whole or not at all: of several workers that start at once, one makes the file."""
    with NamedTemporaryFile(dir=file.parent) as draft:  # readable by its owner alone
        draft.write(content)
        draft.flush()
        with suppress(FileExistsError):
            os.link(draft.name, file)
