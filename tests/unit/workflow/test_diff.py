"""Word-level edits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.types import Edit
from assistant.workflow.diff import apply, edits

texts = st.text(alphabet=st.sampled_from("ab .,\n\t👩‍👩‍👧é漢—'"), max_size=60) | st.text(
    max_size=40
)


@given(source=texts, target=texts)
def test_the_edits_turn_the_source_into_the_target(source: str, target: str) -> None:
    """Whatever the two texts are."""
    assert apply(source, edits(source, target)) == target


@given(source=texts, target=texts)
def test_edits_are_ordered_apart_and_inside_the_source(source: str, target: str) -> None:
    """An editor may apply them from either end."""
    bounds = [bound for edit in edits(source, target) for bound in (edit.start, edit.end)]

    assert bounds == sorted(bounds)
    assert all(0 <= bound <= len(source) for bound in bounds)


@given(source=texts, target=texts)
def test_utf16_offsets_name_the_same_places(source: str, target: str) -> None:
    """JavaScript editors count in UTF-16 units."""
    units = source.encode("utf-16-le", "surrogatepass")

    for edit in edits(source, target):
        before = units[: 2 * edit.start_utf16].decode("utf-16-le", "surrogatepass")
        assert before == source[: edit.start]


def test_a_changed_word_is_one_edit() -> None:
    """The writer is shown words, not letters."""
    assert edits("We meat on Monday.", "We meet on Monday.") == (
        Edit(start=3, end=8, start_utf16=3, end_utf16=8, text="meet "),
    )


def test_equal_texts_have_no_edits() -> None:
    """Nothing to accept."""
    assert edits("The same.", "The same.") == ()
