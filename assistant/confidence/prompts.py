"""Reads a bare prompt, as judged data and the command line have it, as a typed request."""

from __future__ import annotations

import re
from typing import get_args

from assistant.types import DraftRequest, Task

HELLOBENCH_TASKS: dict[str, Task] = {
    "open_ended_qa": "draft",
    "heuristic_text_generation": "draft",
    "summarization": "summarize",
    "text_completion": "continue",
    "chat": "chat",
}
"""What the tasks of HelloBench ask for, in our words."""

TASKS: dict[str, Task] = {task: task for task in get_args(Task)} | HELLOBENCH_TASKS
"""Every task name accepted in data."""

_LABEL = re.compile(r"^\[([A-Z][A-Za-z ]{2,40})\]:?[ \t]*", re.MULTILINE)
_SOURCE_LABELS = frozenset({"Text Start", "Story", "Reference Story", "Text", "Article"})
# The benchmark's own closing words, the same under every prompt of a task: kept, they would turn
# every feature of the instruction into a guess of the task.
_DROPPED_LABELS = frozenset({"Requirements", "Text End"})

_LEAD_IN = re.compile(r"^([^\n]{8,400}?):\s*\n*(?=\S)")
_LEAST_SOURCE_WORDS = 5
"""A shorter stretch after a colon is still part of the instruction."""


def request_of(prompt: str, task: Task) -> DraftRequest:
    """The request a prompt amounts to: what is asked apart from the text it is asked about.

    Bracketed sections (`[Story]: ...`) are told apart by their labels. For tasks that work on a
    text, what follows a first line ending in a colon is that text.
    """
    labels = list(_LABEL.finditer(prompt))
    if labels:
        instruction, source = _sections(prompt, labels)
    elif task not in {"draft", "chat", "titles", "outline"}:
        instruction, source = _after_colon(prompt)
    else:
        instruction, source = prompt.strip(), ""
    return DraftRequest(task=task, instruction=instruction, text=source)


def _sections(prompt: str, labels: list[re.Match[str]]) -> tuple[str, str]:
    asked = [prompt[: labels[0].start()].strip()]
    source = []
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        body = prompt[label.end() : following.start() if following else len(prompt)].strip()
        if label[1] in _SOURCE_LABELS:
            source.append(body)
        elif label[1] not in _DROPPED_LABELS:
            asked.append(body)
    return "\n".join(filter(None, asked)), "\n\n".join(source)


def _after_colon(prompt: str) -> tuple[str, str]:
    lead = _LEAD_IN.match(prompt.strip())
    if lead is None or len(prompt[lead.end() :].split()) < _LEAST_SOURCE_WORDS:
        return prompt.strip(), ""
    return lead[1].strip(), prompt.strip()[lead.end() :].strip()
