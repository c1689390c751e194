"""Texts as models write them, and the pieces that engines send them in, for hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import Final

from hypothesis import strategies as st

from assistant.tiers.base import Token
from assistant.types import TokenLogprob

_CONSONANTS: Final = "bdfgklmnprstvz"
_VOWELS: Final = "aeiou"
_SYLLABLES: Final = len(_CONSONANTS) * len(_VOWELS)

_SURE: Final = TokenLogprob(-0.1, -3.0)

ODD_BLOCKS: Final = (
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 went to \U0001f1e9\U0001f1ea\U0001f1ea\U0001f1f8.",
    "\U0001f44d\U0001f3fd\U0001f44d\U0001f3fd! \U0001f3f3\ufe0f\u200d\U0001f308",
    "港の朝は静かです。船は七時に出ます。カモメは屋根にいる。",
    "渡轮七点离开旧港口。码头上没有人知道它什么时候回来！",
    "เรือออกจากท่าเรือเก่าตอนเจ็ดโมงเช้า ไม่มีใครรู้ว่าจะกลับเมื่อไร",
    "العبّارة تغادر الميناء القديم في السابعة. لا أحد يعرف متى تعود؟",
    "Cafe\u0301 au lait, nai\u0308ve fac\u0327ade; Z\u0351\u036b\u0343a\u0300\u0301lgo.",
    "नाव सुबह सात बजे जाती है। कोई नहीं जानता।",
    "# Timetable\n\nThe *first* boat [leaves](https://harbour.example/a_b) at 7.30 a.m. today.",
    "- ropes\n- fenders\n  - new ones\n- a chart",
    "1. Cast off.\n2. Steer out.\n3. Come back.",
    "| boat | time |\n|---|---|\n| Anholt | 7:00 |",
    "```python\ndef sail(knots):\n    return knots * 2  # fast.\n\nsail(3)\n```",
    "> A quoted line. And another one.\n> Still quoted.",
    "\u201cWill it sail?\u201d she asked. \u201cNo.\u201d He laughed\u2026 Then: nothing.",
    "Price: $5.00, i.e. 4.60 \u20ac (approx.). See Fig. 3 and https://harbour.example/x?y=1.",
)
"""Scripts without spaces, joined emoji, accents, Markdown of every kind: what a cut may spoil."""

BETWEEN: Final = (" ", "\n", "\n\n", " ", "\n\n")


def word(number: int) -> str:
    """The word of this number: no two are alike, and none means anything."""
    syllables = ""
    number += _SYLLABLES
    while number:
        number, syllable = divmod(number, _SYLLABLES)
        consonant, vowel = divmod(syllable, len(_VOWELS))
        syllables += _CONSONANTS[consonant] + _VOWELS[vowel]
    return syllables


def sentences(lengths: Sequence[int], *, first: int) -> list[str]:
    """Sentences of so many words, no word twice; texts of other numbers `first` share none with them."""
    made = []
    for length in lengths:
        words = [word(number) for number in range(first, first + length)]
        first += length
        made.append(" ".join(words).capitalize() + ".")
    return made


@st.composite
def prose(draw: st.DrawFn, *, first: int) -> str:
    """Plain sentences with one blank between them: what stands where is beyond doubt."""
    lengths = draw(st.lists(st.integers(1, 12), min_size=2, max_size=6))
    return " ".join(sentences(lengths, first=first))


@st.composite
def odd_text(draw: st.DrawFn, *, first: int) -> str:
    """Blocks of all kinds between plain ones, some without a word, some blank."""
    plain = prose(first=first)
    blocks = draw(st.lists(st.one_of(plain, st.sampled_from(ODD_BLOCKS)), min_size=1, max_size=5))
    return "".join(
        part for block in blocks for part in (block, draw(st.sampled_from(BETWEEN)))
    ) + draw(st.sampled_from(["", "", " ", "\n"]))


def cut_into(text: str, sizes: Sequence[int], counts: Sequence[int] = (1,)) -> tuple[Token, ...]:
    """Pieces of these sizes in turn, with so many log-probabilities each in turn."""
    tokens: list[Token] = []
    at = 0
    for size, count in zip(cycle(sizes), cycle(counts)):
        if at >= len(text):
            return tuple(tokens)
        tokens.append(Token(text=text[at : at + size], logprobs=(_SURE,) * count))
        at += size
    message = "the sizes are endless"
    raise AssertionError(message)


def stopped_at(text: str, stops: Sequence[str]) -> str:
    """The text before the stop string that is complete first: what an engine gives that reads letter by letter."""
    for end in range(1, len(text) + 1):
        begun = [end - len(stop) for stop in stops if stop and text[:end].endswith(stop)]
        if begun:
            return text[: min(begun)]
    return text


def without_blanks(text: str) -> str:
    """The text without what separates its words."""
    return "".join(text.split())
