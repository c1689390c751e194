"""Laws of streaming over everything that tiers, verdicts, requests and policies may do."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from support.streaming_laws import obeyed, the_answer_is_what_the_tiers_wrote
from support.streaming_stories import plain_stories, stories
from support.streaming_story import Story, Telling, joined, told

LARGE = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
"""A story is much for one example."""


@given(stories())
@LARGE
async def test_what_was_sent_is_the_answer(story: Story) -> None:
    """Whatever happens: the deltas are the text, which is what the cache has for either kind of reader."""
    telling = Telling(story)

    first = await telling.told()

    obeyed(first)
    if first.error is None:
        calls = len(first.calls)
        along, whole = await telling.told(), await telling.told(live=False)
        assert along.text == along.answer.text == whole.answer.text == first.text
        assert not joined(whole.events)
        assert len(along.calls) == calls


@given(plain_stories())
@LARGE
async def test_the_answer_is_made_of_what_was_written(story: Story) -> None:
    """Nothing is lost, doubled or run together where one tier goes on with the text of another."""
    heard = await told(story)

    obeyed(heard)
    if heard.error is None:
        the_answer_is_what_the_tiers_wrote(heard)


@given(plain_stories(stops=True))
@LARGE
async def test_stop_strings_are_those_of_the_whole_text(story: Story) -> None:
    """Wherever they begin and end: cut as a single tier would that wrote all of it."""
    heard = await told(story)

    obeyed(heard)
    if heard.error is None:
        the_answer_is_what_the_tiers_wrote(heard)
