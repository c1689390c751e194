"""Requests and routes whose text is held back, limited, or wanted at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assistant.cache.base import Bypass
from assistant.types import CacheControl, Delta, DraftRequest, RungJudged, Sampling
from support.streaming_laws import obeyed, the_answer_is_what_the_tiers_wrote
from support.streaming_story import BAD, GOOD, POOR, Call, Story, Telling, Told, told, writes
from support.streaming_texts import sentences

DRAFT = sentences([9, 9, 9, 9], first=0)
LARGER = sentences([9, 9, 9], first=1000)
TWO = ((writes(" ".join(DRAFT)),), (writes(" ".join(LARGER)),))
REQUEST = DraftRequest(instruction="Write.")

HELD: dict[str, dict[str, Any]] = {
    "the route holds it back": {"gate": "whole"},
    "its task does": {"request": replace(REQUEST, task="titles")},
    "it has variants": {"request": replace(REQUEST, variants=2)},
    "it is HTML": {"request": replace(REQUEST, format="html")},
}


def only_at_the_end(heard: Told) -> bool:
    """Whether nothing was told before the last step was judged."""
    kinds = [type(event) for event in heard.events]
    return Delta not in kinds[: len(kinds) - kinds[::-1].index(RungJudged)]


@pytest.mark.parametrize("held", HELD.values(), ids=HELD)
@pytest.mark.parametrize("wholes", [(GOOD,), (POOR, GOOD), (POOR, BAD)])
async def test_a_text_that_is_held_back_comes_in_one_piece(
    held: dict[str, Any], wholes: tuple[float, ...]
) -> None:
    """The best of all that were written, and nobody has judged a beginning."""
    heard = await told(Story(calls=TWO, wholes=wholes, segments=(BAD,), **held))

    obeyed(heard)
    assert only_at_the_end(heard)
    assert heard.judge.beginnings == []
    assert heard.answer.provenance.never_worse == "held"
    assert heard.text == " ".join(LARGER if wholes == (POOR, GOOD) else DRAFT)


async def test_another_text_is_held_back_until_it_is_known_to_be_another() -> None:
    """The reader has had one, and is not told the same words again before anybody looked."""
    known = " ".join(DRAFT)
    story = Story(calls=TWO, control=CacheControl(regenerate=True), segments=(BAD,))
    telling = Telling(story)
    telling.cache.lookup = Bypass(reason="regenerate", known=lambda text: text == known)

    heard = await telling.told()

    assert only_at_the_end(heard)
    assert heard.text == heard.answer.text
    assert heard.judge.beginnings == []


@pytest.mark.parametrize("begins", [GOOD, BAD])
async def test_several_texts_of_the_last_tier_are_compared_first(begins: float) -> None:
    """After what was told of the draft, in one piece; of the draft, every segment."""
    calls = (TWO[0], (Call(pieces=writes(" ".join(LARGER)).pieces, others=(writes("X.").pieces,)),))
    story = Story(calls=calls, segments=(begins, BAD), larger_samples=2, wholes=(POOR, GOOD))
    heard = await told(story)

    obeyed(heard)
    the_answer_is_what_the_tiers_wrote(heard)
    deltas = [event.text for event in heard.events if isinstance(event, Delta)]
    assert deltas[:-1] == ([DRAFT[0]] if begins == GOOD else [])


@pytest.mark.parametrize("most", [1, 2, 9, 10, 18, 19, 27, 28, 40])
@pytest.mark.parametrize("verdicts", [(GOOD, BAD), (GOOD, GOOD, BAD), (BAD,), (GOOD,)])
async def test_the_limit_holds_over_takeovers(most: int, verdicts: tuple[float, ...]) -> None:
    """A token is a word here, so the words of the answer are counted."""
    calls = tuple(
        (Call(pieces=tuple(piece for piece in worded(" ".join(text)).pieces)),)
        for text in (DRAFT, LARGER, sentences([9, 9], first=2000))
    )
    request = replace(REQUEST, sampling=Sampling(max_tokens=most))
    story = Story(calls=calls, request=request, segments=verdicts, wholes=(POOR,))
    heard = await told(story)

    obeyed(heard)
    assert len(heard.text.split()) <= most
    assert sum(rung.kept_tokens for rung in heard.answer.provenance.path) == len(heard.text.split())


def worded(text: str) -> Call:
    """A call that writes word by word."""
    first, *others = text.split()
    pieces = [
        writes(word, size=len(word)).pieces[0] for word in (first, *(f" {w}" for w in others))
    ]
    return Call(pieces=tuple(pieces))


async def test_tokens_of_a_deferred_draft_are_not_in_the_answer() -> None:
    """Those of its accepted beginning are, and all of the tier that goes on."""
    calls = ((worded(" ".join(DRAFT)),), (worded(" ".join(LARGER)),))
    heard = await told(Story(calls=calls, segments=(GOOD, GOOD, BAD)))

    obeyed(heard)
    assert [rung.kept_tokens for rung in heard.answer.provenance.path] == [18, 27]


async def test_five_thousand_words_go_out_in_order() -> None:
    """Of a good draft, by segments, and of a single tier, word by word."""
    long = " ".join(sentences([20] * 250, first=0))
    gated = await told(Story(calls=((writes(long, size=7),), (writes("unused"),)), tokens=40))
    alone = await told(Story(calls=((writes(long, size=7),),)))

    for heard in (gated, alone):
        obeyed(heard)
        assert heard.text == long


async def test_a_long_draft_is_taken_over_far_into_it() -> None:
    """Segment by segment, until one of the last is deferred."""
    long = sentences([10] * 600, first=0)
    calls = ((writes(" ".join(long), size=5),), (writes(" ".join(LARGER), size=5),))
    good = (GOOD,) * 80 + (BAD,)
    heard = await told(Story(calls=calls, segments=good, tokens=40))

    obeyed(heard)
    the_answer_is_what_the_tiers_wrote(heard)
    assert heard.answer.provenance.path[0].segments == 80
    assert len(heard.text.split()) > 2400


CONTINUATIONS = {
    "without a blank": ("{rest}", "{before} {rest}"),
    "with a blank": (" {rest}", "{before} {rest}"),
    "with a paragraph": ("\n\n{rest}", "{before}\n\n{rest}"),
    "with all of it again": ("{before} {rest}", "{before} {rest}"),
    "with the last words again": ("{tail} {rest}", "{before} {rest}"),
    "with an announcement": ("Here is the continuation:\n\n{rest}", "{before} {rest}"),
    "with nothing": ("", "{before}"),
    "with nothing new": ("{before}", "{before}"),
}


@pytest.mark.parametrize(("written", "expected"), CONTINUATIONS.values(), ids=CONTINUATIONS)
@pytest.mark.parametrize("size", [1, 5, 400])
async def test_however_a_tier_goes_on_the_text_is_one(
    written: str, expected: str, size: int
) -> None:
    """Once, and with the blank that belongs there."""
    parts = {
        "before": DRAFT[0],
        "tail": " ".join(DRAFT[0].split()[-5:]),
        "rest": " ".join(LARGER),
    }
    calls = (TWO[0], (writes(written.format(**parts), size=size),))
    heard = await told(Story(calls=calls, segments=(GOOD, BAD)))

    obeyed(heard)
    assert heard.text == expected.format(**parts)


async def test_an_empty_text_that_is_found_again_has_no_delta() -> None:
    """As it had none when it was written."""
    telling = Telling(Story(calls=((writes(""),),)))
    first, again = await telling.told(), await telling.told()

    assert again.answer.provenance.cache.status == "hit"
    assert not any(isinstance(event, Delta) for event in (*first.events, *again.events))
