"""Runs the stages one after the other, within the time given, and leaves nothing running."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Sequence

import anyio

from assistant.errors import EmbeddedError
from deploy.gpu.prove.journal import Evidence, Journal, Outcome
from deploy.gpu.prove.options import Options, parse
from deploy.gpu.prove.proof import FAILURES
from deploy.gpu.prove.run import Run, Stage
from deploy.gpu.prove.servers import Servers
from deploy.gpu.prove.stages import MODELS_STAGE, plan
from deploy.gpu.prove.wire import http_client

SECONDS_PER_MINUTE = 60.0
FAILED = 1
_LOG_LINES = 40


def main(arguments: Sequence[str]) -> int:
    """Exit status: 0 if everything that was tried holds, 1 if not."""
    options = parse(arguments)
    if options.print_plan:
        sys.stdout.write(plan_text(options))
        return 0
    return anyio.run(prove, options)


async def prove(options: Options) -> int:
    """All stages, until the time is over or somebody stops them; the exit status."""
    journal = Journal(options.out)
    journal.note(f"parts {', '.join(options.parts)} on {options.card}")
    async with http_client() as client, anyio.create_task_group() as group:
        run = Run(
            options=options,
            journal=journal,
            servers=Servers(options, journal, client),
            client=client,
        )
        group.start_soon(_stop_on_signal, group.cancel_scope)
        with anyio.move_on_after(options.minutes * SECONDS_PER_MINUTE) as limit:
            for stage in plan(options):
                if not await attempt(stage, run) and stage.name == MODELS_STAGE:
                    break
        if limit.cancelled_caught:
            journal.note(f"stopped after {options.minutes:g} minutes (--minutes)")
        group.cancel_scope.cancel()
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(journal.counts.items()))
    journal.note(f"results in {journal.folder}: {counts}")
    return FAILED if journal.counts.keys() & {"not proven", "broken"} else 0


async def attempt(stage: Stage, run: Run) -> bool:
    """Whether a stage came to its end; one that breaks off is recorded with what its logs say."""
    known = run.journal.finished(stage.name) and not run.options.again
    if known and stage.name != MODELS_STAGE:
        run.journal.result(stage.name, "all of it", "skipped", seconds=0.0, evidence={})
        return True
    began_s, began = time.monotonic(), time.time()
    run.journal.note(f"{stage.name}: about {stage.seconds} s")
    outcome: Outcome = "broken"
    evidence: Evidence = {"error": "stopped"}
    try:
        await stage.run(run)
    except (*FAILURES, EmbeddedError, ImportError) as error:
        evidence = {"error": type(error).__name__, "what": str(error)[-4000:]}
    else:
        outcome, evidence = "done", {}
    finally:
        if outcome == "broken":
            _show_logs(run, since_s=began)
        seconds = time.monotonic() - began_s
        run.journal.result(stage.name, "all of it", outcome, seconds=seconds, evidence=evidence)
    return outcome == "done"


def _show_logs(run: Run, *, since_s: float) -> None:
    """The ends of the logs written since then: the host may be gone when somebody asks for them."""
    for log in sorted(run.servers.logs.rglob("*.log")):
        if log.stat().st_mtime >= since_s:
            last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:]
            run.journal.note("\n".join([f"the end of {log.name}:", *last]))


def plan_text(options: Options) -> str:
    """What would be done, stage by stage, with the time that it should take."""
    lines = []
    for stage in plan(options):
        lines.append(f"{stage.name} (about {stage.seconds} s)")
        lines += [f"  - {each}" for each in stage.does]
    seconds = sum(stage.seconds for stage in plan(options))
    lines.append(
        f"about {seconds / SECONDS_PER_MINUTE:.0f} minutes, stopped after {options.minutes:g}"
    )
    return "\n".join(lines) + "\n"


async def _stop_on_signal(scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            scope.cancel()
            return
