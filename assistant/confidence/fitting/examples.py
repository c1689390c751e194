"""What a fit learns from: judged drafts, excerpts of them, and planted defects."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeAlias

from assistant.confidence.fitting.rows import JudgedRow
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.prompts import TASKS, request_of
from assistant.confidence.text.demands import demanded_length
from assistant.confidence.text.words import words
from assistant.types import TokenLogprob

_Sampled: TypeAlias = tuple[str, str, float | None]
"""Prompt, model and temperature: what the samples of one rung have in common."""

NATURAL = "natural"
EXCERPT = "excerpt"

_EXCERPT_WORDS = (60, 200)
"""Length of a typical production draft: an email, a paragraph, a product text."""

_EXCERPTS = 0.3
"""Excerpts for each judged draft: enough to teach that being short is no fault in itself."""

_HEADING = re.compile(r":\W{0,8}$|^#[^\n]*$|^\*\*[^\n]*\*\*$")
"""A block that only announces the next one."""

EXCERPT_WEIGHT = 0.15
"""Their labels are borrowed, so they count less than judged drafts."""

_JUDGE_DOUBT = 0.06
"""Score that a judge may as well have given more or less: of six items marked in quarters, one mark
and a half."""

_EXCERPT_TASKS = frozenset({"draft", "chat", "continue"})
"""A summary's first paragraph is a lost summary; for these tasks a beginning stands by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A draft with its label. Examples of one `group` (a prompt) never sit on both sides of a fold.

    `target` is the probability of being acceptable that a fit aims at. `kind` is `natural`, `excerpt` or the name of a planted defect; `task` is the data's own word.
    """

    draft: ScoringInput
    acceptable: bool
    target: float
    weight: float
    group: str
    kind: str
    task: str
    model: str = ""
    params_b: float | None = None


Pool: TypeAlias = Sequence[Example]


def natural_examples(rows: Sequence[JudgedRow], *, bar: float) -> list[Example]:
    """One example a row, acceptable by its verdict, or when judged above the bar."""
    samples = _samples(rows)
    return [
        Example(
            draft=_draft(row, samples.get(_sampled(row), ())),
            acceptable=row.score > bar if row.acceptable is None else row.acceptable,
            target=_target(row, bar),
            weight=1.0,
            group=row.prompt,
            kind=NATURAL,
            task=row.task,
            model=row.model,
            params_b=row.params_b,
        )
        for row in rows
    ]


def _target(row: JudgedRow, bar: float) -> float:
    """A draft just above the bar is hardly better than one just below it, and is taught so."""
    if row.acceptable is not None:
        return float(row.acceptable)
    return 1 / (1 + math.exp((bar - row.score) / _JUDGE_DOUBT))


def bare(example: Example) -> Example:
    """The same without log-probabilities and siblings, which do not belong to a changed text."""
    return replace(example, draft=replace(example.draft, logprobs=(), siblings=()))


def excerpts(examples: Sequence[Example], generator: Random) -> list[Example]:
    """Beginnings of judged drafts in whole paragraphs, with the label of the whole.

    Judged drafts are long, drafts in production are short. Labels are noisy this way, but length
    alone then tells nothing, which is what is wanted.
    """
    found: list[Example] = []
    for example in examples:
        if generator.random() >= _EXCERPTS or example.draft.request.task not in _EXCERPT_TASKS:
            continue
        request = example.draft.request
        text = beginning(example.draft.text)
        if text and demanded_length(request, request.instruction, 0) is None:
            draft = replace(bare(example).draft, text=text)
            found.append(replace(example, draft=draft, kind=EXCERPT, weight=EXCERPT_WEIGHT))
    return found


def _samples(rows: Sequence[JudgedRow]) -> dict[_Sampled, list[JudgedRow]]:
    """Rows that were sampled side by side; a row without temperature stands alone."""
    found: defaultdict[_Sampled, list[JudgedRow]] = defaultdict(list)
    for row in rows:
        if row.temperature is not None:
            found[_sampled(row)].append(row)
    return dict(found)


def _sampled(row: JudgedRow) -> _Sampled:
    return row.prompt, row.model, row.temperature


def _draft(row: JudgedRow, samples: Sequence[JudgedRow]) -> ScoringInput:
    return ScoringInput(
        request=request_of(row.prompt, TASKS[row.task]) if row.request is None else row.request,
        text=row.response,
        finish=row.finish or "stop",
        siblings=tuple(other.response for other in samples if other is not row),
        logprobs=tuple(TokenLogprob(*pair) for pair in row.logprobs or ()),
    )


def beginning(text: str) -> str:
    """The first paragraphs of a text that together have the length of a production draft."""
    low, high = _EXCERPT_WORDS
    taken: list[str] = []
    count = 0
    for block in re.split(r"\n\s*\n", text.strip()):
        count += len(words(block))
        if count > high:
            break
        taken.append(block.strip())
    while taken and _HEADING.search(taken[-1]):
        taken.pop()
    result = "\n\n".join(taken)
    return result if low <= len(words(result)) else ""
