"""From a text that grows to the chunks of OpenAI's streams. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from assistant.types import Answer, DraftStarted, Finish
from server.pieces import pieces
from server.schemas.chat import ChatChunk, ChatDelta, ChunkChoice
from server.schemas.completions import CompletionChunk, CompletionChunkChoice
from server.schemas.ids import CHAT_PREFIX, COMPLETION_PREFIX
from server.schemas.openai import Chunk
from server.schemas.openai_answer import cascade_out, texts_of, usage_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands in every chunk; `model` is the one that wrote what is in it."""

    created: int
    draft_id: str = ""
    fingerprint: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of the text of one choice, or, with `finish`, its end. `first`: none came before it."""

    index: int
    text: str | None = None
    first: bool = False
    finish: Finish | None = None


Shape: TypeAlias = Callable[[Head, Piece | None], Chunk]
"""Puts a piece into a chunk of one protocol; None is for a chunk without choices."""


def chat_chunk(head: Head, piece: Piece | None) -> ChatChunk:
    """A chunk of a chat completion."""
    choices: tuple[ChunkChoice, ...] = ()
    if piece is not None:
        delta = ChatDelta(role="assistant" if piece.first else None, content=piece.text)
        choices = (ChunkChoice(index=piece.index, delta=delta, finish_reason=piece.finish),)
    return ChatChunk(
        id=CHAT_PREFIX + head.draft_id,
        created=head.created,
        model=head.model,
        system_fingerprint=head.fingerprint,
        choices=choices,
    )


def completion_chunk(head: Head, piece: Piece | None) -> CompletionChunk:
    """A chunk of an older completion."""
    choices: tuple[CompletionChunkChoice, ...] = ()
    if piece is not None:
        choice = CompletionChunkChoice(
            index=piece.index, text=piece.text or "", finish_reason=piece.finish
        )
        choices = (choice,)
    return CompletionChunk(
        id=COMPLETION_PREFIX + head.draft_id,
        created=head.created,
        model=head.model,
        system_fingerprint=head.fingerprint,
        choices=choices,
    )


class Chunks:
    """The chunks of one stream of `n` texts, each of which begins with `opening`."""

    def __init__(
        self, shape: Shape, *, created: int, n: int, include_usage: bool, opening: str = ""
    ) -> None:
        self._shape = shape
        self._head = Head(created=created)
        self._n = n
        self._include_usage = include_usage
        self._opening = opening
        self._begun: set[int] = set()

    def begin(self, started: DraftStarted, *, policy_name: str) -> None:
        """Takes what all chunks tell. There are none before."""
        fingerprint = f"{policy_name}@{started.policy_revision}"
        self._head = replace(self._head, draft_id=started.id, fingerprint=fingerprint)

    def passage(self, text: str, *, model: str, index: int = 0) -> Iterator[Chunk]:
        """More of one of the texts, in pieces whose joints no reader sees."""
        head = replace(self._head, model=model)
        first = index not in self._begun
        self._begun.add(index)
        for number, part in enumerate(pieces(self._opening + text if first else text)):
            yield self._shape(head, Piece(index=index, text=part, first=first and number == 0))

    def end(self, answer: Answer, *, rest: str) -> Iterator[Chunk]:
        """What the first text still lacks, the other ones, why each ended, token counts if wanted.

        The last chunk with text carries `x_cascade`. No text is kept back for that: where all of it is
        told already, the chunk has an empty one.
        """
        head = replace(self._head, model=answer.provenance.model)
        texts = texts_of(answer, n=self._n)
        *earlier, last = self._untold(texts, rest, model=head.model)
        yield from earlier
        yield last.model_copy(update={"x_cascade": cascade_out(answer)})
        for index, (_, finish) in enumerate(texts):
            yield self._shape(head, Piece(index=index, finish=finish))
        if self._include_usage:
            counted = {"usage": usage_out(answer.usage)}
            yield self._shape(head, None).model_copy(update=counted)

    def _untold(
        self, texts: Sequence[tuple[str, Finish]], rest: str, *, model: str
    ) -> Iterator[Chunk]:
        if rest or len(texts) == 1:
            yield from self.passage(rest, model=model)
        for index, (text, _) in enumerate(texts):
            if index not in self._begun:
                yield from self.passage(text, model=model, index=index)
