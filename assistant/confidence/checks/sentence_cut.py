"""A paragraph that breaks off in the middle of a text."""

from __future__ import annotations

import re

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.checks.cut_off import DANGLING
from assistant.confidence.reading import LISTS, Reading
from assistant.confidence.text.words import ends_like_a_sentence, words
from assistant.types import CheckResult

_LEAST_WORDS = 12
"""A shorter block may be a heading, an address or a caption."""

_COMMA_WORDS = 20
"""A block this long that ends in a comma is no greeting."""

_NEXT_IS_PART = re.compile(r"^(?:[-*+\u2022\u25e6>|#$\\\"\u201c\u201e\u00ab'\u2018(\[{<`]|\d|```)")
"""What a sentence may lead over to without a colon: a list, a quotation, a formula, a table."""

_STRUCTURED = re.compile(
    r"^(?:[#>|*+\u2022\u25e6-]|\d+[.)]|[a-zA-Z][.)]\s|\[|<|```|\$\$|\\)|[|>\]}$:`*_]$|="
)


def sentence_cut(reading: Reading) -> CheckResult | None:
    """Looks at prose paragraphs with another one behind them."""
    blocks = reading.paragraphs
    if len(blocks) < 2 or reading.task in LISTS:  # noqa: PLR2004 - the last one is for `cut_off`
        return None
    lasts = [block[block.rfind("\n") + 1 :].strip() for block in blocks[:-1]]
    ended = 0
    for last, following in zip(lasts, blocks[1:], strict=True):
        if ends_like_a_sentence(last):
            ended += last.count(" ") >= _LEAST_WORDS - 1
        elif _breaks_off(last, following, sure=bool(ended)):
            return failed("sentence_cut", f'breaks off: "...{" ".join(last.split()[-4:])}"')
    return passed("sentence_cut", "every paragraph comes to its end")


def _breaks_off(last: str, following: str, *, sure: bool) -> bool:
    """`sure`: a longer paragraph before has its end mark, so that this writer sets them."""
    tokens = words(last)
    if _STRUCTURED.search(last) or _NEXT_IS_PART.match(following) or not following[0].isupper():
        return False
    if last[-1] == ",":
        return sure and len(tokens) >= _COMMA_WORDS
    if not last[-1].islower() or len(tokens) < 2:  # noqa: PLR2004 - a word alone is no sentence
        return False
    if tokens[-1] in DANGLING:
        return len(tokens) > _LEAST_WORDS // 2
    return sure and len(tokens) >= _LEAST_WORDS
