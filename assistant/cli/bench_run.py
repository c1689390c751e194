"""Finds the tiers of a policy, starts what is embedded, measures them, and writes the result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import anyio
import typer
from rich.console import Console
from rich.status import Status

from assistant.benchmark.record import default_folder, runs_of, write_runs
from assistant.benchmark.tables import tiers_table
from assistant.benchmark.target import BenchPlan, Target
from assistant.benchmark.tiers import Listener, MeasuredTier, bench_tiers
from assistant.confidence.checks import CHECK_NAMES
from assistant.economics.measurement import MeasuredKind
from assistant.embedded.spec import Addresses
from assistant.errors import SettingsError
from assistant.policy.load import load_policy
from assistant.policy.models import LlamaCppTierPolicy, Policy, SGLangTierPolicy
from assistant.settings import Settings, read_settings
from assistant.wiring import tier_api_key


class _Shown(Listener):
    """What happens, on one line of the terminal; doubts stay above it."""

    def __init__(self, console: Console, status: Status, plan: BenchPlan) -> None:
        self._console = console
        self._status = status
        self._plan = plan

    def doubted(self, doubt: str) -> None:
        self._console.print(f"warning: {doubt}", style="yellow", markup=False, highlight=False)

    def ended(self, tier: str, kind: MeasuredKind, level: int, requests: int) -> None:
        of = self._plan.requests_at(level)
        self._status.update(f"{tier}: {kind} at {level}, {requests} of {of} requests")


def run_bench(
    plan: BenchPlan,
    *,
    policy: str | None,
    only: Sequence[str],
    out: Path | None,
    weights: str | None,
) -> None:
    """Prints a table and the names of the files; what was measured before a failure is kept, too.

    Raises:
        PolicyError, SettingsError, EmbeddedError, TierError, DataError.
    """
    settings = read_settings(policy=policy)
    loaded = load_policy(settings.policy, known_checks=CHECK_NAMES)
    names = _names(loaded, only)
    measured: list[MeasuredTier] = []
    notices = Console(stderr=True)
    with ExitStack() as stack:
        targets = [*_targets(loaded, names, settings, stack)]
        # What took minutes of a card is not lost with a later tier, or with Ctrl-C.
        folder = out or settings.measured_dir or default_folder()
        title = _title(loaded, names)
        stack.callback(_keep, measured, plan, out=folder, weights=weights, name=title)
        status = stack.enter_context(notices.status("asking the engines"))
        listener = _Shown(notices, status, plan)
        alone = _each_engine_once(targets, listener)
        anyio.run(partial(bench_tiers, alone, plan, keep=measured.append, listener=listener))


def _keep(
    measured: Sequence[MeasuredTier],
    plan: BenchPlan,
    *,
    out: Path,
    weights: str | None,
    name: str,
) -> None:
    if not measured:
        return
    console = Console()
    console.print(tiers_table(measured))
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    runs = runs_of(measured, plan, at=now, weights=weights)
    for path in write_runs(runs, out, name=name):
        typer.echo(f"wrote {path}")


def _names(policy: Policy, only: Sequence[str]) -> tuple[str, ...]:
    unknown = [name for name in only if name not in policy.tiers]
    if unknown:
        message = (
            f"the policy {policy.name!r} has no tier {unknown[0]!r}; its tiers are "
            + ", ".join(policy.tiers)
        )
        raise SettingsError(message)
    return tuple(name for name in policy.tiers if not only or name in only)


def _title(policy: Policy, names: Sequence[str]) -> str:
    whole = len(names) == len(policy.tiers)
    return policy.name if whole else "-".join([policy.name, *names])


def _targets(
    policy: Policy, names: Sequence[str], settings: Settings, stack: ExitStack
) -> Iterator[Target]:
    tiers = {name: policy.tiers[name] for name in names}
    embedded = any(isinstance(tier, LlamaCppTierPolicy) for tier in tiers.values())
    addresses = _embedded(settings, stack) if embedded else None
    for name, tier in tiers.items():
        match tier:
            case SGLangTierPolicy():
                yield _sglang_target(name, tier)
            case LlamaCppTierPolicy():
                yield _embedded_target(name, tier, addresses)


def _sglang_target(name: str, tier: SGLangTierPolicy) -> Target:
    return Target(
        tier=name,
        engine="sglang",
        model=tier.model,
        url=tier.endpoints[0],
        api_key=tier_api_key(name, tier),
        card=tier.card.name,
        gpus=tier.gpus,
        quantization=tier.quantization,
        temperature=tier.temperature,
        top_p=tier.top_p,
    )


def _embedded(settings: Settings, stack: ExitStack) -> Addresses | None:
    from assistant.wiring import start_host

    told = start_host(settings, stack)
    return None if told is None else Addresses.from_json(told)


def _embedded_target(name: str, tier: LlamaCppTierPolicy, addresses: Addresses | None) -> Target:
    address = None if addresses is None else addresses.engines.get(tier.path or tier.model)
    if address is None:
        message = f"tier {name!r}: the embedded host that is shared does not run {tier.model!r}"
        raise SettingsError(message)
    return Target(
        tier=name,
        engine="llamacpp",
        model=tier.model,
        url=address.url,
        api_key=address.api_key,
        card=tier.card.name,
        temperature=tier.temperature,
        top_p=tier.top_p,
    )


def _each_engine_once(targets: Sequence[Target], listener: Listener) -> list[Target]:
    first: dict[tuple[str, str], Target] = {}
    for target in targets:
        known = first.setdefault((target.url, target.model), target)
        if known is not target:
            listener.doubted(
                f"tier {target.tier!r} is served by the engine of {known.tier!r}: once is enough"
            )
    return list(first.values())
