"""Texts are cut for streaming where no reader would see the cut."""

from __future__ import annotations

import itertools
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from server.pieces import MIN_PIECE_CHARS, pieces
from support.server_app import TRICKY

TEXTS = st.text() | st.lists(st.sampled_from([*TRICKY, " ", "\r\n", "word", "。"])).map("".join)


@given(TEXTS)
def test_the_pieces_joined_are_the_text(text: str) -> None:
    """Nothing is lost, added or moved; there is always at least one piece."""
    cut = list(pieces(text))

    assert "".join(cut) == text
    assert cut
    assert all(cut) or text == ""


@given(TEXTS)
def test_no_word_and_no_character_is_cut(text: str) -> None:
    """A piece ends after a space or CJK mark, and the next does not begin with what joins on."""
    cut = list(pieces(text))

    for before, after in itertools.pairwise(cut):
        assert before[-1].isspace() or unicodedata.category(before[-1]) == "Po"
        assert unicodedata.category(after[0]) not in ("Mn", "Mc", "Me")
        assert not (before.endswith("\r") and after.startswith("\n"))
        assert after[0] not in "\u200d\ufe0f"


def test_a_long_text_comes_in_many_pieces() -> None:
    """So that it appears smoothly, in Latin and in CJK."""
    latin = "some words of prose " * 20
    japanese = "これは長い文章です。" * 20

    assert len(list(pieces(latin))) > 10
    assert len(list(pieces(japanese))) > 5
    assert all(len(piece) >= MIN_PIECE_CHARS for piece in list(pieces(latin))[:-1])
