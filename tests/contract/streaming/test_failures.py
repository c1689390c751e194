"""Tiers that die, are slow or write nothing, at every place where that may happen to a reader."""

from __future__ import annotations

import pytest

from assistant.errors import (
    AllTiersFailed,
    ContextTooLong,
    TierError,
    TierOverloaded,
    TierTimeout,
    TierUnavailable,
)
from support.streaming_laws import obeyed, the_answer_is_what_the_tiers_wrote
from support.streaming_story import BAD, GOOD, Call, Story, Told, breaks, told, writes
from support.streaming_texts import sentences

DRAFT = sentences([9, 9, 9, 9], first=0)
LARGER = sentences([9, 9, 9], first=1000)
LAST = sentences([9, 9, 9], first=2000)
WRITES, GOES_ON, ENDS = writes(" ".join(DRAFT)), writes(" ".join(LARGER)), writes(" ".join(LAST))

IN_A_SEGMENT = 22
"""Pieces after which the first segment of the draft is out, and the second is not complete."""

ERRORS = (
    TierUnavailable(tier="any", detail="gone"),
    TierTimeout(tier="any", after_s=1.0),
    TierOverloaded(tier="any"),
    ContextTooLong(tier="any", context_tokens=10, prompt_tokens=20),
)
GONE = ERRORS[0]


async def read(*calls: tuple[Call, ...], **story: object) -> Told:
    """What the reader of a two- or three-tier story is told, the laws being kept."""
    heard = await told(Story(calls=calls, **story))  # type: ignore[arg-type]
    obeyed(heard)
    if heard.error is None:
        the_answer_is_what_the_tiers_wrote(heard)
    return heard


def path(heard: Told) -> list[tuple[str, str]]:
    """Tier, and how it began, of each step."""
    return [(rung.tier, rung.how) for rung in heard.answer.provenance.path]


def error_ids(error: TierError) -> str:
    """Names a failure in the test's name."""
    return type(error).__name__


@pytest.mark.parametrize("error", ERRORS, ids=error_ids)
async def test_a_tier_dies_before_its_first_word(error: TierError) -> None:
    """The next one starts anew, for nothing was said."""
    heard = await read((breaks(error),), (GOES_ON,))

    assert path(heard) == [("draft", "first"), ("large", "fresh")]
    assert heard.text == " ".join(LARGER)


@pytest.mark.parametrize("error", ERRORS, ids=error_ids)
async def test_a_tier_dies_in_a_segment(error: TierError) -> None:
    """What is out stays, what is not is forgotten, and the next one goes on."""
    heard = await read((breaks(error, after=IN_A_SEGMENT, text=" ".join(DRAFT)),), (GOES_ON,))

    assert path(heard) == [("draft", "first"), ("large", "continue")]
    assert heard.text == " ".join([DRAFT[0], *LARGER])


@pytest.mark.parametrize("after", [0, 1, 7, 30])
@pytest.mark.parametrize("error", ERRORS, ids=error_ids)
async def test_a_tier_dies_at_the_takeover(error: TierError, after: int) -> None:
    """The draft's own tier goes on from what was said, and nobody judges it any more."""
    again = writes(" ".join(LAST))
    larger = breaks(error, after=after, text=f" {' '.join(LARGER)}")
    heard = await read((WRITES, again), (larger,), segments=(GOOD, BAD, GOOD))

    assert path(heard) == [("draft", "first"), ("large", "continue"), ("draft", "continue")]
    assert heard.text.startswith(DRAFT[0])
    assert heard.text.endswith(" ".join(LAST))
    assert len(heard.judge.beginnings) == 2


async def test_all_larger_tiers_die_at_the_takeover() -> None:
    """One after the other, the second after some words of its own."""
    larger = breaks(GONE, after=0)
    best = breaks(GONE, after=5, text=f" {' '.join(LAST)}")
    again = writes(" ".join(sentences([5, 5], first=3000)))
    heard = await read((WRITES, again), (larger,), (best,), segments=(GOOD, BAD))

    assert [tier for tier, _ in path(heard)] == ["draft", "large", "best", "draft"]
    assert heard.text.endswith(again.text)
    assert "tier_down" in heard.answer.provenance.degraded


async def test_the_middle_tier_dies_after_segments_of_its_own() -> None:
    """The last one goes on from what both have said."""
    larger = breaks(GONE, after=IN_A_SEGMENT, text=f" {' '.join(LARGER)}")
    heard = await read((WRITES,), (larger,), (ENDS,), segments=(GOOD, BAD, GOOD))

    assert heard.text == " ".join([DRAFT[0], LARGER[0], *LAST])


@pytest.mark.parametrize("error", ERRORS[:3], ids=error_ids)
async def test_everything_dies_before_a_word(error: TierError) -> None:
    """There is no answer, and nothing was said."""
    heard = await read((breaks(error),), (breaks(error),), (breaks(error),))

    assert isinstance(heard.error, AllTiersFailed)


@pytest.mark.parametrize("error", ERRORS, ids=error_ids)
async def test_everything_dies_after_a_part_was_said(error: TierError) -> None:
    """The part is the answer, and says so."""
    draft = breaks(error, after=IN_A_SEGMENT, text=" ".join(DRAFT))
    heard = await read((draft, breaks(error)), (breaks(error),))

    assert heard.text.startswith(DRAFT[0])
    assert "partial" in heard.answer.provenance.degraded


@pytest.mark.parametrize("after", [1, 2, 9])
async def test_a_single_tier_dies_among_its_words(after: int) -> None:
    """As much as it wrote is the answer, to the last letter."""
    heard = await read((breaks(GONE, after=after, text=" ".join(DRAFT)),))

    assert heard.text == " ".join(DRAFT)[: 4 * after].rstrip()


@pytest.mark.parametrize("nothing", ["", " ", "\n\n"])
@pytest.mark.parametrize("last", [False, True], ids=["the first", "the last"])
async def test_a_tier_writes_nothing(nothing: str, *, last: bool) -> None:
    """An empty text is judged like any other."""
    calls = ((WRITES,), (writes(nothing),)) if last else ((writes(nothing),), (GOES_ON,))
    heard = await read(*calls, segments=(GOOD, BAD), wholes=(BAD, GOOD))

    assert heard.text == (DRAFT[0] if last else " ".join(LARGER))


@pytest.mark.parametrize("word", ["A", "港", "\U0001f469\u200d\U0001f467", "."])
async def test_a_tier_writes_one_token(word: str) -> None:
    """By itself, and to go on."""
    alone = await read((writes(word, size=len(word)),))
    after = await told(Story(calls=((WRITES,), (writes(word),)), segments=(GOOD, BAD)))

    assert alone.text == word
    obeyed(after)
    assert after.text.startswith(DRAFT[0])
    assert after.text.endswith(word)
