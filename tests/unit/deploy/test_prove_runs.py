"""Runs of the proof that end early, fail, or do one part: all over imitated engines."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import anyio

from deploy.gpu.prove.main import prove
from deploy.gpu.prove.waiting import until
from support.prove_runs import GUARD_S, mentioning, options_of, proof_folder, results, serving

__all__ = ["proof_folder"]


async def test_usual_mistakes_are_told_and_kept(proof_folder: Path, tmp_path: Path) -> None:
    """Each start fails with the way out, and what was said stands in the results."""
    with anyio.fail_after(GUARD_S):
        status = await prove(options_of(proof_folder, tmp_path, "failures"))

    rows = [row for row in results(tmp_path) if row["name"] == "fails with the way out"]
    assert status == 0
    assert {row["evidence"]["mistake"] for row in rows} == {
        "model-missing",
        "port-taken",
        "context-too-long",
        "memory-too-low",
    }


async def test_a_model_of_the_ladder_is_started_measured_and_stopped(
    proof_folder: Path, tmp_path: Path
) -> None:
    """Bench and report get the running engine's policy and the folder of the results."""
    options = replace(options_of(proof_folder, tmp_path, "ladder"), models=("12b",))

    with anyio.fail_after(GUARD_S):
        status = await prove(options)

    found = {(row["part"], row["name"]): row for row in results(tmp_path)}
    assert status == 0
    assert found["ladder 12b", "bench"]["evidence"]["output"] == "imitated tiers bench\n"
    assert ("economics", "report") in found
    assert serving(options.first_port) == []


async def test_our_own_overhead_is_compared_over_a_running_model(
    proof_folder: Path, tmp_path: Path
) -> None:
    """Our server runs over the engine; a check that fails, as here for its cost, breaks nothing."""
    options = replace(options_of(proof_folder, tmp_path, "gateway"), models=("12b",), card="none")

    with anyio.fail_after(GUARD_S):
        await prove(options)

    found = {(row["part"], row["name"]): row for row in results(tmp_path)}
    cost = found["gateway 12b", "an answer costs what was measured"]
    assert (cost["outcome"], cost["evidence"]["what"]) == ("not proven", "the basis is measured")
    assert found["gateway 12b", "1 workers"]["outcome"] == "done"
    assert found["12b (gateway)", "all of it"]["outcome"] == "done"


async def test_a_run_that_takes_too_long_is_stopped_and_says_so(
    proof_folder: Path, tmp_path: Path
) -> None:
    """The time given is kept: what was begun is recorded as broken, and nothing is left running."""
    options = replace(options_of(proof_folder, tmp_path, "cascade"), minutes=1 / 60)

    with anyio.fail_after(GUARD_S):
        status = await prove(options)

    broken = [row for row in results(tmp_path) if row["outcome"] == "broken"]
    assert status == 1
    assert broken[-1]["part"] == "small (cascade)"
    assert "stopped after" in (tmp_path / "prove.log").read_text(encoding="utf-8")
    assert serving(options.first_port, options.first_port + 1) == []
    assert mentioning(proof_folder) == []


async def test_a_signal_ends_the_proof_and_all_that_it_started(
    proof_folder: Path, tmp_path: Path
) -> None:
    """Whoever stops the proof gets the host back as it was."""
    options = options_of(proof_folder, tmp_path, "cascade")
    statuses = []

    async def run() -> None:
        statuses.append(await prove(options))

    async def engines_run() -> bool:
        return len(serving(options.first_port, options.first_port + 1)) == 2

    with anyio.fail_after(GUARD_S):
        async with anyio.create_task_group() as group:
            group.start_soon(run)
            await until(engines_run, within_s=GUARD_S)
            os.kill(os.getpid(), signal.SIGTERM)

    assert statuses == [1]
    assert serving(options.first_port, options.first_port + 1) == []
    assert mentioning(proof_folder) == []


async def test_without_its_models_nothing_is_started(proof_folder: Path, tmp_path: Path) -> None:
    """A wrong model file ends the run at once, and is named."""
    options = replace(
        options_of(proof_folder, tmp_path, "cascade"), gguf=proof_folder / "no-such.gguf"
    )

    status = await prove(options)

    (row,) = results(tmp_path)
    assert status == 1
    assert (row["part"], row["outcome"]) == ("models", "broken")
    assert "no-such.gguf" in row["evidence"]["what"]
