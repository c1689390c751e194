"""Where a text is cut between sentences."""

from __future__ import annotations

import pytest

from assistant.workflow.segments import SegmentGate
from support.segmenting import segments, tokens_of


@pytest.mark.parametrize(
    "parts",
    [
        ["He ran.", " She stayed."],
        ["Really?", " Yes!", " Well then."],
        ["He said “go.”", " She went."],
        ["(He ran.)", " She stayed."],
        ["**He ran.**", " She stayed."],
        ["He ran.[1]", " She stayed."],
        ["He ran.¹", " She stayed."],
        ["In 1990.", " Then more."],
        ["He said no.", " She left."],
        ["¿Quién?", " ¡Nadie!"],
        ["Привет.", " Как дела?"],
        ["यह है।", " वह है।"],
        ["ما هذا؟", " لا أعرف."],
        ["یہ ہے۔", " وہ ہے۔"],
        ["Սա է։", " Նա է։"],
        ["今日は。", "明日も！", "本当？"],
        ["我来了。", "\n你好。"],
        ["他说（真的。）", "好。"],
        ["是3.5元。", "好！"],
        ["ខ្ញុំទៅ។", "គាត់ទៅ។"],
        ["ကျွန်တော်သွားသည်။", "သူသွားသည်။"],
        ["ฉันไปตลาด", " เขาไปบ้าน"],
        ["ຂ້ອຍໄປ", " ລາວໄປ"],
        ["안녕하세요.", " 반갑습니다."],
        ["One.", "\n\nTwo"],
        ["A title here", "\n\nThen text."],
    ],
)
def test_a_sentence_ends(parts: list[str]) -> None:
    """In any script, behind quotation marks, brackets, markup and notes."""
    shortest = min(len(tokens_of(part)) for part in parts)

    assert segments("".join(parts), tokens=shortest) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Smith met Mr. Jones.",
        "Use tools, e.g. Hammers, i.e. Iron.",
        "Das ist z. B. Wasser und d. h. Eis.",
        "Voir p. ex. Marie.",
        "Siehe S. 3 und Abs. 2 dazu.",
        "J. R. R. Tolkien wrote.",
        "It costs 3.50 Euro.",
        "Am 3. Oktober kam er.",
        "Ludwig XIV. Was a king.",
        "The U.S. Army came.",
        "See No. 5 and Fig. 3 here.",
        "Well... Tom left.",
        "So … Tom left.",
        "iOS? version two.",
        "He ran.Then he fell.",
        "“Go!” he said.",
        "“你好。”他说",
        "我……我不知道",
        "Really? – Yes.",
        "г. Москва и т. д.",
    ],
)
def test_a_sentence_goes_on(text: str) -> None:
    """Abbreviations, initials, numbers, ellipses and what goes on in lower case end none."""
    found = segments(f"And so it is that {text}\n\nMore of it.", tokens=6)

    assert found[0].startswith(f"And so it is that {text}")


def test_a_sentence_is_out_with_the_first_piece_of_the_next_one() -> None:
    """Every further piece would delay the first words."""
    gate = SegmentGate(unit="sentences", tokens=2)

    for piece in ("He", " ran", "."):
        gate.feed(piece)
        assert gate.due() is None
    gate.feed(" She")

    due = gate.due()
    assert due is not None
    assert due.text == "He ran."


def test_segments_are_about_as_long_as_asked_for() -> None:
    """The first end from 70 % on is taken, so that they are neither much shorter nor much longer."""
    text = " ".join(f"So it {'very ' * (at * 7 % 23)}is." for at in range(200))

    found = segments(text, tokens=40)

    lengths = [len(segment.split()) for segment in found[:-1]]
    assert 30 <= sum(lengths) / len(lengths) <= 50
