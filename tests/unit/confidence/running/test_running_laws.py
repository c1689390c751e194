"""Laws of listening to a draft: how it comes does not matter, and what is said of it holds."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assistant.confidence.asked import Asked
from assistant.confidence.checks.loop import loop
from assistant.confidence.reading import Reading
from assistant.confidence.running import Doom, RunningMargin
from assistant.confidence.running.settled import SettledText
from assistant.confidence.text.words import folded_words
from assistant.types import DraftRequest
from support.drafts import draft

ATOMS = st.sampled_from(
    [
        "the ",
        "old ",
        "boat ",
        "again. ",
        "home\n",
        "No! ",
        "他",
        "来。",
        "Mr. ",
        "don\u2019t ",
        "1 ",
        "```\n",
    ]
)
PHRASES = st.lists(ATOMS, min_size=1, max_size=9).map("".join)
LOOPING = st.lists(st.tuples(PHRASES, st.integers(1, 12)), min_size=1, max_size=5).map(
    lambda parts: "".join(phrase * times for phrase, times in parts)
)
REFUSING = st.sampled_from(
    ["I'm sorry, but I can't assist with that. ", "抱歉，我无法提供帮助。", "I am sorry. "]
)
TEXTS = st.one_of(LOOPING, st.builds("".join, st.tuples(REFUSING, LOOPING)))
CUTS = st.lists(st.integers(0, 900), max_size=12)


def split(text: str, cuts: list[int]) -> list[str]:
    """The text in pieces."""
    bounds = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return [text[start:end] for start, end in pairwise(bounds)]


def listener(*, before: str = "") -> RunningMargin:
    """One for a request that asks for nothing in particular."""
    return RunningMargin(Asked(DraftRequest()), before=before)


def last_word(running: RunningMargin, pieces: list[str]) -> Doom | None:
    """What is said when all pieces have come."""
    return [running.hear(piece, ()) for piece in ("", *pieces)][-1]


@given(text=TEXTS, cuts=CUTS)
def test_how_a_text_is_split_into_pieces_does_not_matter(text: str, cuts: list[int]) -> None:
    """Character by character, in any pieces, or at once."""
    whole = last_word(listener(), [text])

    assert last_word(listener(), split(text, cuts)) == whole
    assert last_word(listener(), list(text)) == whole


@given(text=TEXTS, more=TEXTS)
def test_once_doomed_stays_doomed(text: str, more: str) -> None:
    """Whatever comes behind."""
    running = listener()
    first = running.hear(text, ())
    second = running.hear(more, ())

    assert first is None or second is first


@given(text=LOOPING, more=LOOPING)
def test_what_is_given_up_as_a_loop_fails_the_check_however_it_goes_on(
    text: str, more: str
) -> None:
    """So nothing is aborted that the final judgement would have accepted."""
    doom = listener().hear(text, ())

    if doom is not None and doom.cause == "loop":
        result = loop(Reading(draft(text + more)))
        assert result is not None
        assert not result.passed


@given(before=LOOPING, text=LOOPING)
def test_a_text_taken_over_is_one_text(before: str, text: str) -> None:
    """Where nothing was wrong with the accepted part, it counts as if one tier had written all."""
    if listener().hear(before, ()) is None:
        assert listener(before=before).hear(text, ()) == listener().hear(before + text, ())


@given(text=st.text() | LOOPING, cuts=CUTS)
def test_atoms_have_the_words_of_the_text(text: str, cuts: list[int]) -> None:
    """However it comes; only a last word may still be open."""
    settled = SettledText()
    atoms = [atom for piece in split(text, cuts) for atom in settled.feed(piece)]
    joined = "".join(atoms)

    assert text.startswith(joined)
    assert [word for atom in atoms for word in folded_words(atom)] == folded_words(joined)
    assert len(folded_words(text)) - len(folded_words(joined)) == len(
        folded_words(text[len(joined) :])
    )


def test_a_script_without_blanks_is_heard_at_once() -> None:
    """Each Han or Kana character is a word of its own; any other word waits for what ends it."""
    settled = SettledText()

    assert list(settled.feed("はい、犬です。No")) == ["は", "い", "、犬", "で", "す"]
    assert list(settled.feed("body \n")) == ["。Nobody ", "\n"]
