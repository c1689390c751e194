"""The door and the cache: stale and shared answers, verdicts, erasure, similar requests."""

from __future__ import annotations

from contextlib import aclosing

import anyio
import pytest

from assistant.cache.base import Bypass, Hit, Miss, NotStored
from assistant.errors import (
    NotCached,
    RecordsUnavailable,
    RequestError,
)
from assistant.records.base import Given, WriterVerdict
from assistant.records.memory import MemoryRecordStore
from assistant.records.recorder import Recorder
from assistant.service import Assistant
from assistant.tiers.fake import FakeTier, Script
from assistant.types import CacheControl, Caller, DraftCompleted, DraftRequest
from support.cascade import THREE_TIERS, MemoryCache, ScriptedScorer, assistant_over
from support.records import ANNA, BEN, KEEPING, SECRET

REQUEST = DraftRequest(instruction="Write a line about rain.")
TYPING = DraftRequest(task="continue", before="Rain fell and")
SERVING = THREE_TIERS + "cache: {semantic: {mode: serve}}\n"
WITHOUT = THREE_TIERS + 'cache: {semantic: {mode: "off"}}\n'
SCORES = {"Good.": 0.9, "Fresh.": 0.9, "Found.": 0.9, "Weak.": 0.3}


def over(
    *scripts: Script, cache: MemoryCache | None = None, policy: str = THREE_TIERS
) -> Assistant:
    """An assistant whose first tier runs these scripts, with its records in memory."""
    tier = FakeTier(*scripts, name="draft")
    records = Recorder(MemoryRecordStore(), secret=SECRET, keeping=KEEPING)
    return assistant_over(
        [tier], ScriptedScorer(SCORES), cache=cache, policy=policy, records=records
    )


async def found(**changes: object) -> Hit:
    """A hit on something written before."""
    answer = await over(Script(texts=("Found.",))).draft(REQUEST)
    return Hit(answer=answer, age_s=90.0, entry="e-1", **changes)  # type: ignore[arg-type]


async def test_a_stale_answer_is_served_at_once_and_written_anew_behind_it() -> None:
    """The writer waits for nothing; who asks next gets the new text."""
    gate = anyio.Event()
    cache = MemoryCache(lookup=await found(stale=True))
    assistant = over(Script(texts=("Fresh.",), gates={0: gate}), cache=cache)

    served = await assistant.draft(REQUEST)
    gate.set()
    await assistant.aclose()

    assert (served.text, served.provenance.cache.stale) == ("Found.", True)
    assert [answer.text for answer in cache.stored] == ["Fresh."]


async def test_a_stale_answer_is_written_anew_once_and_nobody_is_told() -> None:
    """However many are served it meanwhile; no record is kept of an answer that nobody got."""
    gate = anyio.Event()
    cache = MemoryCache(lookup=await found(stale=True))
    store = MemoryRecordStore()
    tier = FakeTier(Script(texts=("Fresh.",), gates={0: gate}), name="draft")
    assistant = assistant_over(
        [tier],
        ScriptedScorer(SCORES),
        cache=cache,
        records=Recorder(store, secret=SECRET, keeping=KEEPING),
    )

    served = [await assistant.draft(REQUEST, caller=ANNA) for _ in range(3)]
    gate.set()
    await assistant.aclose()

    assert len(tier.requests) == 1
    kept = [await store.read(ANNA, answer.id) for answer in served]
    assert all(kept)
    assert await store.read(ANNA, cache.stored[0].id) is None


async def test_a_fresh_answer_is_not_written_anew() -> None:
    """Nothing runs behind it."""
    cache = MemoryCache(lookup=await found())
    assistant = over(Script(texts=("Fresh.",)), cache=cache)

    await assistant.draft(REQUEST)
    await assistant.aclose()

    assert cache.stored == []


async def test_a_verdict_that_the_store_did_not_take_is_not_acknowledged() -> None:
    """The client gives it once more."""
    cache = MemoryCache(up=False)
    assistant = over(Script(texts=("Good.",)), cache=cache)
    answer = await assistant.draft(REQUEST, caller=ANNA)

    with pytest.raises(RecordsUnavailable):
        await assistant.feedback(answer.id, Given(verdict="rejected"), caller=ANNA)


async def test_a_verdict_reaches_a_text_of_which_it_is_not_known_whether_it_is_stored() -> None:
    """The store took too long to say."""
    cache = MemoryCache(refuses=NotStored(reason="redis-down", entry="perhaps"))
    assistant = over(Script(texts=("Good.",)), cache=cache)
    answer = await assistant.draft(REQUEST, caller=ANNA)

    await assistant.feedback(answer.id, Given(verdict="rejected"), caller=ANNA)

    assert cache.verdicts == [("perhaps", False)]


async def test_after_a_rejection_another_text_is_written() -> None:
    """Not the refused one once more, though the store has nothing left to serve."""
    tier = FakeTier(Script(texts=("Good.",)), Script(texts=("Fresh.",)), name="draft")
    lookup = Miss(reason="tombstone", known=lambda text: text == "Good.")
    assistant = assistant_over([tier], ScriptedScorer(SCORES), cache=MemoryCache(lookup=lookup))

    assert (await assistant.draft(REQUEST)).text == "Fresh."


async def test_a_repeat_is_stored_as_a_wish_for_another_text() -> None:
    """So that the former one is served no more."""
    cache = MemoryCache(lookup=Bypass(reason="repeat", known=lambda _: False))
    assistant = over(Script(texts=("Good.",)), cache=cache)

    await assistant.draft(REQUEST)

    assert [query.control.regenerate for query in cache.queries] == [True]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (Given(verdict="accepted"), True),
        (Given(verdict="edited", edit_distance=0.3), True),
        (Given(verdict="edited", edit_distance=0.31), False),
        (Given(verdict="rejected"), False),
    ],
)
async def test_a_verdict_reaches_the_stored_text(given: Given, kept: bool) -> None:
    """More than three words in ten changed: it was not worth keeping."""
    cache = MemoryCache()
    assistant = over(Script(texts=("Good.",)), cache=cache)
    answer = await assistant.draft(REQUEST, caller=ANNA)

    await assistant.feedback(answer.id, given, caller=ANNA)

    assert cache.verdicts == [(cache.stored[0].id, kept)]


@pytest.mark.parametrize("verdict", ["accepted", "rejected"])
async def test_a_verdict_on_a_text_that_is_not_stored_reaches_nobody(
    verdict: WriterVerdict,
) -> None:
    """There is nothing to keep or to refuse."""
    cache = MemoryCache(refuses=NotStored(reason="time"))
    assistant = over(Script(texts=("Good.",)), cache=cache)
    answer = await assistant.draft(REQUEST, caller=ANNA)

    await assistant.feedback(answer.id, Given(verdict=verdict), caller=ANNA)

    assert cache.verdicts == []


async def test_a_verdict_on_a_hit_reaches_the_entry_it_came_from() -> None:
    """Each answer from the cache has a record of its own."""
    cache = MemoryCache(lookup=await found())
    assistant = over(Script(texts=("Good.",)), cache=cache)
    answer = await assistant.draft(REQUEST, caller=ANNA)

    await assistant.feedback(answer.id, Given(verdict="rejected"), caller=ANNA)

    assert cache.verdicts == [("e-1", False)]


async def test_the_verdict_of_another_caller_reaches_nothing() -> None:
    """Nobody keeps or kills another's text."""
    cache = MemoryCache()
    assistant = over(Script(texts=("Good.",)), cache=cache)
    answer = await assistant.draft(REQUEST, caller=ANNA)

    with pytest.raises(RequestError, match="no draft of yours"):
        await assistant.feedback(answer.id, Given(verdict="rejected"), caller=BEN)

    assert cache.verdicts == []


async def test_a_forgotten_draft_is_gone_with_its_record() -> None:
    """Text, record and digests of its words."""
    cache = MemoryCache()
    assistant = over(Script(texts=("Good.",)), cache=cache)
    answer = await assistant.draft(REQUEST, caller=ANNA)

    await assistant.forget(answer.id, caller=ANNA)

    assert cache.forgotten == [cache.stored[0].id]
    with pytest.raises(RequestError, match="no draft of yours"):
        await assistant.record(answer.id, caller=ANNA)


async def test_nothing_is_forgotten_by_halves_in_silence() -> None:
    """With the store down the record stays, so that it can be asked again."""
    cache = MemoryCache(up=False)
    assistant = over(Script(texts=("Good.",)), cache=cache)
    answer = await assistant.draft(REQUEST, caller=ANNA)

    with pytest.raises(RecordsUnavailable):
        await assistant.forget(answer.id, caller=ANNA)

    assert (await assistant.record(answer.id, caller=ANNA)).record.id == answer.id


async def test_a_similar_answer_is_served_only_where_the_policy_says_so() -> None:
    """By default it is only watched."""
    likeness = await found(level="semantic")

    served = await over(
        Script(texts=("Good.",)), cache=MemoryCache(likeness=likeness), policy=SERVING
    ).draft(REQUEST)
    watched = await over(Script(texts=("Good.",)), cache=MemoryCache(likeness=likeness)).draft(
        REQUEST
    )

    assert (served.text, served.provenance.cache.level) == ("Found.", "semantic")
    assert (watched.text, watched.provenance.cache.status) == ("Good.", "miss")


@pytest.mark.parametrize(("text", "good"), [("Found.", True), ("Weak.", False)])
async def test_what_a_similar_answer_would_have_been_worth_is_judged_behind(
    text: str, good: bool
) -> None:
    """By the scorer, for the request at hand."""
    cache = MemoryCache(similar_text=text)
    assistant = over(Script(texts=("Good.",)), cache=cache)

    answer = await assistant.draft(REQUEST)
    await assistant.aclose()

    assert cache.watched == [(answer.id, good)]


async def test_who_wanted_another_text_is_not_counted() -> None:
    """Nothing similar would have been served; what was written can be found all the same."""
    cache = MemoryCache(similar_text="Found.", lookup=Bypass(reason="again"))
    assistant = over(Script(texts=("Good.",)), cache=cache)

    answer = await assistant.draft(REQUEST, control=CacheControl(regenerate=True))
    await assistant.aclose()

    assert cache.watched == [(answer.id, None)]


async def test_without_a_bar_nobody_can_tell_what_a_similar_answer_is_worth() -> None:
    """On a ladder of one every text is accepted."""
    cache = MemoryCache(similar_text="Weak.")
    assistant = over(Script(texts=("Good.",)), cache=cache)

    answer = await assistant.draft(TYPING)
    await assistant.aclose()

    assert cache.watched == [(answer.id, None)]


async def test_without_the_semantic_level_nothing_is_watched() -> None:
    """Nor embedded, nor judged."""
    cache = MemoryCache(similar_text="Found.")
    assistant = over(Script(texts=("Good.",)), cache=cache, policy=WITHOUT)

    await assistant.draft(REQUEST)
    await assistant.aclose()

    assert cache.watched == []


async def test_only_if_cached_is_never_written() -> None:
    """An error where nothing is stored."""
    assistant = over(Script(texts=("Good.",)), cache=MemoryCache(lookup=Miss()))

    with pytest.raises(NotCached):
        await assistant.draft(REQUEST, control=CacheControl(only_if_cached=True))


async def test_a_delivered_answer_is_told_to_the_cache() -> None:
    """By the reference that came with it; an answer that is not stored has none."""
    cache = MemoryCache()
    assistant = over(Script(texts=("Good.",)), cache=cache)
    async with aclosing(assistant.stream(REQUEST, caller=Caller())) as events:
        done = [event async for event in events][-1]
    assert isinstance(done, DraftCompleted)

    await assistant.delivered(done.entry)
    await assistant.delivered("")

    assert cache.delivered_entries == [done.answer.id]
