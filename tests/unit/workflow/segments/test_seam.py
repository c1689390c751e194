"""A tier goes on with another tier's text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.workflow.segments import Seam
from support.segmenting import cuts, pieces, tokens_of, written

CAT = "The cat sat on the mat and it was very happy there."


def joined(before: str, text: str, *, gap: str = "") -> str:
    """What stands behind `before` in the end."""
    seam = Seam(before=before, gap=gap)
    return "".join([*map(seam.feed, tokens_of(text)), seam.finish()])


@pytest.mark.parametrize(
    ("before", "text", "joint"),
    [
        ("He ran.", " She stayed.", " "),
        ("He ran.", "   She stayed.", " "),
        ("He ran.", "\n\nShe stayed.", "\n\n"),
        ("He ran.", "\n\n\n\nShe stayed.", "\n\n"),
        ("Roses are red", "\nviolets are blue", "\n"),
        ("- one", "\n  - two", "\n  "),
        ("我来了。", " 你好。", " "),
        ("```\nx = 1", "\n\n\n    y = 2", "\n\n\n    "),
    ],
)
def test_a_blank_is_kept_as_far_as_it_is_needed(before: str, text: str, joint: str) -> None:
    """One space, one line break with the columns behind it, one blank line; in code all of it."""
    assert joined(before, text) == joint + text.lstrip()


@pytest.mark.parametrize(
    ("before", "text", "joint"),
    [
        ("He ran.", "She stayed.", " "),
        ("He ran.", "“Stay,” she said.", " "),
        ("He ran.", "*Then* she stayed.", " "),
        ("Really?", "yes", " "),
        ("First,", "then", " "),
        ("(see below)", "It", " "),
        ("the", "Cat", " "),
        ("a dog", "(or cat)", " "),
        ("He ran", ", and", ""),
        ("He ran", ".", ""),
        ("(he ran", ")", ""),
        ("He said “go", "” and", ""),
        ('He said "go', '" and', ""),
        ("He said:", '"Go"', " "),
        ("**He", "** ran", ""),
        ("the dog", "'s bowl", ""),
        ("He said (", "then", ""),
        ("well-", "known", ""),
        ("he and/", "or", ""),
        ("unbeliev", "able", ""),
        ("at 3.", "5 percent", ""),
        ("10:", "30", ""),
        ("我来了。", "你好。", ""),
        ("我来", "了。", ""),
        ("漢字", "and", ""),
        ("cafe", "\u0301", ""),
        ("```\nx", "y", ""),
    ],
)
def test_a_blank_is_put_in_where_words_meet(before: str, text: str, joint: str) -> None:
    """But not within one, before a mark that closes, behind one that opens, or in a script without."""
    assert joined(before, text) == joint + text


@pytest.mark.parametrize(
    ("before", "text", "gap", "joint"),
    [
        ("He ran.", "She stayed.", "\n\n", "\n\n"),
        ("the", "cat", " ", " "),
        ("the", ", cat", " ", ""),
        ("It has", "- one", "\n", "\n"),
        ("- one", "- two", "\n", "\n"),
        ("- one", " - two", "\n", "\n"),
        ("- one", "- two", "", "\n"),
        ("  * one", "* two", "", "\n  "),
        ("1. one", "2. two", "", "\n"),
        ("3. one", " 1. two", "", "\n"),
        ("> one", "> two", "", "\n"),
        ("| a |", "| b |", "", "\n"),
        ("He ran.", "## Then", "", "\n\n"),
        ("He ran.", " ## Then", " ", "\n\n"),
        ("He ran.", "```\nx\n```", "\n", "\n"),
        ("```\nx = 1", "y = 2", "\n    ", "\n    "),
        ("```\nx = 1", "```", "", "\n"),
        ("He ran", " - fast", "", " "),
        ("ไปตลาด", "เขาไป", " ", " "),
    ],
)
def test_a_break_is_put_in_where_there_was_one_or_must_be(
    before: str, text: str, gap: str, joint: str
) -> None:
    """Behind the draft's own text, between items, before headings and code."""
    assert joined(before, text, gap=gap) == joint + text.lstrip()


@pytest.mark.parametrize(
    ("before", "text", "rest"),
    [
        (CAT, "it was very happy there. Then it left.", " Then it left."),
        (CAT, " and it was very happy there. Then it left.", " Then it left."),
        (CAT, f"{CAT} Then it left.", " Then it left."),
        (CAT, f"\n{CAT}\n\nThen it left.", "\n\nThen it left."),
        (f"{CAT} More of it. And", f"{CAT} More of it. And then", " then"),
        ("He said “it’s over now”", '"it\'s over now" and left', " and left"),
        ("One.\n\n## The end", "## The end\n\nIt is over.", "\n\nIt is over."),
        ("One.\n\nDear Tom,", "Dear Tom,\n\nThanks.", "\n\nThanks."),
        ("2. two\n3.", "3. three", " three"),
        ("- one\n-", "- two", " two"),
        ("我今天去了商店买东西。天气真的很好。", "天气真的很好。我回家了。", "我回家了。"),
    ],
)
def test_a_repetition_is_dropped(before: str, text: str, rest: str) -> None:
    """Of the last words, the last line, its mark, or of the text from its beginning on."""
    assert joined(before, text, gap=" " if rest[0] == " " else "") == rest


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("It had had", " had had enough"),
        ("He had", " had enough"),
        ("Never.\n\nNever.", "\n\nNever."),
        (CAT, " The cat sat down."),
        (CAT, " The cat sat on the mat but left."),
        (CAT, " The cat sat on the mat and it was very sad."),
        (
            "Q: Do you ship to the United States of America?\n\nA: Yes.",
            "\n\nQ: Do you ship to the United States of Mexico?",
        ),
        (CAT, " It was there."),
        ("I went there. 3", " 3 times"),
        ("the cat and the dog", " the dogs ran"),
        ("Run, run, run", " run, runner"),
    ],
)
def test_a_few_words_may_come_twice(before: str, text: str) -> None:
    """Less than three words, or a sentence that only begins like the text, are meant."""
    assert joined(before, text) == text


@pytest.mark.parametrize(
    "announcement",
    [
        "Here is the continuation:\n\n",
        "Here's the rest of the text:\n",
        "Sure! Here is the continuation of your story:\n\n",
        "**Continuation:**\n\n",
        "Continuing from where it left off...\n\n",
        "(continued)\n",
        "Hier ist die Fortsetzung:\n\n",
        "Voici la suite du texte :\n\n",
        "Aquí está la continuación:\n\n",
        "以下是续写内容：\n\n",
    ],
)
def test_an_announcement_is_dropped(announcement: str) -> None:
    """A reader wants the text."""
    assert joined(CAT, f"{announcement}Then it left.", gap="\n\n") == "\n\nThen it left."


@pytest.mark.parametrize(
    "text",
    [
        " Here is the thing about cats: they leave.",
        "\n\nHere are the steps:\n\n1. Go",
        " Continuing along the river, it left.",
        " Sure, it left.",
        "\n\nContinuous rain fell.",
        " Of course",
        " Here is the continuation",
    ],
)
def test_what_only_begins_like_one_is_kept(text: str) -> None:
    """An announcement fills its line and says that it continues."""
    assert joined(CAT, text) == text


@pytest.mark.parametrize(
    ("pieces", "out"),
    [
        ([" Suddenly"], [" Suddenly"]),
        (["Suddenly"], [" Suddenly"]),
        ([" She", " saw"], [" She", " saw"]),
        ([" He", " saw"], ["", " He saw"]),
        ([" Here", " he"], ["", " Here he"]),
        ([" ", "\n", "\n", "So"], ["", "", "", "\n\nSo"]),
        (["-", " so"], [" -", " so"]),
        (["**", "So"], ["", " **So"]),
    ],
)
def test_the_first_words_go_out_as_soon_as_they_are_sure(pieces: list[str], out: list[str]) -> None:
    """A piece waits only while it may be a repetition, an announcement, an item or emphasis."""
    seam = Seam(before="He ran away. He was gone.", gap=" ")

    assert [seam.feed(piece) for piece in pieces] == out


@given(written, written, st.sampled_from(["", " ", "\n", "\n\n"]), cuts)
def test_pieces_make_no_difference_to_a_seam(
    before: str, text: str, gap: str, places: list[int]
) -> None:
    """Whatever a model writes, it comes out the same, and whole from some place on."""
    before = before.rstrip()

    def out(places: list[int]) -> str:
        seam = Seam(before=before, gap=gap)
        found = [seam.feed(piece) for _, piece in pieces(text, places)]
        return "".join([*found, seam.finish()])

    whole = out([])
    assert out(places) == whole == out(list(range(len(text))))
    assert text.rstrip().endswith(whole.strip())


@given(written)
def test_a_text_before_which_nothing_stands_is_left_alone(text: str) -> None:
    """There is no seam."""
    seam = Seam(before="", gap="")

    assert seam.feed(text) + seam.finish() == text


@given(written, st.sampled_from(["", " "]))
def test_a_text_that_is_only_repeated_adds_nothing(text: str, blank: str) -> None:
    """Eight words or more."""
    before = f"One two three four five six seven eight {text}".strip()
    seam = Seam(before=before, gap=" ")

    assert (seam.feed(blank + before) + seam.finish()).strip() == ""
