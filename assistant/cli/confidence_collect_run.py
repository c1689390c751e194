"""Opens one tier of a policy and lets it write what a collection wants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from assistant.confidence.checks import CHECK_NAMES
from assistant.embedded.host import embedded_host_async
from assistant.embedded.model import resolve_gguf
from assistant.embedded.spec import Addresses, EngineSpec, HostSpec
from assistant.errors import DataError, SettingsError
from assistant.evaluation.collect import CollectPlan, Write, WrittenDraft, collect
from assistant.evaluation.collect_file import Collection, open_collection
from assistant.evaluation.collect_rows import CollectedRow
from assistant.evaluation.verifiable.generate import KINDS
from assistant.policy.load import load_policy
from assistant.policy.models import LlamaCppTierPolicy, Policy, SGLangTierPolicy, TierPolicy
from assistant.settings import Settings, read_settings
from assistant.tiers.base import End, Tier, Token
from assistant.tiers.llamacpp import LlamaCppTier
from assistant.tiers.sglang import SGLangTier
from assistant.types import DraftRequest, Finish, TokenLogprob
from assistant.wiring import tier_api_key
from assistant.workflow.nodes.draft import generation_request
from assistant.workflow.prompt import conversation

_TOKENS_A_SLOT = 512
"""Context for each draft written at a time: the longest prompt has about 250 tokens, the longest text
160."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectOptions:
    """What the command was asked for; no kinds are all kinds."""

    out: Path
    policy: str | None
    tier: str
    kinds: tuple[str, ...]
    per_kind: int
    seed: int
    temperatures: tuple[float, ...]
    samples: int
    concurrency: int


def run_collect(options: CollectOptions, console: Console) -> None:
    """Adds to the file what it lacks, showing how far it is.

    Raises:
        PolicyError, SettingsError, EmbeddedError, TierError, DataError.
    """
    settings = read_settings(policy=options.policy)
    policy = load_policy(settings.policy, known_checks=CHECK_NAMES)
    tier = _tier_named(policy, options.tier)
    plan = CollectPlan(
        tier=options.tier,
        model=tier.model,
        kinds=_known_kinds(options.kinds),
        per_kind=options.per_kind,
        seed=options.seed,
        temperatures=options.temperatures,
        samples=options.samples,
    )
    with open_collection(options.out) as collection, _bar(console) as bar:
        shown = bar.add_task("drafts", total=plan.drafts)
        told = anyio.run(_run, plan, tier, settings, options.concurrency, collection, bar, shown)
    if told:
        console.print(f"{told} drafts failed; the same command tries them again", style="yellow")


async def _run(
    plan: CollectPlan,
    tier: TierPolicy,
    settings: Settings,
    concurrency: int,
    collection: Collection,
    bar: Progress,
    shown: TaskID,
) -> int:
    def keep(row: CollectedRow) -> None:
        collection.add(row)
        bar.advance(shown)

    known = frozenset(collection.ids)
    bar.advance(shown, sum(one.tried.id in known for one in plan.wanted()))
    async with _open_tier(plan.tier, tier, settings, concurrency) as opened:
        progress = await collect(
            plan.wanted(), _writer(opened, tier), keep, known=known, concurrency=concurrency
        )
    return progress.failed


def _writer(tier: Tier, settings: TierPolicy) -> Write:
    """Writes as the workflow would: the same conversation, the same limits of the tier."""

    async def write(request: DraftRequest, temperature: float, seed: int) -> WrittenDraft:
        sampling = replace(request.sampling, temperature=temperature, seed=seed)
        wanted = replace(request, sampling=sampling)
        call = generation_request(
            wanted,
            messages=conversation(wanted),
            settings=settings,
            timeout_s=settings.timeout_s,
            samples=1,
        )
        pieces: list[str] = []
        logprobs: list[TokenLogprob] = []
        finish: Finish = "length"
        async with aclosing(tier.stream(call)) as events:
            async for event in events:
                match event:
                    case Token():
                        pieces.append(event.text)
                        logprobs += event.logprobs
                    case End():
                        finish = event.finish[0]
        return WrittenDraft(text="".join(pieces).strip(), finish=finish, logprobs=tuple(logprobs))

    return write


@asynccontextmanager
async def _open_tier(
    name: str, tier: TierPolicy, settings: Settings, concurrency: int
) -> AsyncIterator[Tier]:
    match tier:
        case SGLangTierPolicy():
            opened: Tier = SGLangTier(
                name=name,
                model=tier.model,
                endpoints=tier.endpoints,
                api_key=tier_api_key(name, tier),
                retries=tier.retries,
            )
            async with _closing(opened):
                yield opened
        case LlamaCppTierPolicy():
            async with _embedded(name, tier, settings, concurrency) as opened:
                yield opened


@asynccontextmanager
async def _embedded(
    name: str, tier: LlamaCppTierPolicy, settings: Settings, concurrency: int
) -> AsyncIterator[Tier]:
    """An engine of its own with a slot for each draft written at a time."""
    engine = tier.path or tier.model
    spec = HostSpec(
        engines=(
            EngineSpec(
                model=engine,
                gguf=resolve_gguf(tier.model, tier.path),
                context_tokens=max(tier.context_tokens, _TOKENS_A_SLOT * concurrency),
                parallel=concurrency,
            ),
        ),
        data_dir=settings.data_dir,
        valkey=False,
    )
    async with embedded_host_async(spec) as addresses:
        opened = _client(name, tier, addresses, engine)
        async with _closing(opened):
            yield opened


def _client(name: str, tier: LlamaCppTierPolicy, addresses: Addresses, engine: str) -> Tier:
    address = addresses.engines[engine]
    return LlamaCppTier(
        name=name,
        model=tier.model,
        endpoints=(address.url,),
        api_key=address.api_key,
        retries=tier.retries,
    )


@asynccontextmanager
async def _closing(tier: Tier) -> AsyncIterator[None]:
    try:
        yield
    finally:
        with anyio.CancelScope(shield=True):
            await tier.aclose()


def _tier_named(policy: Policy, name: str) -> TierPolicy:
    if name not in policy.tiers:
        message = f"the policy {policy.name!r} has no tier {name!r}; its tiers are " + ", ".join(
            policy.tiers
        )
        raise SettingsError(message)
    return policy.tiers[name]


def _known_kinds(wanted: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [kind for kind in wanted if kind not in KINDS]
    if unknown:
        message = f"--kind: no kind {unknown[0]!r}; use one of {', '.join(KINDS)}"
        raise DataError(message)
    return wanted or tuple(KINDS)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )
