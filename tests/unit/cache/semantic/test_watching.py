"""Counting what would have been served, after the answer has left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import pytest

from assistant.cache.base import Hit, Stored, Stratum
from assistant.cache.redis import RedisAnswerCache
from assistant.types import Answer, CacheControl
from support.similar import OTHER, REWORDED, SHADOW, STORED, asking, no, written, yes

Open: TypeAlias = Callable[..., RedisAnswerCache]
DRAFTS = Stratum(task="draft", language="en")


async def test_watching_counts_a_hit_and_whether_it_was_right(worker: Open, answer: Answer) -> None:
    """The stored text is scored for the new request; nothing was served."""
    cache = worker()
    for user in ("anna", "boris"):
        await written(cache, asking(STORED, SHADOW, user=user), answer)

    await cache.watch(asking(REWORDED, SHADOW, user="anna"), answer, entry=None, acceptable=yes)
    await cache.watch(asking(REWORDED, SHADOW, user="boris"), answer, entry=None, acceptable=no)

    found = cache.report().shadow[DRAFTS]
    assert (found.seen, found.wrong, found.serving) == (2, 1, False)
    assert found.bound > 0.9


async def test_watching_counts_a_request_once_however_often_it_is_made(
    worker: Open, answer: Answer
) -> None:
    """By all workers together."""
    one, two = worker(), worker()
    await written(one, asking(STORED, SHADOW), answer)

    for cache in (one, two, one):
        await cache.watch(asking(REWORDED, SHADOW), answer, entry=None, acceptable=no)

    found = one.report().shadow[DRAFTS]
    assert (found.seen, found.wrong) == (1, 1)


async def test_watching_counts_nothing_where_nothing_can_tell(worker: Open, answer: Answer) -> None:
    """A hit that nobody judged would count as right."""
    cache = worker()
    await written(cache, asking(STORED, SHADOW), answer)

    await cache.watch(asking(REWORDED, SHADOW), answer, entry=None, acceptable=unsure)

    assert cache.report().shadow[DRAFTS].seen == 0


async def test_watching_counts_no_request_that_did_not_look(worker: Open, answer: Answer) -> None:
    """Its answer is found from now on all the same."""
    cache = worker()
    await written(cache, asking(OTHER), replace(answer, id="a-2"))
    query = asking(STORED)
    stored = await cache.put(query, answer)
    assert isinstance(stored, Stored)

    await cache.watch(query, answer, entry=stored.entry, acceptable=None)

    assert cache.report().shadow[DRAFTS].seen == 0
    assert cache.report().rejections == {}
    assert isinstance(await cache.similar(asking(REWORDED)), Hit)


async def unsure(text: str) -> bool | None:
    """Nothing can tell."""
    del text
    return None


async def test_watching_counts_no_request_that_another_level_answers(
    worker: Open, answer: Answer
) -> None:
    """The same words again, or with a please."""
    cache = worker()
    await written(cache, asking(STORED, SHADOW), answer)

    await cache.watch(asking(STORED, SHADOW), answer, entry=None, acceptable=no)
    await cache.watch(asking(f"Please {STORED.lower()}", SHADOW), answer, entry=None, acceptable=no)

    assert cache.report().shadow[DRAFTS].seen == 0


@pytest.mark.parametrize("control", [CacheControl(no_cache=True), CacheControl(regenerate=True)])
async def test_watching_counts_no_request_for_another_text(
    worker: Open, answer: Answer, control: CacheControl
) -> None:
    """No stored text could be right."""
    cache = worker()
    await written(cache, asking(STORED, SHADOW), answer)

    await cache.watch(
        replace(asking(REWORDED, SHADOW), control=control), answer, entry=None, acceptable=no
    )

    assert cache.report().shadow[DRAFTS].seen == 0


async def test_the_reasons_of_the_verifier_are_counted(worker: Open, answer: Answer) -> None:
    """Once for each pair compared, served or watched."""
    cache = worker()
    await written(cache, asking(STORED), answer)

    await cache.similar(asking(OTHER))
    await cache.watch(asking(OTHER), answer, entry=None, acceptable=yes)

    assert sum(cache.report().rejections.values()) == 1
