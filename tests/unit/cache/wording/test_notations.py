"""The notations of one quantity, date, word or list that writers choose from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.cache.wording import Different, Same, fold, verify

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parents[3] / "data" / "notations.jsonl")
    .read_text("utf-8")
    .splitlines()
]
SAME = [(pair["a"], pair["b"]) for pair in PAIRS if pair["label"] == "same"]
DIFFERENT = [(pair["a"], pair["b"]) for pair in PAIRS if pair["label"] == "different"]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_notations_of_the_same_share_a_text(one: str, other: str) -> None:
    """Digits or words, symbols or names, dashes or lists."""
    stored, asked = fold(one, language="en"), fold(other, language="en")

    assert stored is not None
    assert asked is not None
    assert isinstance(verify(stored, asked), Same)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_notations_of_another_do_not(one: str, other: str) -> None:
    """Near misses of the above."""
    stored, asked = fold(one, language="en"), fold(other, language="en")

    assert stored is not None
    assert asked is not None
    assert isinstance(verify(stored, asked), Different)
