"""A text that goes round in circles is given up while it is written, and one that only sings is not."""

from __future__ import annotations

import pytest

from assistant.confidence.asked import Asked
from assistant.confidence.checks.loop import loop
from assistant.confidence.reading import Reading
from assistant.confidence.running import RunningMargin
from assistant.types import DraftRequest
from support.drafts import EMAIL, draft
from support.good_texts import GOOD_TEXTS, GoodText
from support.planted_texts import ARTICLE

OPENING = "The harbour wakes slowly on winter mornings, and the gulls are the first to complain. "

TWELVE = "the boat with the blue sail comes home late in the evening"
"""A dozen words: as a sentence a loop when said three times, as a phrase not yet."""

LOOPS = {
    "a sentence": OPENING + "It was a very good day for all of us in the town. " * 12,
    "sentences in turn": OPENING
    + "She opened the old door. He closed the new one again at once. " * 12,
    "a phrase without an end": OPENING + "and the town and the sea " * 20,
    "one word": OPENING + "the " * 60,
    "a list item": "Buy:\n" + "- fresh bread and butter\n" * 20,
    "a numberless short item": "Todo:\n\n" + "* Call Maria\n" * 30,
    "a table row": "| day | place |\n| --- | --- |\n" + "| Monday | the old harbour |\n" * 20,
    "a long paragraph": OPENING + (OPENING + EMAIL.partition("\n\n")[2]) * 4,
    "German": "Der Hafen wacht auf. " + "Und dann gingen wir alle zusammen nach Hause zurück. " * 8,
    "Chinese": "港口慢慢醒来。" + "我们都很高兴能够来到这里。" * 12,
    "Japanese": "港がゆっくり目を覚ます。" + "そして私たちは家に帰りました。" * 12,
    "Korean": "항구가 천천히 깨어난다. " + "우리는 모두 함께 집으로 돌아갔다. " * 12,
    "Russian": "Гавань просыпается медленно. " + "И мы все вместе пошли домой. " * 12,
}

CHORUS = "Row, row, row the boat\nGently down the stream,\nMerrily we go along,\nLife is but a dream.\n\n"
VERSES = (
    "The lamps along the quay are lit,\nThe fog comes rolling in,\nA dog is barking at the ropes,\nThe ferry bells"
    " begin.\n\n",
    "My father mends the broken net,\nMy mother counts the pay,\nMy sister writes to somebody\nWho sailed last year in"
    " May.\n\n",
    "And when the winter storms are gone\nWe paint the hull anew,\nThe neighbour brings a jug of beer,\nThe night is"
    " cold and blue.\n\n",
)

NO_LOOPS = {
    "emphasis": "It was very, very, very, very, very cold, and we went home, home, home at last.",
    "a refrain": "".join(verse + CHORUS for verse in VERSES),
    "a cheer": OPENING
    + "Hip, hip, hooray! Hip, hip, hooray! Hip, hip, hooray! Then everybody went home.",
    "laughter": '"Ha ha ha ha ha ha ha ha ha ha," said the gull, and nobody knew what was so funny.',
    "Chinese laughter": "他看着我，哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈地笑了起来，然后什么也没有说。",
    "Chinese reduplication": "我们高高兴兴、慢慢悠悠地走走停停，看看花，听听鸟，说说笑笑，来来回回走了一天。",
    "rules": "-----\n" * 40 + "\n" + "* * *\n" * 40 + "=====\n_____\n" * 20,
    "a table of numbers": "| a | b | c |\n| --- | --- | --- |\n" + "| 0 | 0 | 0 |\n" * 20,
    "numbers": "0 1 " * 60,
    "code": "So:\n\n```python\n" + "total = total + 1\n" * 30 + "```\n",
    "a matrix in code": "~~~\n" + "zero zero zero zero\n" * 12 + "~~~\n",
    "a list with parallel wording": "".join(
        f"- Please send the invoice for {month} to our office in Leeds.\n"
        for month in ("January", "February", "March", "April", "May", "June")
    ),
    "anaphora": "".join(
        f"I have a dream that one day {who} will sit down together at the table. "
        for who in ("the bakers", "our fishermen", "two old friends", "my neighbours")
    ),
    "a sentence that goes on the third time": f"{OPENING}{TWELVE}. {TWELVE}. {TWELVE} and brings the mail from Leeds.",
    "a sentence that began otherwise": f"{OPENING}She says that {TWELVE}. {TWELVE}. {TWELVE}. Nobody waits for it.",
    "a signature twice": EMAIL + "\n\n" + EMAIL[:60],
}


def heard(text: str, *, by: int = 5) -> tuple[str | None, str]:
    """The cause of doom, if any, and the text that had come by then, in pieces of some characters."""
    running = RunningMargin(Asked(DraftRequest()))
    for end in range(by, len(text) + by, by):
        doom = running.hear(text[end - by : end], ())
        if doom is not None:
            return doom.cause, text[:end]
    return None, text


@pytest.mark.parametrize("text", LOOPS.values(), ids=LOOPS)
def test_a_loop_is_found_while_it_turns(text: str) -> None:
    """Well before its end, and the check agrees on what was written until then."""
    cause, written = heard(text)

    assert cause == "loop"
    assert len(written) < 0.8 * len(text)
    result = loop(Reading(draft(written)))
    assert result is not None
    assert not result.passed


@pytest.mark.parametrize("text", NO_LOOPS.values(), ids=NO_LOOPS)
def test_what_repeats_for_a_reason_is_let_go_on(text: str) -> None:
    """Also where the final check, which sees the whole, would object."""
    assert heard(text) == (None, text)


@pytest.mark.parametrize("good", GOOD_TEXTS, ids=lambda good: good.name)
def test_no_good_text_is_given_up(good: GoodText) -> None:
    """For any of the causes."""
    made = good.draft()
    running = RunningMargin(Asked(made.request))

    assert running.hear(made.text + "\n", ()) is None


def test_a_text_of_runs_said_before_is_a_loop_without_a_cycle() -> None:
    """Three sentences in ever other orders: never a cycle, yet nothing new."""
    said = (
        OPENING,
        "Nobody spoke about the storm of last year. ",
        "Then the ferry came with the mail. ",
    )
    orders = ((0, 1, 2), (1, 0, 2), (2, 0, 1), (0, 2, 1), (2, 1, 0), (1, 2, 0))

    cause, written = heard("".join(said[which] for order in orders for which in order))

    assert cause == "loop"
    assert len(written) < 4 * len("".join(said))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LOOPS["a sentence"], "it was a very good day for all of us in the..."),
        (LOOPS["a list item"], "fresh bread and butter"),
        (LOOPS["a phrase without an end"], "and the town and the sea"),
    ],
)
def test_the_evidence_shows_what_is_said_over_and_over(text: str, said: str) -> None:
    """From where the repeated stretch begins."""
    doom = RunningMargin(Asked(DraftRequest())).hear(text, ())

    assert doom is not None
    assert doom.evidence == f'says over and over: "{said}"'


def test_a_cycle_begun_in_the_accepted_text_goes_on_counting() -> None:
    """A tier that takes over may go round in the circles of the one before."""
    sentence = "It was a very good day for all of us. "
    running = RunningMargin(Asked(DraftRequest()), before=OPENING + sentence * 2)

    assert running.hear(sentence, ()) is None
    assert running.hear(sentence * 2, ()) is not None


def test_a_loop_that_was_accepted_dooms_no_continuation() -> None:
    """Whoever accepted it wanted it."""
    running = RunningMargin(Asked(DraftRequest()), before=LOOPS["a sentence"])

    assert running.hear("It was a very good day for all of us in the town. " * 9, ()) is None


def test_a_loop_is_found_behind_what_was_none() -> None:
    """Each stretch that repeats itself is asked about by itself."""
    other = "nobody in the whole town knows where it has been all this time"
    harmless = f"{ARTICLE} {TWELVE} {TWELVE} {TWELVE}. "

    assert heard(harmless)[0] is None
    assert heard(f"{ARTICLE} " + f"{TWELVE}. " * 3)[0] == "loop"
    assert heard(harmless + f"{other}. " * 3)[0] == "loop"
