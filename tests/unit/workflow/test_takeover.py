"""What a tier is told that goes on from a beginning others wrote."""

from __future__ import annotations

import pytest

from assistant.confidence.asked import Asked
from assistant.types import CheckResult, DraftRequest, Length, Message
from assistant.workflow.prompt import conversation
from assistant.workflow.takeover import can_mend, takeover_conversation

SOURCE = "Dear Ms Okafor, the boat to Anholt leaves on 12 March at 7:15 with 24 chairs on board."


def note_of(request: DraftRequest, accepted: str, failed: CheckResult | None = None) -> str:
    """What the user's turn says beyond that of a fresh start."""
    messages = takeover_conversation(Asked(request), accepted=accepted, failed=failed)
    assert messages[-1] == Message(role="assistant", content=accepted)
    return messages[-2].content.removeprefix(conversation(request)[-1].content)


def test_without_anything_left_to_say_the_prompt_is_that_of_a_fresh_start() -> None:
    """And the beginning is the start of the answer."""
    request = DraftRequest(instruction="Write about the ferry.")

    assert note_of(request, "The ferry leaves at seven.") == ""


def test_what_is_missing_is_named_and_what_is_there_is_not() -> None:
    """Names, numbers and dates of the source, as far as they are to be kept."""
    request = DraftRequest(
        task="rewrite", text=SOURCE, keep=("names", "numbers"), length=Length(words=40)
    )

    note = note_of(request, "Dear Ms Okafor, here is news of the boat.")

    assert "Anholt" in note
    assert "24" in note
    assert "12 March" in note
    assert "Okafor" not in note
    assert "about 31 more words" in note


def test_a_text_that_is_long_enough_is_to_end() -> None:
    """Zero words would be no instruction."""
    request = DraftRequest(instruction="Write.", length=Length(words=5))

    assert "Come to an end" in note_of(request, "One two three four five six seven.")


def test_what_the_draft_was_stopped_for_is_to_be_avoided() -> None:
    """With the evidence."""
    failed = CheckResult(name="loop", passed=False, evidence="says 'and so on' 9 times")

    note = note_of(DraftRequest(instruction="Write."), "A beginning.", failed)

    assert "loop (says 'and so on' 9 times)" in note


def test_a_clients_own_conversation_is_left_as_it_is() -> None:
    """But for the beginning, which joins the client's."""
    given = (
        Message(role="user", content="Write 200 words about rain."),
        Message(role="assistant", content="It rained"),
    )
    request = DraftRequest(task="chat", messages=given)

    messages = takeover_conversation(Asked(request), accepted=" all day.")

    assert messages == (given[0], Message(role="assistant", content="It rained all day."))


@pytest.mark.parametrize(
    ("failed", "held", "words", "mends"),
    [
        ((), 0.05, 100, False),
        ((), 0.5, 100, True),
        (("preamble",), 0.05, 100, False),
        (("cut_off",), 0.05, 100, True),
        (("lost_names",), 0.05, 100, True),
        (("length",), 0.05, 20, True),
        (("length",), 0.05, 300, False),
    ],
)
def test_a_tier_is_asked_for_the_end_of_a_draft_only_where_it_can_mend_it(
    failed: tuple[str, ...], held: float, words: int, mends: bool
) -> None:
    """What is missing can still be written; what is there stays."""
    request = DraftRequest(instruction="Write.", length=Length(words=100))

    assert can_mend(Asked(request), text="word " * words, failed=failed, held=held) is mends
