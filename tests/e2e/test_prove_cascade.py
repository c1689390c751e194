"""The proof of the cascade over imitated engines: real servers of ours, real checks, real kills."""

from __future__ import annotations

import json
from pathlib import Path

import anyio

from deploy.gpu.prove.main import prove
from deploy.gpu.prove.stages import CASCADE
from support.prove_runs import GUARD_S, mentioning, options_of, proof_folder, results, serving

__all__ = ["proof_folder"]


async def test_every_promise_of_the_cascade_is_proven_over_imitated_engines(
    proof_folder: Path, tmp_path: Path
) -> None:
    """All checks hold where the engines behave, all is written down, and nothing is left running."""
    options = options_of(proof_folder, tmp_path, "record", "cascade")

    with anyio.fail_after(GUARD_S):
        status = await prove(options)

    found = {row["name"]: row for row in results(tmp_path)}
    assert [row for row in found.values() if row["outcome"] == "not proven"] == []
    assert status == 0
    assert {check.__name__.replace("_", " ") for check in CASCADE} <= found.keys()
    assert serving(options.first_port, options.first_port + 1) == []
    assert mentioning(proof_folder) == []
    lines = (tmp_path / "recordings.jsonl").read_text(encoding="utf-8").splitlines()
    recorded = {row["case"]: row for row in map(json.loads, lines)}
    assert recorded["generate stream"]["chunks"][0][1].startswith("data: ")
    assert recorded["tokenize continued"]["request"]["continue_final_message"] is True
    assert '"num_waiting_reqs":2' in recorded["get v1/loads while busy 0"]["chunks"][0][1]
