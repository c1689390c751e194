"""Scores the texts of a rung: embeds what the scorer asks for, and does the arithmetic off the loop."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import anyio
import numpy as np
from anyio import to_thread
from numpy.typing import NDArray

from assistant.confidence.asked import Asked
from assistant.confidence.inputs import ScoringInput
from assistant.embedding.base import Embedder
from assistant.errors import EmbedderUnavailable
from assistant.types import Degraded, DraftRequest, Score
from assistant.workflow.state import Context, Scorer, Text


async def score_texts(
    context: Context, asked: Asked, texts: Sequence[Text], *, within_s: float | None
) -> tuple[list[Score], tuple[Degraded, ...]]:
    """Scores of all texts; without vectors, and marked so, where the embedder is down or too late."""
    inputs = [_scoring_input(asked.request, texts, at) for at in range(len(texts))]
    if not inputs:
        return [], ()
    vectors: list[NDArray[np.float32] | None] = [None] * len(inputs)
    degraded: tuple[Degraded, ...] = ()
    if context.embedder is not None:
        try:
            with anyio.fail_after(within_s):
                vectors = [*await _vectors(context.embedder, context.scorer, inputs, asked)]
        except EmbedderUnavailable:
            degraded = ("embedder_down",)
        except TimeoutError:
            degraded = ("deadline",)
    score = partial(_score_all, context.scorer, inputs, vectors, asked)
    return await to_thread.run_sync(score), degraded


def opening_of(request: DraftRequest) -> str:
    """The beginning that the texts continue, which is judged together with them."""
    last = request.messages[-1] if request.messages else None
    return last.content if last is not None and last.role == "assistant" else ""


def _score_all(
    scorer: Scorer,
    inputs: Sequence[ScoringInput],
    vectors: Sequence[NDArray[np.float32] | None],
    asked: Asked,
) -> list[Score]:
    return [scorer.score(one, rows, asked) for one, rows in zip(inputs, vectors, strict=True)]


async def _vectors(
    embedder: Embedder, scorer: Scorer, inputs: Sequence[ScoringInput], asked: Asked
) -> list[NDArray[np.float32]]:
    """One call for all samples: they share the instruction and source, which are embedded once."""
    wanted = await to_thread.run_sync(partial(_passages, scorer, inputs, asked))
    unique = tuple(dict.fromkeys(passage for passages in wanted for passage in passages))
    rows = await embedder.embed(unique)
    row_of = {passage: row for row, passage in enumerate(unique)}
    return [rows[[row_of[passage] for passage in passages]] for passages in wanted]


def _passages(
    scorer: Scorer, inputs: Sequence[ScoringInput], asked: Asked
) -> list[tuple[str, ...]]:
    return [scorer.passages(one, asked) for one in inputs]


def _scoring_input(request: DraftRequest, texts: Sequence[Text], at: int) -> ScoringInput:
    """One text of a rung beside the other samples, which tell how sure the model was of it."""
    opening, text = opening_of(request), texts[at]
    return ScoringInput(
        request=request,
        text=opening + text.content,
        finish=text.finish,
        logprobs=text.logprobs,
        siblings=tuple(opening + other.content for other in (*texts[:at], *texts[at + 1 :])),
    )
