"""Pairs that nothing was tuned on: what README says of them holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.cache.wording import Same, fold, verify

PAIRS = Path(__file__).parents[3] / "data" / "cache_pairs"


@pytest.mark.parametrize(("name", "allowed"), [("held_out", 0), ("calibration", 1)])
def test_requests_for_another_text_are_told_apart(name: str, allowed: int) -> None:
    """At every strength, by the verifier alone: at most as many false hits as are told."""
    lines = (PAIRS / f"{name}.jsonl").read_text("utf-8").splitlines()
    pairs = [pair for pair in map(json.loads, lines) if pair["label"] == "different"]

    false_hits = 0
    for pair in pairs:
        stored, asked = fold(pair["a"]), fold(pair["b"])
        if stored is not None and asked is not None:
            false_hits += isinstance(verify(stored, asked), Same)

    assert len(pairs) > 300
    assert false_hits <= allowed
