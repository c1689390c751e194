"""What holds of every streamed request, whatever tiers, verdicts and the policy do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import regex  # type: ignore[import-untyped]

from assistant.types import (
    Delta,
    DraftCompleted,
    DraftStarted,
    Rung,
    RungJudged,
    SegmentAccepted,
    TierStarted,
    Usage,
)
from support.streaming_story import MIN_SCORE, TIERS, Told, joined
from support.streaming_texts import stopped_at

_CLUSTER: Final = regex.compile(r"\X")


def the_deltas_are_the_answer(told: Told) -> None:
    """No more, no less; nothing follows the answer, and no delta says nothing."""
    assert [type(event) for event in told.events].count(DraftCompleted) == 1
    assert isinstance(told.events[0], DraftStarted)
    assert told.text == told.answer.text
    assert all(event.text for event in told.events if isinstance(event, Delta))


def the_answer_has_no_blank_around_it(told: Told) -> None:
    """But what joins it to the client's own beginning, and what stood before a stop string."""
    text = told.answer.text
    begins = text if told.story.opening else text.lstrip()
    assert text == (begins if told.story.request.sampling.stop else begins.rstrip())


def the_deltas_are_whole_letters(told: Told) -> None:
    """What a reader takes for one character is never in two deltas, and each is valid Unicode."""
    ends = {0} | {match.end() for match in _CLUSTER.finditer(told.answer.text)}
    at = 0
    for event in told.events:
        if isinstance(event, Delta):
            event.text.encode()
            at += len(event.text)
            assert at in ends


def segments_are_where_they_say(told: Told) -> None:
    """In order, told by then, without blank around them, and each ends a beginning that was judged."""
    story, text, last = told.story, told.answer.text, 0
    accepted = [event for event in told.events if isinstance(event, SegmentAccepted)]
    assert [event.index for event in accepted] == sorted({event.index for event in accepted})
    for at, event in enumerate(told.events):
        if not isinstance(event, SegmentAccepted):
            continue
        segment = text[event.start : event.end]
        assert last <= event.start < event.end <= len(joined(told.events[:at]))
        assert not text[last : event.start].strip()
        assert segment == segment.strip()
        assert story.opening + text[: event.end] in told.judge.passed
        assert event.score >= MIN_SCORE - told.judge.allowance
        last = event.end


def what_goes_out_early_was_judged(told: Told) -> None:
    """While anybody could still write better, only beginnings that met the bar are told."""
    opening, said, gated = told.story.opening, "", False
    judged = [at for at, event in enumerate(told.events) if isinstance(event, RungJudged)]
    for at, event in enumerate(told.events):
        if isinstance(event, TierStarted):
            gated = _is_gated(told, event)
        elif isinstance(event, Delta):
            said += event.text
            if gated and judged and at < judged[-1]:
                assert any(passed.startswith(opening + said) for passed in told.judge.passed)


def a_text_held_back_comes_at_once(told: Told) -> None:
    """Where whole texts are compared, all of it comes after the last was judged."""
    if told.story.gate != "whole":
        return
    places = [at for at, event in enumerate(told.events) if isinstance(event, Delta)]
    judged = [at for at, event in enumerate(told.events) if isinstance(event, RungJudged)]
    assert len(places) <= 1
    assert all(at > judged[-1] for at in places)


def a_deferred_tier_writes_no_further_piece(told: Told) -> None:
    """The verdict ends it at once, and its engine is told so."""
    for before, after in zip(told.log, told.log[1:], strict=False):
        assert before[0] != "deferred" or after[0] == "called"
    for tier in told.tiers:
        stopped = [rung for rung in _path(told) if rung.tier == tier.name and rung.aborted]
        assert tier.aborted == len(stopped)


def who_goes_on_reads_what_was_accepted(told: Told) -> None:
    """The client's own beginning and all that was told, as the start of the answer."""
    story = told.story
    for number, (at, started) in enumerate(_starts(told)):
        request, _ = told.calls[number]
        last = request.messages[-1]
        said = story.opening + joined(told.events[:at])
        assert request.continue_text == (last.role == "assistant")
        if started.how == "continue":
            assert last.role == "assistant"
            if story.request.sampling.stop:
                assert last.content.startswith(said)
            else:
                assert last.content == said
        else:
            assert said == story.opening


def the_limit_is_that_of_all_tiers_together(told: Told) -> None:
    """What is in the answer already counts; tokens of deferred texts do not.

    A tier that goes on with nothing left writes one token, for no engine takes fewer.
    """
    most = told.story.request.sampling.max_tokens
    kept = beyond = 0
    for (request, _), rung in zip(told.calls, _path(told), strict=True):
        if most is not None:
            before = kept if rung.how == "continue" else 0
            assert request.sampling.max_tokens == max(1, most - before)
            beyond += before >= most
        kept += rung.kept_tokens
    if most is not None:
        assert sum(rung.kept_tokens for rung in _path(told)) <= most + beyond


def the_path_is_what_was_told(told: Told) -> None:
    """Every step began and ended before the reader's eyes, and the tokens of all are counted."""
    path = _path(told)
    started = [event for _, event in _starts(told)]
    judged = [event.rung for event in told.events if isinstance(event, RungJudged)]
    assert [(event.tier, event.how) for event in started] == [(one.tier, one.how) for one in path]
    assert [(one.tier, one.reason, one.usage) for one in judged] == [
        (one.tier, one.reason, one.usage) for one in path
    ]
    assert told.answer.usage == sum((one.usage for one in path), Usage())
    for rung in path:
        assert 0 <= rung.kept_tokens <= rung.usage.completion_tokens
        assert rung.aborted <= (rung.decision != "accept" or bool(told.story.request.sampling.stop))
    marks = told.answer.provenance.never_worse
    assert marks == "held" or len(path) > 1


def what_is_kept_is_what_was_told(told: Told) -> None:
    """The cache has the text to the letter."""
    assert [answer.text for answer in told.cache.stored] == [told.text]


def the_answer_is_what_the_tiers_wrote(told: Told) -> None:
    """Of plain sentences: what was accepted, one blank, and what a tier wrote to it, up to a stop string."""
    story, possible = told.story, set()
    for (request, written), rung in zip(told.calls, _path(told), strict=True):
        before = request.messages[-1].content.removeprefix(story.opening)
        for text in (written.get(sample, "") for sample in range(request.samples)):
            whole = text.rstrip() if story.opening else text.strip()
            if rung.how == "continue":
                whole = f"{before} {text.strip()}" if text.strip() else before
            possible.add(stopped_at(whole, story.request.sampling.stop).rstrip())
    assert told.answer.text.rstrip() in possible


LAWS: Final[Sequence[Callable[[Told], None]]] = (
    the_deltas_are_the_answer,
    the_answer_has_no_blank_around_it,
    the_deltas_are_whole_letters,
    segments_are_where_they_say,
    what_goes_out_early_was_judged,
    a_text_held_back_comes_at_once,
    a_deferred_tier_writes_no_further_piece,
    who_goes_on_reads_what_was_accepted,
    the_limit_is_that_of_all_tiers_together,
    the_path_is_what_was_told,
    what_is_kept_is_what_was_told,
)


def obeyed(told: Told) -> None:
    """Every law; a run without an answer has told nothing."""
    if told.error is not None:
        assert not told.text
        assert not any(isinstance(event, DraftCompleted) for event in told.events)
        return
    for law in LAWS:
        law(told)


def _path(told: Told) -> Sequence[Rung]:
    return told.answer.provenance.path


def _starts(told: Told) -> Iterator[tuple[int, TierStarted]]:
    for at, event in enumerate(told.events):
        if isinstance(event, TierStarted):
            yield at, event


def _is_gated(told: Told, rung: TierStarted) -> bool:
    """Whether another tier could still be asked: none after a larger one failed and a lower one goes on."""
    story = told.story
    larger_failed = any(event.rung > rung.rung for _, event in _starts(told))
    return rung.tier != TIERS[len(story.calls) - 1] and not larger_failed
