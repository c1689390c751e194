"""However a text comes about, the chunks of an OpenAI stream are that text, told once."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.types import (
    Delta,
    DraftCompleted,
    DraftStarted,
    Event,
    Finish,
    Progress,
    Rung,
    RungJudged,
    TierStarted,
)
from server.openai_format import DONE, OpenAIFormat
from server.schemas.openai_chunks import Chunks, Shape, chat_chunk, completion_chunk
from support.server_app import TRICKY, answer

STARTED = DraftStarted(id="a1b2", route="default", policy_revision="r1")
SHAPES: tuple[Shape, ...] = (chat_chunk, completion_chunk)

PARTS = st.lists(
    st.text(max_size=30) | st.sampled_from([TRICKY, "word ", "長い文章です。"]), max_size=6
)
JUDGED = RungJudged(rung=Rung(tier="t", model="m", decision="defer", reason="low_score"))
BETWEEN: tuple[Event, ...] = (
    TierStarted(tier="t", model="m", rung=0),
    JUDGED,
    Progress(tier="t", tokens=1),
)


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[Event], str]:
    """Events of any order, and the text that their deltas are."""
    events: list[Event] = []
    for part in draw(PARTS):
        events += draw(st.lists(st.sampled_from(BETWEEN), max_size=2))
        events.append(Delta(text=part))
    return events, "".join(event.text for event in events if isinstance(event, Delta))


def told(shape: Shape, events: Sequence[Event], *, n: int = 1) -> list[dict[str, Any]]:
    """The chunks of a stream, which ends with `[DONE]`."""
    form = OpenAIFormat(Chunks(shape, created=0, n=n, include_usage=True))
    form.begin(STARTED, policy_name="scripted")
    frames = [frame.data for event in events if (frame := form.tell(event)) is not None]
    assert frames[-1].endswith(DONE)
    whole = b"".join(frames).removesuffix(DONE)
    return [json.loads(event.removeprefix(b"data: ")) for event in whole.split(b"\n\n") if event]


def text(chunk: dict[str, Any], index: int) -> str:
    """What a chunk adds to one of the texts."""
    return "".join(
        choice.get("text") or choice.get("delta", {}).get("content") or ""
        for choice in chunk["choices"]
        if choice["index"] == index
    )


def ends(chunks: Sequence[dict[str, Any]]) -> Iterator[tuple[int, Finish]]:
    """Which texts ended, and why."""
    for chunk in chunks:
        for choice in chunk["choices"]:
            if choice["finish_reason"]:
                yield choice["index"], choice["finish_reason"]


@pytest.mark.parametrize("shape", SHAPES)
@given(run=runs())
def test_the_chunks_joined_are_the_text(shape: Shape, run: tuple[list[Event], str]) -> None:
    """One end, provenance once on the last chunk with text, usage last and alone."""
    events, whole = run
    chunks = told(shape, [*events, DraftCompleted(answer=answer(whole))])

    *content, ended, counted = chunks
    assert "".join(text(chunk, 0) for chunk in chunks) == whole
    assert list(ends(chunks)) == [(0, "stop")]
    assert list(ends([ended])) == [(0, "stop")]
    assert ["x_cascade" in chunk for chunk in chunks] == [False] * (len(content) - 1) + [
        True,
        False,
        False,
    ]
    assert counted["choices"] == []
    assert counted["usage"]["completion_tokens"] == 7
    assert all(chunk["model"] for chunk in chunks)


@given(run=runs())
def test_the_role_comes_once_and_first(run: tuple[list[Event], str]) -> None:
    """Even where no text is there at all."""
    events, whole = run
    chunks = told(chat_chunk, [*events, DraftCompleted(answer=answer(whole))])

    roles = [choice["delta"].get("role") for chunk in chunks for choice in chunk["choices"]]
    assert roles[0] == "assistant"
    assert not any(roles[1:])


@given(
    texts=st.lists(st.text(max_size=40), min_size=1, max_size=4),
    finishes=st.lists(st.sampled_from(["stop", "length"]), max_size=3),
    n=st.integers(1, 4),
)
def test_n_texts_are_told_each_under_its_number(
    texts: list[str], finishes: list[Finish], n: int
) -> None:
    """Where there are fewer, the best one stands in; where more were written, the best `n` are told."""
    best, *others = texts
    made = replace(answer(best), variants=tuple(others), variants_finish=tuple(finishes))
    chunks = told(chat_chunk, [Delta(text=best), DraftCompleted(answer=made)], n=n)

    reasons: list[Finish] = ["stop", *finishes[: len(others)]]
    reasons += ["stop"] * (len(texts) - len(reasons))
    wanted = list(
        itertools.islice(
            itertools.chain(zip(texts, reasons, strict=True), itertools.repeat((best, "stop"))), n
        )
    )
    assert ["".join(text(chunk, index) for chunk in chunks) for index in range(n)] == [
        one for one, _ in wanted
    ]
    assert list(ends(chunks)) == [(index, finish) for index, (_, finish) in enumerate(wanted)]
    roles = [
        choice["index"]
        for chunk in chunks
        for choice in chunk["choices"]
        if "role" in choice["delta"]
    ]
    assert roles == list(range(n))


def models(events: Sequence[Event]) -> list[tuple[str, str]]:
    """Each passage with the model that is told for it."""
    chunks = told(chat_chunk, [*events, DraftCompleted(answer=answer("x"))])
    return [(text(chunk, 0), chunk["model"]) for chunk in chunks if text(chunk, 0)]


def test_each_passage_names_the_model_that_wrote_it() -> None:
    """Across a takeover."""
    assert models(
        [
            TierStarted(tier="draft", model="small", rung=0),
            Delta(text="One."),
            JUDGED,
            TierStarted(tier="large", model="big", rung=1, how="continue"),
            Delta(text=" Two."),
            JUDGED,
        ]
    ) == [("One.", "small"), (" Two.", "big")]


def test_a_stored_text_names_the_model_of_its_answer() -> None:
    """No tier began: the answer alone knows."""
    assert models([Delta(text="Stored.")]) == [("Stored.", "middle")]


def test_a_text_that_was_chosen_among_whole_ones_names_its_own_model() -> None:
    """The tier that wrote last need not have written the best text."""
    events: list[Event] = [
        TierStarted(tier="draft", model="middle", rung=0),
        JUDGED,
        TierStarted(tier="large", model="big", rung=1, how="fresh"),
        JUDGED,
        Delta(text="The draft was better."),
    ]

    assert models(events) == [("The draft was better.", "middle")]


def test_text_between_two_tiers_waits_for_no_more_than_the_next_text() -> None:
    """It is the earlier tier's; only the last passage may wait for the answer."""
    events: list[Event] = [
        TierStarted(tier="draft", model="small", rung=0),
        JUDGED,
        Delta(text="One."),
        Delta(text=" Two."),
    ]

    assert models(events) == [("One.", "small"), (" Two.", "middle")]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_prompt_that_is_echoed_begins_each_text(shape: Shape) -> None:
    """Once, before its first words."""
    form = OpenAIFormat(Chunks(shape, created=0, n=2, include_usage=False, opening="It was"))
    form.begin(STARTED, policy_name="scripted")
    made = replace(answer(" late."), variants=(" dawn.",))
    frames = [
        form.tell(event)
        for event in (
            TierStarted(tier="t", model="m", rung=0),
            Delta(text=" la"),
            Delta(text="te."),
            DraftCompleted(answer=made),
        )
    ]

    whole = b"".join(frame.data for frame in frames if frame is not None).removesuffix(DONE)
    chunks = [json.loads(event[6:]) for event in whole.split(b"\n\n") if event]
    assert ["".join(text(chunk, index) for chunk in chunks) for index in (0, 1)] == [
        "It was late.",
        "It was dawn.",
    ]
