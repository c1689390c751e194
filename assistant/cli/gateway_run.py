"""Runs the comparison of our server with an engine, and prints it."""

from __future__ import annotations

import datetime as dt
import re
import sys
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import anyio
from rich.console import Console

from assistant.benchmark.chat import ChatWay
from assistant.benchmark.gateway import GatewayPlan, Progress, compare_ways
from assistant.benchmark.gateway_report import GatewayReport
from assistant.benchmark.tables import gateway_doubts, gateway_table
from assistant.errors import DataError


def run_gateway(
    direct: ChatWay, gateway: ChatWay, plan: GatewayPlan, *, as_json: bool, out: Path | None
) -> None:
    """Prints the table, or the report as JSON; with `out` a dated file is written, too.

    Raises:
        TierError: a way does not answer as it should.
        DataError: the file cannot be written.
    """
    notices = Console(stderr=True)
    with notices.status("warming up") as status:

        def progress(way: str, level: int, ended: int) -> None:
            status.update(f"{way} at {level}, {ended} of {plan.requests_at(level)} requests")

        report = anyio.run(partial(_compare, direct, gateway, plan, progress))
    if as_json:
        sys.stdout.write(report.to_json())
    else:
        Console().print(gateway_table(report))
    for doubt in gateway_doubts(report):
        notices.print(f"warning: {doubt}", style="yellow", markup=False, highlight=False)
    if out is not None:
        notices.print(f"wrote {_write(report, out)}", markup=False, highlight=False)


async def _compare(
    direct: ChatWay, gateway: ChatWay, plan: GatewayPlan, progress: Progress
) -> GatewayReport:
    async with AsyncExitStack() as stack:
        for way in (direct, gateway):
            stack.push_async_callback(way.aclose)
        today = dt.datetime.now(dt.UTC).date()
        return await compare_ways(direct, gateway, plan, date=today, progress=progress)


def _write(report: GatewayReport, folder: Path) -> Path:
    model = re.sub(r"[^a-z0-9]+", "-", report.model.casefold()).strip("-")
    path = folder / f"{report.date.isoformat()}-gateway-{model}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(report.to_json(), encoding="utf-8")
    except OSError as error:
        message = f"{path}: cannot be written ({error.strerror}); name another folder with --out"
        raise DataError(message) from error
    return path
