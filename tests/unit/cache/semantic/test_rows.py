"""The vectors of one bucket."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assistant.cache.semantic.rows import Rows, Vector
from assistant.cache.semantic.vectors import packed, unpacked
from support.encoders import hashed

IDS = st.text("abcdef", min_size=1, max_size=2)


def brute_force(vectors: dict[str, Vector], asked: Vector, *, floor: float) -> list[str]:
    """Ids from near to far, by comparing with each."""
    cosines = {name: float(vector @ asked) for name, vector in vectors.items()}
    kept = [name for name, cosine in cosines.items() if cosine >= floor]
    return sorted(kept, key=lambda name: (-cosines[name], name))


class RowsAsADict(RuleBasedStateMachine):
    """Whatever is put and dropped, the nearest are those that comparing with each finds."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = Rows()
        self.expected: dict[str, Vector] = {}

    @rule(entry_id=IDS, text=st.text("xyz", max_size=4))
    def put(self, entry_id: str, text: str) -> None:
        """Adds one or replaces it."""
        self.rows.put(entry_id, hashed(text + entry_id))
        self.expected[entry_id] = hashed(text + entry_id)

    @rule(entry_id=IDS)
    def drop(self, entry_id: str) -> None:
        """Removes one, or none."""
        self.rows.drop(entry_id)
        self.expected.pop(entry_id, None)

    @rule(asked=st.text("xyz", max_size=3), top=st.integers(1, 6))
    def ask(self, asked: str, top: int) -> None:
        """The nearest are found in their order."""
        found = self.rows.nearest(hashed(asked), top=top, floor=-0.1)

        assert [name for name, _ in found] == brute_force(self.expected, hashed(asked), floor=-0.1)[
            :top
        ]

    @invariant()
    def holds_what_was_put(self) -> None:
        """No more and no less."""
        assert len(self.rows) == len(self.expected)
        assert all(name in self.rows for name in self.expected)


TestRowsAsADict = RowsAsADict.TestCase
TestRowsAsADict.settings = settings(max_examples=30, stateful_step_count=30)


def test_a_vector_of_another_model_finds_nothing() -> None:
    """It has other dimensions."""
    rows = Rows()
    rows.put("a", hashed("a"))

    assert rows.nearest(np.ones(3, dtype=np.float32), top=5, floor=-1) == []


def test_a_vector_of_another_model_cannot_be_put_beside_others() -> None:
    """Nothing of it stays."""
    rows = Rows()
    rows.put("a", hashed("a"))

    with pytest.raises(ValueError, match="broadcast"):
        rows.put("b", np.ones(3, dtype=np.float32))

    assert "b" not in rows


@given(text=st.text(max_size=10))
def test_a_stored_vector_is_the_same_within_a_thousandth(text: str) -> None:
    """Half precision is enough to nominate."""
    vector = hashed(text)

    found = unpacked(packed(vector))

    assert found is not None
    assert float(found @ vector) > 0.999
    assert abs(float(np.linalg.norm(found)) - 1) < 1e-5


@pytest.mark.parametrize("data", [b"", b"abc", b"\0\0", b"\x00\x7c"])
def test_what_is_no_unit_vector_is_none(data: bytes) -> None:
    """Empty, cut, zero, infinite."""
    assert unpacked(data) is None
