"""Drafts, rows and vectors for tests of the confidence room; every text here is made up."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.fitting.rows import JudgedRow
from assistant.confidence.inputs import ScoringInput
from assistant.types import DraftRequest, Finish, TokenLogprob

EMAIL = (
    "Subject: Friday off\n\nDear Ms Okafor,\n\nMay I take Friday, 12 March, off? My sister is getting"
    " married in Leeds and I would like to travel the evening before. The quarterly figures will be"
    " on your desk by Wednesday, and Tom has agreed to answer urgent calls while I am away.\n\n"
    "Thank you for considering it.\n\nKind regards,\nAnna"
)
EMAIL_ASKED = "Write an email to my manager asking for Friday off for my sister's wedding."

_SUBJECTS = ("The garden", "Our river", "A small bakery", "The old library", "The night train")
_VERBS = ("keeps", "opens", "remembers", "feeds", "teaches", "surprises")
_OBJECTS = ("its neighbours", "the early walkers", "every patient guest", "children", "the town")
_TAILS = ("in the first light", "without any hurry", "after a long winter", "year after year")


def draft(
    written: str,
    /,
    *,
    finish: Finish = "stop",
    logprobs: Sequence[float] = (),
    **request: Any,  # noqa: ANN401 - whatever a request may hold
) -> ScoringInput:
    """A draft answering a request of these fields."""
    return ScoringInput(
        request=DraftRequest(**request),
        text=written,
        finish=finish,
        logprobs=tuple(TokenLogprob(value) for value in logprobs),
    )


def paragraph(generator: Random, sentences: int) -> str:
    """Grammatical sentences that say little, all different as far as their number allows."""
    said = []
    for position in range(sentences):
        words = [generator.choice(part) for part in (_SUBJECTS, _VERBS, _OBJECTS, _TAILS)]
        said.append(f"{' '.join(words)}, for the {position + 2}th time.")
    return " ".join(said)


def judged_rows(count: int, *, seed: int = 7) -> list[JudgedRow]:
    """Rows of a made-up judge who dislikes texts that drift from the subject they were asked for."""
    generator = Random(seed)  # noqa: S311 - repeatable, nothing secret
    tasks = ("chat", "open_ended_qa", "summarization", "text_completion")
    rows = []
    for number in range(count):
        subject = _SUBJECTS[number // 3 % len(_SUBJECTS)]
        good = generator.random() < 2 / 3
        text = "\n\n".join(paragraph(generator, generator.randint(5, 9)) for _ in range(3))
        if good:
            text = f"{subject} matters to people who ask about it. {text}"
        else:
            text = text.replace(subject, "Something")
        rows.append(
            JudgedRow(
                id=str(number),
                prompt=f"Write about {subject.casefold()} number {number // 3}, please.",
                response=text,
                score=round(
                    generator.uniform(0.8, 1.0) if good else generator.uniform(0.2, 0.6), 3
                ),
                task=tasks[number % len(tasks)],
                model=f"made-up-{number % 2}",
                params_b=7 if number % 2 else 70,
            )
        )
    return rows


def hashed_vectors(texts: Sequence[str], *, dimensions: int = 16) -> NDArray[np.float32]:
    """Unit vectors by words: texts sharing words are near each other, with no model at all."""
    rows = np.zeros((len(texts), dimensions), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in text.casefold().split():
            rows[row, sha256(word.encode()).digest()[0] % dimensions] += 1
    norms = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return np.asarray(rows / norms, dtype=np.float32)
