"""What a fit learns from: judged drafts, excerpts of them, and planted defects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from assistant.confidence.fitting.rows import JudgedRow
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.prompts import TASKS, request_of
from assistant.confidence.text.demands import demanded_length
from assistant.confidence.text.words import words

NATURAL = "natural"
EXCERPT = "excerpt"

_EXCERPT_WORDS = (60, 200)
"""Length of a typical production draft: an email, a paragraph, a product text."""

_EXCERPTS = 0.3
"""Excerpts for each judged draft: enough to teach that being short is no fault in itself."""

_HEADING = re.compile(r":\W*$|^#[^\n]*$|^\*\*[^\n]*\*\*$")
"""A block that only announces the next one."""

EXCERPT_WEIGHT = 0.3
"""Their labels are borrowed, so they count less than judged drafts."""

_EXCERPT_TASKS = frozenset({"draft", "chat", "continue"})
"""A summary's first paragraph is a lost summary; for these tasks a beginning stands by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A draft with its label. Examples of one `group` (a prompt) never sit on both sides of a fold.

    `kind` is `natural`, `excerpt` or the name of a planted defect; `task` is the data's own word.
    """

    draft: ScoringInput
    acceptable: bool
    weight: float
    group: str
    kind: str
    task: str
    model: str = ""
    params_b: float | None = None


def natural_examples(rows: Sequence[JudgedRow], *, bar: float) -> list[Example]:
    """One example a row, acceptable when judged above the bar."""
    return [
        Example(
            draft=ScoringInput(request=request_of(row.prompt, TASKS[row.task]), text=row.response),
            acceptable=row.score > bar,
            weight=1.0,
            group=row.prompt,
            kind=NATURAL,
            task=row.task,
            model=row.model,
            params_b=row.params_b,
        )
        for row in rows
    ]


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
            draft = replace(example.draft, text=text)
            found.append(replace(example, draft=draft, kind=EXCERPT, weight=EXCERPT_WEIGHT))
    return found


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
