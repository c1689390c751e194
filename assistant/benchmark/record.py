"""Writes what was measured into dated files, one per kind of card."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from assistant.benchmark.target import BenchPlan
from assistant.benchmark.tiers import MeasuredTier
from assistant.economics.measurement import MeasuredRun
from assistant.errors import DataError

MEASURED_FOLDER = Path("deploy", "gpu", "measured")
"""Where the tables of a checkout are, from which costs are told."""


def default_folder() -> Path:
    """The folder of the tables if this is a checkout, else the current one."""
    return MEASURED_FOLDER if MEASURED_FOLDER.is_dir() else Path()


def runs_of(
    tiers: Sequence[MeasuredTier], plan: BenchPlan, *, at: dt.datetime, weights: str | None = None
) -> tuple[MeasuredRun, ...]:
    """One run for each card and engine that the tiers ran on, in their order.

    `at` is now, in UTC; `weights` is `random` or `real`, None believes what the server was started
    with. Pure.
    """
    groups: dict[tuple[object, ...], list[MeasuredTier]] = {}
    for tier in tiers:
        groups.setdefault(_place(tier, weights), []).append(tier)
    return tuple(_run(group, plan, at=at, weights=weights) for group in groups.values())


def write_runs(runs: Sequence[MeasuredRun], folder: Path, *, name: str) -> tuple[Path, ...]:
    """Files named by date, card and `name`; none is ever overwritten.

    A second one of a day gets a number; which of them counts is told by the times within.

    Raises:
        DataError: the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(_write(run, folder, name) for run in runs)
    except OSError as error:
        message = (
            f"{folder}: the measurement cannot be written ({error.strerror}); name another folder"
            " with --out"
        )
        raise DataError(message) from error


def _write(run: MeasuredRun, folder: Path, name: str) -> Path:
    for file_name in _names(run, name):
        path = folder / file_name
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(run.to_json())
        except FileExistsError:
            continue
        return path
    raise AssertionError(file_name)  # there is always another number


def _names(run: MeasuredRun, name: str) -> Iterator[str]:
    cards = run.card if run.gpus == 1 else f"{run.gpus}x{run.card}"
    stem = f"{run.date.isoformat()}-{_slug(cards)}-{_slug(name)}"
    yield f"{stem}.json"
    yield from (f"{stem}_{number}.json" for number in count(2))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-") or "unnamed"


def _weights(tier: MeasuredTier, weights: str | None) -> str:
    return weights or ("random" if tier.facts.random_weights else "real")


def _place(tier: MeasuredTier, weights: str | None) -> tuple[object, ...]:
    where, facts = tier.described, tier.facts
    engine = tier.target.engine
    return where.card, where.gpus, engine, facts.version, tier.driver, _weights(tier, weights)


def _run(
    tiers: Sequence[MeasuredTier], plan: BenchPlan, *, at: dt.datetime, weights: str | None
) -> MeasuredRun:
    first = tiers[0]
    return MeasuredRun(
        date=at.date(),
        measured_at=at,
        card=first.described.card,
        gpus=first.described.gpus,
        driver=first.driver,
        engine=first.target.engine,
        engine_version=first.facts.version,
        weights=_weights(first, weights),
        method=_method(tiers, plan),
        measurements=tuple(one for tier in tiers for one in tier.measurements),
    )


def _method(tiers: Sequence[MeasuredTier], plan: BenchPlan) -> str:
    sampling = {(tier.target.temperature, tier.target.top_p): None for tier in tiers}
    told = " and ".join(f"temperature {heat:g}, top_p {share:g}" for heat, share in sampling)
    return (
        "inkladder tiers bench: closed loop over the engine's native route, all clients started"
        f" together; every prompt of its own random tokens (seed {plan.seed}), prefix cache emptied"
        f" before each load; {told}; end of text ignored, so that all write the same length"
    )
