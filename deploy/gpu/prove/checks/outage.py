"""An engine is killed while it writes: the other one answers, and everybody is told. Checked last."""

from __future__ import annotations

import collections
import statistics
from typing import Any

import anyio

from deploy.gpu.prove.journal import Evidence
from deploy.gpu.prove.processes import alive, kill, output_of
from deploy.gpu.prove.proof import expect
from deploy.gpu.prove.scene import LONG_STORY, SHORT_TEXT, Cascade
from deploy.gpu.prove.wire import Reply

PAIR_CLIENTS = 8
AFTER = 6
BUSY_WITHIN_S = 20.0

_STATUS_WITHIN_S = 30.0
_LAUNCHER_WITHIN_S = 45.0
_USAGE_ERROR = 2
_ONE_IS_DOWN = 1


async def a_killed_engine_costs_no_answer(scene: Cascade) -> Evidence:
    """The large engine gets SIGKILL while it writes: its draft is served, and marked so.

    Beside it, clients of the tier that shares both engines are in the middle of their texts.
    """
    answered: list[Reply] = []
    shared: list[Reply] = []

    async def escalate() -> None:
        answered.append(await scene.gateway.draft(_long("never reaches the bar")))

    async def share(number: int) -> None:
        shared.append(await scene.pair.draft(_long(f"reader {number}")))

    engine = scene.large_launcher.processes()
    async with anyio.create_task_group() as clients:
        clients.start_soon(escalate)
        await scene.large.when(lambda load: load.running > 0, within_s=BUSY_WITHIN_S)
        for number in range(PAIR_CLIENTS):
            clients.start_soon(share, number)
        await scene.large.when(lambda load: load.running > 1, within_s=BUSY_WITHIN_S)
        kill(engine)
        killed_s = anyio.current_time()
    reply = answered[0]
    seen: dict[str, Any] = {
        "processes_killed": len(engine),
        "all_ended_s": round(anyio.current_time() - killed_s, 2),
        "code": reply.code,
        "path": reply.path,
        "tier": reply.provenance.get("tier"),
        "degraded": reply.provenance.get("degraded"),
        "shared_codes": collections.Counter(each.code for each in shared),
        "shared_degraded": collections.Counter(
            mark for each in shared for mark in each.provenance.get("degraded", ())
        ),
    }
    expect(bool(engine), "there was an engine to kill", seen)
    expect(reply.ok and seen["tier"] == "draft", "the other tier's text is served", seen)
    expect("tier_down" in seen["degraded"], "the answer says that a tier is down", seen)
    expect(len(shared) == PAIR_CLIENTS, "every client of the shared tier got a reply", seen)
    return seen


async def nobody_waits_for_a_dead_engine(scene: Cascade) -> Evidence:
    """The next requests that would escalate are answered at once from the tier that lives."""
    replies = [
        await scene.gateway.draft({"task": "draft", "instruction": SHORT_TEXT})
        for _ in range(AFTER)
    ]
    waits = [rung["ms"] for reply in replies for rung in reply.provenance["path"][1:]]
    seen = {
        "codes": collections.Counter(reply.code for reply in replies),
        "p50_ms": statistics.median(reply.ms for reply in replies),
        "paths": collections.Counter(reply.path for reply in replies),
        "ms_at_the_dead": waits,
    }
    marked = all("tier_down" in reply.provenance["degraded"] for reply in replies)
    expect(all(reply.ok for reply in replies) and marked, "all are answered and marked", seen)
    return seen


async def traffic_moves_to_the_endpoint_that_lives(scene: Cascade) -> Evidence:
    """The tier of two endpoints answers everything from the one that is left, unmarked."""
    replies: list[Reply] = []

    async def ask(number: int) -> None:
        body = {"task": "draft", "instruction": f"{SHORT_TEXT} Table number {number}."}
        replies.append(await scene.pair.draft(body))

    async with anyio.create_task_group() as clients:
        for number in range(PAIR_CLIENTS):
            clients.start_soon(ask, number)
    marks = [mark for reply in replies for mark in reply.provenance.get("degraded", ())]
    seen = {
        "codes": collections.Counter(reply.code for reply in replies),
        "degraded": collections.Counter(marks),
        "max_ms": max(reply.ms for reply in replies),
    }
    expect(seen["codes"] == {"200": PAIR_CLIENTS}, "all are answered", seen)
    expect("tier_down" not in marks, "no answer is marked", seen)
    return seen


async def our_server_and_its_operator_are_told(scene: Cascade) -> Evidence:
    """`tiers status` and `/readyz` name the tier that is down."""
    ready = await scene.gateway.get("/readyz")
    status, output = await output_of(
        [*scene.inkladder, "tiers", "status", "--policy", scene.policy],
        name="tiers-status",
        log_dir=scene.large_launcher.log.parent,
        within_s=_STATUS_WITHIN_S,
    )
    seen = {"readyz": ready.status_code, "parts": ready.json(), "status": status, "output": output}
    expect(status == _ONE_IS_DOWN, "tiers status exits with 1", seen)
    expect("large" in str(ready.json()) and "down" in output, "the tier is named", seen)
    return seen


async def tiers_up_tells_which_server_died(scene: Cascade) -> Evidence:
    """The command that started the engine ends, says why, and leaves nothing running."""
    before = scene.large_launcher.processes()
    status = await scene.large_launcher.ended(within_s=_LAUNCHER_WITHIN_S)
    left = [process.pid for process in before if alive(process)]
    seen = {"status": status, "said": scene.large_launcher.said(), "left_running": left}
    expect(status == _USAGE_ERROR, "it exits with 2", seen)
    expect("large" in str(seen["said"]), "it names the tier", seen)
    expect(not left, "nothing is left running", seen)
    return seen


def _long(who: str) -> dict[str, Any]:
    return {"task": "draft", "instruction": f"{LONG_STORY} It is for {who}."}


OUTAGE = (
    a_killed_engine_costs_no_answer,
    tiers_up_tells_which_server_died,
    nobody_waits_for_a_dead_engine,
    traffic_moves_to_the_endpoint_that_lives,
    our_server_and_its_operator_are_told,
)
"""In the order in which they are checked."""
