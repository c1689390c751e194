"""Prompts."""

from __future__ import annotations

from typing import get_args

import pytest

from assistant.types import (
    CheckResult,
    DraftRequest,
    Length,
    Message,
    Style,
    Task,
)
from assistant.workflow.prompt import conversation, repair_conversation, wanted_words

TASKS = [task for task in get_args(Task) if task != "chat"]


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_its_own_instruction(task: Task) -> None:
    """No task falls back to another one's words."""
    others = {
        conversation(DraftRequest(task=other, text="x"))[-1].content
        for other in TASKS
        if other != task
    }

    assert conversation(DraftRequest(task=task, text="x"))[-1].content not in others


def test_all_that_the_writer_asked_for_reaches_the_tier() -> None:
    """Each field of the request is in the prompt."""
    request = DraftRequest(
        task="rewrite",
        instruction="Make it warmer.",
        text="See you on 3 March.",
        before="Dear Anna,",
        after="Best, Tom",
        language="de",
        audience="a customer",
        tone="friendly",
        length=Length(words=40),
        style=Style(voice_samples=("Ahoy!",), banned=("synergy",), glossary=(("car", "vehicle"),)),
        keep=("numbers", "names"),
        format="plain",
    )

    prompt = conversation(request)[-1].content

    for part in [
        "Make it warmer.", "See you on 3 March.", "Dear Anna,", "Best, Tom", "Language: de",
        "a customer", "friendly", "about 40 words", "Ahoy!", "synergy", "'vehicle' for 'car'",
        "numbers, names", "plain text",
    ]:  # fmt: skip
        assert part in prompt


def test_a_conversation_of_a_client_passes_through_unchanged() -> None:
    """An OpenAI client's own system prompt is not ours to edit."""
    messages = (Message(role="system", content="Rhyme."), Message(role="user", content="Hi"))

    assert conversation(DraftRequest(task="chat", messages=messages)) == messages


def test_a_repair_shows_the_draft_and_what_was_wrong() -> None:
    """The larger tier is told, so that it does not repeat the fault."""
    request = DraftRequest(task="shorten", text="A long text.")
    failed = [CheckResult(name="length", passed=False, evidence="expected ~5 words, got 90")]

    messages = repair_conversation(request, draft="A longer text.", failed=failed)

    assert messages[0].role == "system"
    assert "A longer text." in messages[-1].content
    assert "expected ~5 words, got 90" in messages[-1].content
    assert "A long text." in messages[-1].content


def test_a_repair_leaves_a_continued_message_last() -> None:
    """What is to be continued must stay the last message."""
    messages = (Message(role="user", content="Go"), Message(role="assistant", content="Once"))
    request = DraftRequest(task="chat", messages=messages)

    assert repair_conversation(request, draft=" upon", failed=[]) == messages


@pytest.mark.parametrize(
    ("length", "source", "words"),
    [
        (Length(words=120), "", 120),
        (Length(percent=50), "one two three four", 2),
        (Length(percent=1), "one two", 1),
        (Length(percent=50), " ", None),
        (Length(), "one two", None),
    ],
)
def test_a_length_is_words_or_a_share_of_the_source(
    length: Length, source: str, words: int | None
) -> None:
    """A share of nothing is no length."""
    assert wanted_words(length, source) == words
