"""`inkladder cache stats`: what is stored, and how well similar requests were told apart."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.cache_store import on_cache

if TYPE_CHECKING:
    from rich.table import Table

    from assistant.cache.admin import CacheStats

KIB = 1024
HOUR_S = 3600.0
CONFIDENCE = 0.95


def stats(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as one JSON object.")] = False,
) -> None:
    """Tells what the cache holds: entries, memory, levels, states, tiers, errors of similar requests.

    `REDIS_URL` and `INKLADDER_CACHE_SECRET` say which cache; without them it is the embedded one.
    """
    found = on_cache(lambda admin: admin.stats())
    if as_json:
        _write_json(found)
        return
    from rich.console import Console

    console = Console()
    console.print(_table(found, now=time.time()))
    if found.strata:
        console.print(_strata(found))


def reset(
    task: Annotated[str, typer.Argument(help="Task of the requests, as `cache stats` shows it.")],
    language: Annotated[str, typer.Argument(help="Their language, such as en.")],
) -> None:
    """Lets similar requests be served again where wrong ones had them withdrawn; their counts begin anew."""
    on_cache(lambda admin: admin.reset_stratum(task, language))
    typer.echo(f"similar requests of {task}/{language} are counted anew")


def _write_json(found: CacheStats) -> None:
    import json
    from dataclasses import asdict, fields

    told = {field.name: getattr(found, field.name) for field in fields(found)}
    told["strata"] = [
        {"task": task, "language": language} | asdict(counts)
        for (task, language), counts in found.strata.items()
    ]
    sys.stdout.write(json.dumps(told, indent=2) + "\n")


def _table(found: CacheStats, *, now: float) -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(found, now=now):
        table.add_row(name, value)
    return table


def _rows(found: CacheStats, *, now: float) -> Iterator[tuple[str, str]]:
    tenants = f"{found.tenants} tenant{'' if found.tenants == 1 else 's'}"
    yield "entries", f"{found.entries} of {tenants}, {found.shared} of them shared in it"
    if not found.entries:
        return
    each = found.bytes / found.entries / KIB
    yield (
        "memory",
        f"{found.bytes / KIB:.0f} KiB, {each:.1f} KiB each (measured on {found.sampled})",
    )
    if found.oldest is not None:
        yield "oldest", f"{(now - found.oldest) / HOUR_S:.1f} h"
    yield "findable", _counts(found.levels)
    yield "state", _counts(found.states)
    yield "task", _counts(found.tasks)
    yield "written by", _counts(found.tiers)


def _counts(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count}" for name, count in ordered)


def _strata(found: CacheStats) -> Table:
    from rich.table import Table

    table = Table("similar requests of", "seen", "wrong", "95 % bound", "", box=None)
    for (task, language), counts in sorted(found.strata.items()):
        table.add_row(
            f"{task}/{language}",
            str(counts.seen),
            str(counts.wrong),
            _bound(counts.wrong, counts.seen),
            "withdrawn: `inkladder cache reset` begins anew" if counts.withdrawn else "",
        )
    return table


def _bound(wrong: int, seen: int) -> str:
    from assistant.share_bound import upper_bound

    return f"{upper_bound(wrong, seen, CONFIDENCE):.3f}" if seen else "-"
