"""Scripts, emoji and Markdown: cut by segments, taken over in the middle, and joined again."""

from __future__ import annotations

from typing import Literal

import pytest

from support.streaming_laws import obeyed
from support.streaming_story import BAD, GOOD, Story, Told, told, writes
from support.streaming_texts import ODD_BLOCKS, sentences, without_blanks

ODD_TEXTS = [f"{block}\n\n{block}" for block in ODD_BLOCKS] + [
    "\n\n".join(ODD_BLOCKS),
    "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 60,
    "\U0001f1e9\U0001f1ea" * 60,
    "港の朝は静かです。" * 20,
    "ก็เรือออกแล้ว" * 20,
    "e\u0301" * 80,
    "x" * 300,
    "a \u200d b. C\u0301\u0301\u0301\u0301. D\ufe0f\u20e3. \u202eE f g.\u202c H i j k l m n o p q.",
]
PLAIN = " ".join(sentences([9, 9, 9], first=1000))


async def read(*texts: str, size: int = 1, **story: object) -> Told:
    """What the reader of tiers that write these texts is told, the laws being kept."""
    calls = tuple((writes(text, size=size),) for text in texts)
    heard = await told(Story(calls=calls, **story))  # type: ignore[arg-type]
    obeyed(heard)
    return heard


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
@pytest.mark.parametrize("gate", ["sentences", "paragraphs"])
async def test_a_text_is_told_as_it_was_written(
    text: str, gate: Literal["sentences", "paragraphs"]
) -> None:
    """By segments and, by a single tier, by words, one letter a piece."""
    by_segments = await read(text, "unused", gate=gate, abort_early=False)
    by_words = await read(text, gate=gate)

    assert by_segments.text == by_words.text == text


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
@pytest.mark.parametrize("good", [1, 2, 4])
async def test_nothing_is_lost_where_another_tier_goes_on(text: str, good: int) -> None:
    """In either direction: a plain text goes on with an odd one, and an odd one with a plain one."""
    segments = (GOOD,) * good + (BAD,)
    from_odd = await read(text, PLAIN, segments=segments, abort_early=False)
    to_odd = await read(PLAIN, text, segments=segments, abort_early=False)

    # An odd text of one segment is over before anything of it is deferred.
    assert from_odd.text == text or without_blanks(from_odd.text).endswith(without_blanks(PLAIN))
    assert without_blanks(to_odd.text).endswith(without_blanks(text))
    for heard in (from_odd, to_odd):
        assert heard.answer.provenance.path[0].segments <= good


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_the_pieces_of_an_engine_make_no_difference(text: str, size: int) -> None:
    """To the last tier, whose words go out as they come, nor to a seam."""
    segments = (GOOD, BAD)
    whole = await read(PLAIN, f" {text}", size=10_000, segments=segments, tokens=1000)
    cut = await read(PLAIN, f" {text}", size=size, segments=segments, tokens=1000, wholes=(BAD,))

    assert whole.text == PLAIN
    assert without_blanks(cut.text).endswith(without_blanks(text))
