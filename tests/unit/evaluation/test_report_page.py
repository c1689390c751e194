"""The report as one file that needs nothing else."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pytest

from assistant.evaluation.evaluate import Plan, evaluate
from assistant.evaluation.report.headlines import headlines
from assistant.evaluation.report.markup import Html, joined, tag
from assistant.evaluation.report.page import page
from assistant.evaluation.result import Evaluation, Provenance
from support.judged import COLUMNS, made

HOSTILE = '<script>alert("x")</script>&amp;'


@cache
def found() -> Evaluation:
    """An evaluation with everything in it."""
    data = made(24)
    plan = Plan(columns=COLUMNS, generator=np.random.default_rng(1), resamples=20, baselines=True)
    origin = Provenance(
        data_name=HOSTILE,
        artefact="default 0123456789abcdef",
        artefact_note="fitted to other data",
        features=len(COLUMNS),
        embeddings=False,
        resamples=20,
        versions={"numpy": "2.4.6"},
    )
    whole = evaluate(data.table, data.rows, data.probabilities, plan)
    return whole.model_copy(update={"provenance": origin})


class Elements(HTMLParser):
    """Collects elements, their attributes and the text outside of styles; notes what is not closed."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.names.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and it must be the one begun last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text of an element."""
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def test_the_page_is_well_formed_and_shows_every_part() -> None:
    """Every element is closed, and all four pictures are there."""
    elements = Elements(page(found()))

    assert elements.open == []
    assert elements.names.count("svg") == 4
    assert elements.names.count("h1") == 1
    text = " ".join(elements.text)
    for name in ("fitted without the draft's task", "oracle", "small-a", "0123456789abcdef"):
        assert name in text
    assert found().data.fingerprint in text


def test_the_page_asks_for_nothing() -> None:
    """No script, no request, no link: it can be opened where there is no network."""
    elements = Elements(page(found()))

    assert not {"script", "link", "img", "iframe", "object", "a"} & set(elements.names)
    assert not {"src", "href", "srcset", "onload"} & {name for name, _ in elements.attributes}
    assert not re.search(r"@import|url\((?!#)|https?://", page(found()))


def test_the_page_knows_dark_paper_and_phones() -> None:
    """Light, dark, print and narrow screens have their rules."""
    markup = page(found())

    for rule in (
        "prefers-color-scheme: dark",
        "@media print",
        "max-width: 520px",
        "width=device-width",
    ):
        assert rule in markup


def test_a_name_cannot_become_markup() -> None:
    """What comes from a file is escaped."""
    markup = page(found())

    assert HOSTILE not in markup
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;amp;" in markup


def test_no_text_of_a_row_is_in_the_page() -> None:
    """Neither prompts nor drafts leave the data file."""
    markup = page(found())

    assert "is a pleasant one" not in markup
    assert "Say thing" not in markup


def test_a_page_can_be_made_of_little() -> None:
    """Without pairs, transfer, baselines, checks and plants it still says what it has."""
    little = found().model_copy(
        update={
            "transfer": (), "baselines": (), "pairs": (), "curves": (), "checks": (), "planted": (),
            "ablation": (), "provenance": None,
        }
    )  # fmt: skip

    elements = Elements(page(little))

    assert elements.names.count("svg") == 3
    assert "No pair of a drafting model" in " ".join(elements.text)


def test_headlines_lead_with_what_the_scorer_never_saw() -> None:
    """Both kinds of transfer stand out; each headline has a sentence."""
    shown = headlines(found())

    assert [one.strong for one in shown].count(True) == 2
    assert all(one.meaning.endswith(".") for one in shown)


@pytest.mark.parametrize(
    ("made_of", "expected"),
    [
        (tag("p", "a < b"), "<p>a &lt; b</p>"),
        (tag("p", Html("<b>x</b>"), class_="y"), '<p class="y"><b>x</b></p>'),
        (tag("line", x1=1.23456, y1=2), '<line x1="1.23" y1="2"></line>'),
        (tag("p", title='"quoted"'), '<p title="&quot;quoted&quot;"></p>'),
        (tag("p", id=None), "<p></p>"),
        (tag("ul", [tag("li", "a"), "b"]), "<ul><li>a</li>b</ul>"),
        (joined(["<", Html("<br>")]), "&lt;<br>"),
    ],
)
def test_markup_escapes_all_but_markup(made_of: Html, expected: str) -> None:
    """Text and attributes are escaped, numbers are short, None leaves an attribute out."""
    assert made_of == expected
