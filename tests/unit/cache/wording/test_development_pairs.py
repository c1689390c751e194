"""The labelled development pairs: what the wording decides on requests that people wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant.cache.wording import Same, fold, verify

PAIRS = Path(__file__).parents[3] / "data" / "cache_pairs" / "development.jsonl"
LIGHT = {"order", "politeness", "synonym", "formatting"}


class Judged(NamedTuple):
    """A labelled pair and what the wording says of it."""

    id: str
    kind: str
    same: bool
    served: bool


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    """All development pairs, judged."""
    rows = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    return [
        Judged(row["id"], row["kind"], row["label"] == "same", _served(row["a"], row["b"]))
        for row in rows
    ]


def _served(stored: str, asked: str) -> bool:
    one, other = fold(stored), fold(asked)
    return one is not None and other is not None and isinstance(verify(one, other), Same)


def test_no_request_is_served_a_text_that_differs_in_a_detail(judged: list[Judged]) -> None:
    """A false hit hands a writer the wrong text: there must be none."""
    assert [pair.id for pair in judged if pair.served and not pair.same] == []


def test_most_light_paraphrases_are_recognized(judged: list[Judged]) -> None:
    """Order, courtesy, synonyms and form are what writers vary most."""
    light = [pair.served for pair in judged if pair.same and pair.kind in LIGHT]

    assert sum(light) / len(light) >= 0.7
