"""One worker embeds for all: together, once, the urgent first, and nothing nobody wants any more."""

from __future__ import annotations

from collections.abc import Iterator

import anyio
import anyio.lowlevel
import anyio.to_thread
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.embedding.batching import BatchingEmbedder
from assistant.embedding.queue import EARLY_TEXTS, URGENT_TEXTS
from assistant.embedding.vectors import KeptVectors, key_of
from assistant.errors import EmbedderUnavailable
from support.encoders import GUARD_S, HashingEncoder, hashed


@pytest.fixture
def encoder() -> HashingEncoder:
    """What the embedder under test encodes with."""
    return HashingEncoder()


@pytest.fixture
def embedder(encoder: HashingEncoder) -> Iterator[BatchingEmbedder]:
    """Closed after the test."""
    embedder = BatchingEmbedder(encoder)
    yield embedder
    encoder.gate.set()
    embedder.close()


async def begun(encoder: HashingEncoder) -> None:
    """Until the worker is at a pass."""
    await anyio.to_thread.run_sync(encoder.begun.wait, GUARD_S)


async def settled(embedder: BatchingEmbedder) -> None:
    """Until nothing waits any more."""
    while embedder._working:  # noqa: SLF001 - nobody else needs to know
        await anyio.lowlevel.checkpoint()


async def test_rows_come_in_the_order_given_and_repeats_are_encoded_once(
    embedder: BatchingEmbedder, encoder: HashingEncoder
) -> None:
    """Also across calls: samples, rungs and repeated requests share their passages."""
    with anyio.fail_after(GUARD_S):
        rows = await embedder.embed(["b", "a", "b"])
        again = await embedder.embed(["a", "c"])

    assert np.array_equal(rows, [hashed("b"), hashed("a"), hashed("b")])
    assert np.array_equal(again, [hashed("a"), hashed("c")])
    assert encoder.encoded == ["b", "a", "c"]


async def test_texts_of_requests_that_wait_together_share_a_pass(
    embedder: BatchingEmbedder, encoder: HashingEncoder
) -> None:
    """None is held back for it: they meet while the worker is busy."""
    encoder.gate.clear()

    with anyio.fail_after(GUARD_S):
        async with anyio.create_task_group() as requests:
            requests.start_soon(embedder.embed, ["first"])
            await begun(encoder)
            for text in ("second", "third", "second"):
                requests.start_soon(embedder.embed, [text])
            await anyio.wait_all_tasks_blocked()
            encoder.gate.set()

    assert encoder.passes == [["first"], ["second", "third"]]


async def test_what_is_waited_for_goes_before_what_is_foreseen(
    embedder: BatchingEmbedder, encoder: HashingEncoder
) -> None:
    """The last passage of a finished draft does not queue behind drafts still being written."""
    encoder.gate.clear()
    ahead = embedder.ahead()

    with anyio.fail_after(GUARD_S):
        ahead.want(["running"])
        await begun(encoder)
        ahead.want(["soon", "later", "last"])
        async with anyio.create_task_group() as requests:
            requests.start_soon(embedder.embed, ["urgent", "last"])
            await anyio.wait_all_tasks_blocked()
            encoder.gate.set()
        await settled(embedder)

    assert encoder.passes == [["running"], ["urgent", "last"], ["soon", "later"]]


async def test_foreseen_texts_are_at_hand_when_they_are_asked_for(
    embedder: BatchingEmbedder, encoder: HashingEncoder
) -> None:
    """Closing drops only what was not begun."""
    ahead = embedder.ahead()

    with anyio.fail_after(GUARD_S):
        ahead.want(["one", "two"])
        await settled(embedder)
        ahead.close()
        rows = await embedder.embed(["two", "one"])

    assert np.array_equal(rows, [hashed("two"), hashed("one")])
    assert encoder.encoded == ["one", "two"]


async def test_passes_are_small_where_nobody_waits_and_bounded_where_somebody_does(
    embedder: BatchingEmbedder, encoder: HashingEncoder
) -> None:
    """So that what becomes urgent waits for little."""
    ahead = embedder.ahead()

    with anyio.fail_after(GUARD_S):
        ahead.want([f"early {number}" for number in range(9)])
        await settled(embedder)
        await embedder.embed([f"urgent {number}" for number in range(20)])

    sizes = {len(texts) for texts in encoder.passes if texts[0].startswith("early")}
    assert max(sizes) == EARLY_TEXTS
    assert max(len(texts) for texts in encoder.passes) == URGENT_TEXTS


async def test_texts_of_a_cancelled_request_are_dropped_unless_others_want_them(
    embedder: BatchingEmbedder, encoder: HashingEncoder
) -> None:
    """What is being encoded is finished, and of use to whoever asks next."""
    encoder.gate.clear()
    gone, stays = embedder.ahead(), embedder.ahead()

    with anyio.fail_after(GUARD_S):
        gone.want(["running"])
        await begun(encoder)
        gone.want(["only mine", "ours"])
        stays.want(["ours"])
        async with anyio.create_task_group() as requests:
            requests.start_soon(embedder.embed, ["given up"])
            await anyio.wait_all_tasks_blocked()
            requests.cancel_scope.cancel()
        gone.close()
        encoder.gate.set()
        await settled(embedder)

    assert encoder.encoded == ["running", "ours"]


async def test_a_text_the_model_refuses_fails_its_own_caller_alone(
    embedder: BatchingEmbedder, encoder: HashingEncoder
) -> None:
    """Although both were read in one pass."""
    encoder.gate.clear()
    encoder.refused = ("odd",)
    failed: list[str] = []

    async def refused() -> None:
        with pytest.raises(EmbedderUnavailable, match="encoding failed"):
            await embedder.embed(["odd", "and its neighbour"])
        failed.append("odd")

    with anyio.fail_after(GUARD_S):
        async with anyio.create_task_group() as requests:
            requests.start_soon(embedder.embed, ["first"])
            await begun(encoder)
            requests.start_soon(refused)
            requests.start_soon(embedder.embed, ["fine"])
            await anyio.wait_all_tasks_blocked()
            encoder.gate.set()

    assert failed == ["odd"]


async def test_a_missing_model_is_told_to_every_caller(encoder: HashingEncoder) -> None:
    """And what was foreseen fails without a word."""
    encoder.failure = "the model is missing"
    embedder = BatchingEmbedder(encoder)

    with anyio.fail_after(GUARD_S):
        embedder.ahead().want(["soon"])
        for _ in range(2):
            with pytest.raises(EmbedderUnavailable, match="the model is missing"):
                await embedder.embed(["text"])

    assert embedder.failure == "the model is missing"
    embedder.close()


async def test_an_unforeseen_error_leaves_nobody_waiting() -> None:
    """The next call starts the worker anew."""

    class Broken(HashingEncoder):
        """Has a bug."""

        def encode(self, texts: object) -> np.ndarray:
            """Raises what no encoder should."""
            del texts
            raise ZeroDivisionError

    embedder = BatchingEmbedder(Broken())

    with anyio.fail_after(GUARD_S):
        for _ in range(2):
            with pytest.raises(EmbedderUnavailable, match="failed"):
                await embedder.embed(["text"])

    embedder.close()


async def test_closing_fails_whoever_waits(encoder: HashingEncoder) -> None:
    """And whoever comes later."""
    encoder.gate.clear()
    embedder = BatchingEmbedder(encoder)
    told: list[str] = []

    async def waits(text: str) -> None:
        with pytest.raises(EmbedderUnavailable, match="closed"):
            await embedder.embed([text])
        told.append(text)

    with anyio.fail_after(GUARD_S):
        async with anyio.create_task_group() as requests:
            requests.start_soon(waits, "earlier")
            await begun(encoder)
            embedder.close()
            encoder.gate.set()
        await waits("later")

    assert told == ["earlier", "later"]


async def test_warming_loads_the_model_and_names_are_the_encoders(
    embedder: BatchingEmbedder, encoder: HashingEncoder
) -> None:
    """Nothing is loaded before."""
    assert encoder.loads == 0

    await embedder.warm()

    assert (encoder.loads, embedder.name, embedder.failure) == (1, "hashing", None)


async def test_no_texts_give_no_rows(embedder: BatchingEmbedder) -> None:
    """The encoder knows how wide they would be."""
    assert len(await embedder.embed([])) == 0


@given(st.lists(st.integers(0, 30), max_size=60), st.integers(0, 8))
def test_kept_vectors_stay_within_their_bytes_and_are_the_last_used(
    used: list[int], room: int
) -> None:
    """Whatever comes in which order."""
    vector = np.ones(4, dtype=np.float32)
    size = 300 + vector.nbytes
    kept = KeptVectors(room * size)

    for number in used:
        if kept.get(key_of(str(number))) is None:
            kept.put(key_of(str(number)), vector)

    last = list(dict.fromkeys(reversed(used)))[:room]
    held = [n for n in dict.fromkeys(used) if kept.get(key_of(str(n))) is not None]
    assert set(held) == set(last)


@given(st.text(alphabet=st.characters(), max_size=20))
def test_any_string_has_a_key(text: str) -> None:
    """Half a surrogate pair, too."""
    assert key_of(text) == key_of("".join(text))
    assert key_of(text) != key_of(text + "\ud83d")
