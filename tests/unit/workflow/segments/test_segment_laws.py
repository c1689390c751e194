"""What holds for the segments of any text."""

from __future__ import annotations

from itertools import accumulate

import regex  # type: ignore[import-untyped]
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.types import TokenLogprob
from assistant.workflow.segments import SegmentGate, Unit
from support.segmenting import cuts, drained, in_characters, numbered, pieces, units, written

lengths = st.integers(1, 12)


@given(written, units, lengths, cuts)
def test_nothing_is_lost_and_nothing_is_added(
    text: str, unit: Unit, tokens: int, places: list[int]
) -> None:
    """At any moment what is released and what is held are the text so far; in the end all is released."""
    gate = SegmentGate(unit=unit, tokens=tokens)
    found = []

    for start, piece in pieces(text, places):
        gate.feed(piece)
        found += drained(gate)
        assert gate.released + gate.held == text[: start + len(piece)].lstrip()
    gate.close()
    found += drained(gate)

    assert gate.released == text.strip() == "".join(one.gap + one.text for one in found)
    assert gate.held == ""
    assert [one.index for one in found] == list(range(len(found)))


@given(written, units, lengths)
def test_no_segment_begins_or_ends_with_a_blank(text: str, unit: Unit, tokens: int) -> None:
    """The blank between two is the gap of the second; a fresh text begins with none."""
    found = in_characters(text, unit=unit, tokens=tokens)

    assert all(one.text and one.text == one.text.strip() for one in found)
    assert all(one.gap.strip() == "" for one in found)
    assert [one.gap for one in found[:1]] in ([], [""])


@given(text=written, unit=units, tokens=lengths, places=cuts, at_once=st.booleans())
def test_segments_depend_on_the_text_and_its_tokens_alone(
    text: str, unit: Unit, tokens: int, places: list[int], *, at_once: bool
) -> None:
    """Not on the pieces the engine sends, nor on when segments are asked for and accepted."""
    text = text.lstrip()
    gate = SegmentGate(unit=unit, tokens=tokens)
    found = []

    for start, piece in pieces(text, places):
        gate.feed(piece, numbered(start, len(piece)))
        found += drained(gate) if at_once else []
    gate.close()
    found += drained(gate)

    assert found == in_characters(text, unit=unit, tokens=tokens)


@given(written, units, lengths, st.integers(1, 6))
@example("“ 字漢b ", "sentences", 1, 1)
def test_a_gate_goes_on_where_another_one_stopped(
    text: str, unit: Unit, tokens: int, accepted: int
) -> None:
    """What stands before is read for its Markdown, its quotations and its clusters."""
    text = text.lstrip()
    whole = in_characters(text, unit=unit, tokens=tokens)
    accepted %= max(1, len(whole))
    before = "".join(one.gap + one.text for one in whole[:accepted])

    rest = in_characters(text[len(before) :], unit=unit, tokens=tokens, before=before)

    assert [(one.gap, one.text, one.tokens) for one in rest] == [
        (one.gap, one.text, one.tokens) for one in whole[accepted:]
    ]


@given(written, units, lengths)
def test_no_cluster_is_cut(text: str, unit: Unit, tokens: int) -> None:
    """Families, flags and letters with marks arrive whole."""
    found = in_characters(text, unit=unit, tokens=tokens)

    ends = set(accumulate(map(len, regex.findall(r"\X", text.strip()))))
    assert set(accumulate(len(one.gap + one.text) for one in found)) <= ends


@given(written, units, lengths)
def test_every_token_counts_once(text: str, unit: Unit, tokens: int) -> None:
    """With its log-probability, in order, except those of a blank that nothing follows."""
    text = text.lstrip()

    found = in_characters(text, unit=unit, tokens=tokens)

    told: list[TokenLogprob] = [logprob for one in found for logprob in one.logprobs]
    assert sum(one.tokens for one in found) == len(told)
    assert told == numbered(0, len(told))
    assert len(text.rstrip()) <= len(told) <= len(text) if found else not told


@given(written, st.integers(1, 12))
def test_single_words_need_no_length(text: str, tokens: int) -> None:
    """The length only says when a word without an end is cut."""
    short = in_characters(text, unit="words", tokens=tokens)
    endless = in_characters(text, unit="words", tokens=1000)

    assert set(accumulate(len(one.gap + one.text) for one in endless)) <= set(
        accumulate(len(one.gap + one.text) for one in short)
    )
