"""Who asks for another text gets one that differs from those they had."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from assistant.cache.base import Bypass
from assistant.errors import TierError, TierUnavailable
from assistant.tiers.fake import FakeTier, Script
from assistant.types import CacheControl, DraftRequest, Sampling
from assistant.workflow.ranking import ranking
from support.cascade import MemoryCache, ScriptedScorer, assistant_over

REQUEST = DraftRequest(instruction="Write a line about rain.")
SEEDED = DraftRequest(
    instruction="Write a line about rain.", sampling=Sampling(temperature=0.0, seed=7)
)
OLD, NEW = "Rain fell.", "It poured."


def tier(*scripts: str | TierError, name: str = "draft") -> FakeTier:
    """A tier that writes these texts one call after the other, or fails."""
    return FakeTier(
        *(Script(texts=(one,)) if isinstance(one, str) else Script(error=one) for one in scripts),
        name=name,
    )


def cache_that_knows(*texts: str) -> MemoryCache:
    """A cache of a writer who has had these texts and wants another."""
    return MemoryCache(lookup=Bypass(reason="again", known=lambda text: text in texts))


async def test_another_text_is_asked_for_without_the_seed_and_with_some_temperature() -> None:
    """With both as they were, the engine would write the same."""
    writer = tier(NEW)
    assistant = assistant_over([writer], ScriptedScorer({NEW: 0.9}), cache=cache_that_knows(OLD))

    await assistant.draft(SEEDED, control=CacheControl(regenerate=True))

    assert [(call.sampling.seed, call.sampling.temperature) for call in writer.requests] == [
        (None, 0.7)
    ]


async def test_the_same_text_again_is_written_once_more() -> None:
    """Livelier, and the answer tells all that it took."""
    writer = tier(OLD, NEW)
    assistant = assistant_over([writer], ScriptedScorer({NEW: 0.9}), cache=cache_that_knows(OLD))

    answer = await assistant.draft(REQUEST, control=CacheControl(regenerate=True))

    assert answer.text == NEW
    assert [call.sampling.temperature for call in writer.requests] == [0.7, 1.0]
    assert answer.usage.completion_tokens == 4


async def test_a_second_try_that_fails_leaves_the_first() -> None:
    """A text they had is better than none."""
    writer = tier(OLD, TierUnavailable(tier="draft", detail="gone"))
    assistant = assistant_over([writer], ScriptedScorer({OLD: 0.9}), cache=cache_that_knows(OLD))

    answer = await assistant.draft(REQUEST, control=CacheControl(regenerate=True))

    assert answer.text == OLD


async def test_a_new_text_is_served_before_an_old_one_that_scores_higher() -> None:
    """Of several rungs: who asks for another text does not want the first one back."""
    tiers = [tier(OLD, OLD), tier(NEW, name="large")]
    scorer = ScriptedScorer({OLD: 0.55, NEW: 0.5})
    assistant = assistant_over(tiers, scorer, cache=cache_that_knows(OLD))

    answer = await assistant.draft(
        DraftRequest(instruction="Write.", labels=("repair",)), control=CacheControl(no_cache=True)
    )

    assert answer.text == NEW


async def test_without_such_a_wish_the_call_is_as_ever() -> None:
    """Seed and temperature are the caller's."""
    writer = tier(NEW)
    assistant = assistant_over([writer], ScriptedScorer({NEW: 0.9}))

    await assistant.draft(SEEDED)

    assert [(call.sampling.seed, call.sampling.temperature) for call in writer.requests] == [
        (7, 0.0)
    ]


def test_nothing_ranks_nothing() -> None:
    """No candidates, no order."""
    assert ranking((), unwanted=lambda _: True) == []


@pytest.mark.parametrize("control", [CacheControl(no_cache=True), CacheControl(regenerate=True)])
async def test_such_requests_never_share_a_generation(control: CacheControl) -> None:
    """Two who want another text want two."""
    writer = tier(NEW, OLD)
    cache = cache_that_knows("something else")
    assistant = assistant_over([writer], ScriptedScorer({NEW: 0.9, OLD: 0.9}), cache=cache)

    texts = []
    async with (
        aclosing(assistant.stream(REQUEST, control=control)) as first,
        aclosing(assistant.stream(REQUEST, control=control)) as second,
    ):
        for events in (first, second):
            texts += [event async for event in events][-1:]

    assert len(writer.requests) == 2
    assert len(texts) == 2
