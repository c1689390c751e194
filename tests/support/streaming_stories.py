"""Any story of a streamed request, for hypothesis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

from hypothesis import strategies as st

from assistant.errors import ContextTooLong, TierError, TierOverloaded, TierTimeout, TierUnavailable
from assistant.tiers.base import Token
from assistant.types import DraftRequest, Message, Sampling
from support.streaming_story import BAD, GOOD, POOR, TIERS, Call, Story
from support.streaming_texts import cut_into, odd_text, prose

_MOST_CALLS: Final = 3
_FIRST_WORDS: Final = 1000
"""Words of one call's text have numbers that no other call's have."""

OPENING: Final = "Every day on this quay begins the same way:"
ODD_OPENING: Final = "- one\n- two"

LEADS: Final = st.sampled_from(["", " ", "\n\n"])
PLAIN_LEADS: Final = st.sampled_from(["", " "])

Cut: TypeAlias = Callable[[str], tuple[Token, ...]]


def _chat(*opening: str) -> DraftRequest:
    told = (Message(role="user", content="Tell me of the sea."),)
    begun = tuple(Message(role="assistant", content=text) for text in opening)
    return DraftRequest(task="chat", messages=told + begun)


TOLD_EARLY: Final = (
    DraftRequest(instruction="Write about the harbour."),
    DraftRequest(task="continue", before="The harbour was quiet. The"),
    _chat(),
    _chat(OPENING),
)
"""Requests whose text goes out while it is written."""

HELD_BACK: Final = (
    DraftRequest(task="titles", text="The harbour is quiet at dawn."),
    DraftRequest(task="rewrite", text="The harbour is quiet.", format="html"),
    DraftRequest(instruction="Write about the harbour.", variants=2),
)
"""Those whose texts are compared first."""


def failures(tier: str) -> st.SearchStrategy[TierError]:
    """What may become of a tier."""
    return st.sampled_from(
        [
            TierUnavailable(tier=tier, detail="gone"),
            TierTimeout(tier=tier, after_s=1.0),
            TierOverloaded(tier=tier),
            ContextTooLong(tier=tier, context_tokens=10, prompt_tokens=20),
        ]
    )


@st.composite
def calls(draw: st.DrawFn, tier: str, cut: Cut, *, first: int, plain: bool) -> Call:
    """One call: it writes one text or several, to the end or until it breaks."""
    text = draw(PLAIN_LEADS if plain else LEADS) + draw(texts(first=first, plain=plain))
    call = Call(pieces=cut(text), others=(cut(draw(prose(first=first + _FIRST_WORDS // 2))),))
    after = draw(st.none() | st.none() | st.none() | st.integers(0, 30))
    return call if after is None else replace(call, error=draw(failures(tier)), error_after=after)


def texts(*, first: int, plain: bool) -> st.SearchStrategy[str]:
    """What a call writes; one that is not plain may be blank, too."""
    if plain:
        return prose(first=first)
    return st.integers(0, 9).flatmap(
        lambda kind: st.sampled_from(["", "\n"]) if kind == 0 else odd_text(first=first)
    )


@st.composite
def ladders(draw: st.DrawFn, *, plain: bool, counted: bool) -> tuple[tuple[Call, ...], ...]:
    """What one to three tiers do when they are asked, time and again; `counted`: a token a piece."""
    sizes = draw(st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any))
    counts = draw(st.lists(st.integers(0, 1 if counted else 3), min_size=1, max_size=3))
    height = draw(st.sampled_from([2, 3, 1]))
    # Who writes the same once more repeats what was said, which is dropped.
    least = _MOST_CALLS if plain else 1
    asked = draw(st.lists(st.integers(least, _MOST_CALLS), min_size=height, max_size=height))
    return tuple(
        tuple(
            draw(
                calls(
                    tier,
                    partial(cut_into, sizes=sizes, counts=counts),
                    first=_FIRST_WORDS * (rung * _MOST_CALLS + number),
                    plain=plain,
                )
            )
            for number in range(times)
        )
        for rung, (tier, times) in enumerate(zip(TIERS, asked, strict=False))
    )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Any story at all."""
    most = draw(st.none() | st.integers(1, 80))
    request = draw(st.sampled_from((*TOLD_EARLY, _chat(ODD_OPENING), *TOLD_EARLY, *HELD_BACK)))
    return replace(
        draw(verdicts()),
        calls=draw(ladders(plain=False, counted=most is not None)),
        request=replace(request, sampling=Sampling(max_tokens=most)),
        gate=draw(st.sampled_from(["sentences", None, "paragraphs", "whole"])),
        tokens=draw(st.sampled_from([8, 8, 16, 60])),
        larger_samples=draw(st.sampled_from([1, 1, 1, 2])),
    )


@st.composite
def plain_stories(draw: st.DrawFn, *, stops: bool = False) -> Story:
    """Stories told in sentences, no word twice, with one blank between them: what must come of them is plain."""
    request = draw(st.sampled_from(TOLD_EARLY))
    story = replace(
        draw(verdicts()),
        calls=draw(ladders(plain=True, counted=True)),
        request=replace(
            request, sampling=Sampling(max_tokens=draw(st.none() | st.integers(1, 80)))
        ),
    )
    if not stops:
        return story
    found = tuple(draw(st.lists(stop_strings(story), min_size=1, max_size=2)))
    return replace(story, request=replace(request, sampling=Sampling(stop=found)))


@st.composite
def stop_strings(draw: st.DrawFn, story: Story) -> str:
    """A part of what a tier writes, or the end of a sentence with the beginning of another tier's text."""
    texts = [call.text.strip() for calls in story.calls for call in calls]
    text, other = draw(st.sampled_from(texts)), draw(st.sampled_from(texts))
    if draw(st.booleans()):
        ends = [at for at, char in enumerate(text, 1) if char == "."]
        at = draw(st.sampled_from(ends))
        return (
            text[max(0, at - draw(st.integers(1, 6))) : at] + f" {other}"[: draw(st.integers(1, 6))]
        )
    start = draw(st.integers(0, len(text) - 1))
    return text[start : start + draw(st.integers(1, 8))].strip() or "."


@st.composite
def verdicts(draw: st.DrawFn) -> Story:
    """What is thought of beginnings and of whole texts, and what a deferral leads to."""
    segments = st.lists(st.sampled_from([GOOD, GOOD, GOOD, BAD]), min_size=3, max_size=6)
    wholes = st.lists(st.sampled_from([POOR, GOOD, BAD]), min_size=1, max_size=4)
    looping = st.lists(st.sampled_from([False] * 5 + [True]), min_size=1, max_size=6)
    return Story(
        calls=(),
        segments=tuple(draw(segments)),
        wholes=tuple(draw(wholes)),
        looping=tuple(draw(looping)),
        escalate=draw(st.sampled_from(["fresh", "repair"])),
        abort_early=draw(st.booleans()),
        resample=draw(st.sampled_from([False, False, True])),
    )
