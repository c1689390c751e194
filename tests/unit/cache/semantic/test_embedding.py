"""The embedder behind the semantic level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import TypeAlias

from assistant.cache.base import Hit, Miss
from assistant.cache.redis import RedisAnswerCache
from assistant.embedding.batching import BatchingEmbedder
from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder
from assistant.types import Answer
from support.encoders import HashingEncoder
from support.similar import OTHER, REWORDED, STORED, asking, counted, written

Open: TypeAlias = Callable[..., RedisAnswerCache]


async def test_with_the_model_of_the_package_a_reworded_request_is_found_and_another_is_not(
    worker: Open, answer: Answer
) -> None:
    """As in the product, but for the time that its first text takes."""
    embedder = BatchingEmbedder(SentenceTransformerEmbedder())
    await embedder.embed([STORED, REWORDED, OTHER])
    cache = worker(embed=embedder.embed, embedder=embedder.name)
    await written(cache, asking(STORED), answer)

    found = await cache.similar(asking(REWORDED))

    assert isinstance(found, Hit)
    assert found.answer == answer
    assert await cache.similar(asking(OTHER)) == Miss(reason="different")
    embedder.close()


async def test_a_request_does_not_wait_for_a_model_that_is_still_loading(
    worker: Open, answer: Answer
) -> None:
    """It is a miss after a quarter of a second."""
    gate = Event()
    embedder = BatchingEmbedder(HashingEncoder(gate=gate))
    await written(worker(), asking(STORED), replace(answer, id="other"))

    found = await worker(embed=embedder.embed, labelled=counted()).similar(asking(REWORDED))

    assert found == Miss()
    gate.set()
    embedder.close()
