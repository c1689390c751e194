"""What a cut never parts."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.segmenting import segments

HARD = [
    "[a link. With text](http://a.b/c. D)",
    '![An image. Yes](a.png "A title. Really")',
    "[A text. More][ref. One]",
    "<https://a.b/c>",
    '<a title="One. Two" href="x">',
    "<!-- One. Two\n\nThree. -->",
    "<pre>One. Two\n\nThree. Four</pre>",
    "`One. Two`",
    "``One ` Two. Three``",
    "$x. Y$",
    "$$x. Y$$",
    "\\(x. Y\\)",
    "\\[x. Y\\]",
]
SOFT = [
    "*One. Two*",
    "**One. Two**",
    "_One. Two_",
    "***One. Two***",
    "~~One. Two~~",
    '"One. Two," it says',
    "“One. Two,” it says",
    "„One. Two“, it says",
    "«One. Two», it says",
    "»One. Two«, it says",
    "‘One. Two’, it says",
    "'One. Two', it says",
    "「一。二」",
]
BLOCKS = [
    "```python\nx = 1. Y\n\nz = 2\n```",
    "~~~\nOne. Two\n```\nThree. Four\n~~~",
    "    One. Two\n\n    Three. Four",
    "| One. Two | b |\n|---|---|\n| Three. Four | d |",
    "One | Two\n--|--\nA. B | C. D",
    "# A heading. With two\nThe first sentence.",
    "# A heading\n\nThe first sentence.",
    "A heading\n---\nThe first sentence.",
    "- ```\n  One. Two\n\n  Three\n  ```",
]
BROKEN = [BLOCKS[0], BLOCKS[1], BLOCKS[3], BLOCKS[-1]]
PROSE = [
    "One two. Three four five, six seven.",
    "- one\n- two *three. Four*\n- five",
    "> It is. So",
]
ITEMS = [
    "- One. Two\n  Three. Four",
    "* One. Two\n\n  Three. Four",
    "1. One. Two\nThree. Four",
    "> One. Two\n> Three. Four",
    "> One. Two\nThree. Four",
]


@pytest.mark.parametrize("span", HARD + SOFT)
def test_a_span_stays_whole(span: str) -> None:
    """Even where a sentence seems to end in it."""
    text = f"Here is {span} now. And more."

    found = segments(text, tokens=8)

    assert any(span in segment for segment in found)


@pytest.mark.parametrize("span", HARD)
def test_it_does_so_when_it_is_late(span: str) -> None:
    """A code, a link, a tag or a formula that is cut is broken."""
    found = segments(f"word {span} word word", tokens=1)

    assert any(span in segment for segment in found)


@pytest.mark.parametrize("block", BLOCKS + ITEMS)
def test_a_block_stays_whole(block: str) -> None:
    """And the text before and behind it are segments of their own."""
    text = f"Some text is here.\n\n{block}\n\nMore text is here."

    found = segments(text, tokens=4)

    assert any(block in segment for segment in found)


@pytest.mark.parametrize("block", BLOCKS[:4])
def test_code_and_tables_do_so_when_it_is_late(block: str) -> None:
    """However long they are."""
    found = segments(f"One.\n\n{block}\n\nTwo.", tokens=1)

    assert found == ["One.", f"\n\n{block}", "\n\nTwo."]


@given(
    st.lists(st.sampled_from([*PROSE, *BROKEN, *(f"See {span} there." for span in HARD)])),
    st.integers(1, 30),
)
def test_no_cut_falls_into_what_is_never_cut(parts: list[str], tokens: int) -> None:
    """Whatever stands around it, and however late it is."""
    text = "\n\n".join(parts)

    cut = set(accumulate(map(len, segments(text, tokens=tokens))))

    start = 0
    for part in parts:
        whole = next((one for one in (*HARD, *BROKEN) if one in part), "")
        at = start + part.find(whole)
        assert cut.isdisjoint(range(at + 1, at + len(whole)))
        start += len(part) + 2


def test_front_matter_stays_whole() -> None:
    """With the rules around it."""
    front = "---\ntitle: One. Two\ndate: now\n\nkey: One. Two\n---"

    assert segments(f"{front}\n\nText.", tokens=1)[0] == front


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    """Where no key follows."""
    assert segments("---\n\nOne. Two.", tokens=1) == ["---", "\n\nOne.", " Two."]


def test_items_of_a_list_are_cut_apart() -> None:
    """An item is a unit of its own, a nested one too."""
    found = segments(
        "Here:\n- one of it\n- two of it\n  - three of it\n\n1. four\n2. five", tokens=4
    )

    assert found == [
        "Here:\n- one of it",
        "\n- two of it",
        "\n  - three of it",
        "\n\n1. four\n2. five",
    ]


def test_a_number_at_the_beginning_of_a_line_is_no_item() -> None:
    """Only the first item of a list may stand right below a paragraph."""
    assert segments("It was in\n1986. What a year", tokens=3) == [
        "It was in\n1986.",
        " What a year",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "He is 6'2\" tall. ",
        "She paid $5 for it. ",
        "The dogs' bowl isn't here. ",
        "2 * 3 is 6, a_b_c is none. ",
        "Is 3 < 4 so? ",
        "Prices are US$5. ",
        "[Note] He came. ",
        "It is 5 ~ 6 of it. ",
    ],
)
def test_a_mark_alone_opens_nothing(text: str) -> None:
    """The sentence behind it is cut off as soon as it ends."""
    assert segments(f"{text}Then more. And so on.", tokens=4)[0] == text.rstrip()


@pytest.mark.parametrize("mark", ['"', "“", "*", "[", "`", "'", "$", "<b "])
def test_a_mark_that_is_never_closed_holds_a_text_for_a_while_only(mark: str) -> None:
    """At the latest to the end of its paragraph."""
    found = segments(f"Say {mark}Hello there. It is me. " + "No one is here. " * 40, tokens=4)
    short = segments(f"Say {mark}Hello there. So it is.\n\nIt is me. Yes, it is.", tokens=4)

    assert len(found) > 20
    assert short[:2] == [f"Say {mark}Hello there.", " So it is."]


def test_paragraphs_end_at_blank_lines_and_behind_lists_and_headings() -> None:
    """A list is kept in one."""
    text = "One. Two of it.\n\nThree. Four of it.\n\n- five\n\n- six\n\nSeven is here.\n\n# Eight\n\nNine.\n\nTen."

    assert segments(text, unit="paragraphs", tokens=3) == [
        "One. Two of it.",
        "\n\nThree. Four of it.",
        "\n\n- five\n\n- six",
        "\n\nSeven is here.",
        "\n\n# Eight\n\nNine.",
        "\n\nTen.",
    ]
