"""One worker thread for all requests: texts that wait together are embedded together, and only once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.base import Encoder
from assistant.embedding.queue import EmbeddingQueue, Ticket
from assistant.embedding.vectors import KeptVectors, Key, Vector, key_of
from assistant.errors import EmbedderUnavailable

KEPT_BYTES = 16 * 2**20
"""Memory for vectors already computed: some 9,000 of MiniLM's, the passages of 500 drafts."""


class BatchingEmbedder:
    """An embedder over one encoder. What is waited for goes before what is only foreseen.

    Nothing is held back to make a batch larger: whatever waits when the worker is free goes next.
    """

    def __init__(self, encoder: Encoder, *, kept_bytes: int = KEPT_BYTES) -> None:
        """Starts no thread yet, and loads nothing."""
        self._encoder = encoder
        # Guards all below, for moments only: never while the encoder works.
        self._lock = Lock()
        self._queue = EmbeddingQueue()
        self._kept = KeptVectors(kept_bytes)
        self._working = False
        self._closed = False
        # A second encode beside the first would only slow both: torch has one thread here.
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="embedder")

    @property
    def name(self) -> str:
        """The encoder's."""
        return self._encoder.name

    @property
    def failure(self) -> str | None:
        """The encoder's."""
        return self._encoder.failure

    async def warm(self) -> None:
        """Loads the model; a failure is kept for `embed` to report."""
        await asyncio.wrap_future(self._worker.submit(self._encoder.load))

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length in the order given. A caller that is cancelled leaves no work behind.

        Raises:
            EmbedderUnavailable: the model is missing or failed to load; it failed on one of these
                texts; or the embedder was closed.
        """
        if not texts:
            return await asyncio.wrap_future(self._worker.submit(self._encoder.encode, []))
        done: Future[dict[Key, Vector]] = Future()
        # Cancelling is for the ticket alone, so that the worker may always hand over its result.
        done.set_running_or_notify_cancel()
        ticket = Ticket(done=done)
        keys = self._ask(ticket, texts)
        try:
            vectors = await asyncio.wrap_future(done)
        finally:
            self._leave(ticket)
        return np.stack([vectors[key] for key in keys])

    def ahead(self) -> TextsAhead:
        """A place to name texts that will be asked for."""
        return TextsAhead(self._ask, self._leave)

    def close(self) -> None:
        """Fails whoever waits and lets the worker go after the pass it is at."""
        with self._lock:
            self._closed = True
            _fail(self._queue.clear(), "the embedder was closed")
        self._worker.shutdown(wait=False)

    def _ask(self, ticket: Ticket, texts: Sequence[str]) -> list[Key]:
        keys = [key_of(text) for text in texts]
        with self._lock:
            for key, text in dict(zip(keys, texts, strict=True)).items():
                vector = self._kept.get(key)
                if vector is None:
                    self._queue.add(ticket, key, text)
                elif ticket.done is not None:
                    ticket.found[key] = vector
            ticket.finish_if_complete()
            if self._closed:
                _fail(self._queue.clear(), "the embedder was closed")
            elif len(self._queue) and not self._working:
                self._working = True
                self._worker.submit(self._work)
        return keys

    def _leave(self, ticket: Ticket) -> None:
        with self._lock:
            self._queue.drop(ticket)

    def _work(self) -> None:
        """Embeds until nothing waits. Runs in the worker thread, once at a time."""
        orderly = False
        try:
            while batch := self._next():
                self._embed(batch)
            orderly = True
        finally:
            if not orderly:
                self._give_up()

    def _next(self) -> dict[Key, str]:
        with self._lock:
            batch = self._queue.next()
            self._working = bool(batch)
            return batch

    def _embed(self, batch: dict[Key, str]) -> None:
        try:
            rows = self._encoder.encode(list(batch.values()))
        except EmbedderUnavailable as error:
            if len(batch) == 1:
                self._refuse(next(iter(batch)), error)
                return
            # One text may be what the model cannot take; the others are somebody else's.
            for key, text in batch.items():
                self._embed({key: text})
            return
        for key, row in zip(batch, rows, strict=True):
            self._hand_over(key, row.copy())

    def _hand_over(self, key: Key, vector: Vector) -> None:
        with self._lock:
            self._kept.put(key, vector)
            for ticket in self._queue.served(key):
                ticket.give(key, vector)

    def _refuse(self, key: Key, error: EmbedderUnavailable) -> None:
        with self._lock:
            refused = self._queue.served(key)
            for ticket in refused:
                ticket.missing.discard(key)
                if ticket.done is not None:
                    self._queue.drop(ticket)
            _fail(refused, str(error))

    def _give_up(self) -> None:
        with self._lock:
            self._working = False
            _fail(self._queue.clear(), "the embedder failed")


class TextsAhead:
    """One caller's foreseen texts."""

    def __init__(
        self,
        ask: Callable[[Ticket, Sequence[str]], object],
        leave: Callable[[Ticket], None],
    ) -> None:
        """Wants nothing yet."""
        self._ask = ask
        self._leave = leave
        self._ticket = Ticket()

    def want(self, texts: Sequence[str]) -> None:
        """Queues the texts without a vector behind all that is urgent."""
        if texts:
            self._ask(self._ticket, texts)

    def close(self) -> None:
        """Takes back what was not begun."""
        self._leave(self._ticket)


def _fail(tickets: Iterable[Ticket], message: str) -> None:
    for ticket in tickets:
        ticket.fail(EmbedderUnavailable(message))
