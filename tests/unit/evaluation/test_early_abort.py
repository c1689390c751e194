"""What giving up doomed drafts saves, on drafts made so that the answer is known."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from assistant.cli.confidence import app
from assistant.confidence.fitting.rows import JudgedRow
from assistant.confidence.running import AbortLimits
from assistant.evaluation.early_abort import TOGETHER, AbortLine, AbortReport, early_abort
from support.drafts import EMAIL, paragraph
from support.planted_texts import ARTICLE

LOOP = "And then we went home to the sea. " * 20
SURE = (-0.1, -4.0)
LOST = (-4.0, -2.0)
LIMITS = AbortLimits(margin=-0.5, margin_span=8, margin_least=10)


def row(
    number: int,
    text: str,
    *,
    good: bool,
    logprobs: tuple[tuple[float, float | None], ...] | None = None,
    temperature: float | None = None,
) -> JudgedRow:
    """A draft with its verdict."""
    return JudgedRow(
        prompt=f"Write about the harbour, part {number}.",
        response=text,
        score=float(good),
        task="draft",
        id=str(number),
        acceptable=good,
        logprobs=logprobs,
        temperature=temperature,
    )


def line(report: AbortReport, name: str) -> AbortLine:
    """The line of a cause or limit."""
    return next(one for one in (*report.causes, *report.margins) if one.name == name)


def test_a_loop_saves_what_would_have_followed() -> None:
    """Word by word where no log-probabilities are told; good drafts are written to their end."""
    (report,) = early_abort(
        [row(0, LOOP, good=False), row(1, ARTICLE, good=True), row(2, EMAIL, good=True)],
        AbortLimits(),
    )

    loop, together = line(report, "loop"), line(report, TOGETHER)
    words = len(LOOP.split())
    assert report.tokens == words + len(ARTICLE.split()) + len(EMAIL.split())
    assert (report.drafts, report.acceptable) == (3, 2)
    assert loop.aborted == pytest.approx(1 / 3)
    assert loop.at == pytest.approx(32 / words)
    assert loop.saved == pytest.approx((words - 32) / report.tokens)
    assert loop.saved_of_bad == pytest.approx(1 - 32 / words)
    assert loop.false == 0
    assert (together.saved, together.false) == (loop.saved, loop.false)
    assert line(report, "margin").at is None


def test_an_acceptable_draft_given_up_is_counted_with_its_interval() -> None:
    """Of the acceptable drafts only, by Clopper and Pearson."""
    rows = [row(0, LOOP, good=True), *(row(at, ARTICLE, good=True) for at in range(1, 10))]

    (report,) = early_abort([*rows, row(10, ARTICLE, good=False)], AbortLimits())

    loop = line(report, "loop")
    assert (loop.false, loop.false_share) == (1, 0.1)
    assert loop.false_low == pytest.approx(0.0025, abs=1e-4)
    assert loop.false_high == pytest.approx(0.4450, abs=1e-4)
    assert loop.saved > 0
    assert loop.saved_of_bad == 0


def test_the_margin_is_compared_over_limits_as_if_it_were_alone() -> None:
    """Whatever the limits in use, and though the text fails, too."""
    rows = [
        row(0, LOOP, good=False, logprobs=(LOST,) * 100),
        row(1, ARTICLE, good=True, logprobs=(SURE,) * 100),
        row(2, EMAIL, good=True, logprobs=((-1.0, -1.2),) * 100),
    ]

    (report,) = early_abort(rows, LIMITS, margins=(-2.5, -0.5, 0.5))

    low, middle, high = report.margins
    assert [one.name for one in report.margins] == ["-2.50", "-0.50", "+0.50"]
    assert (low.aborted, low.at, low.saved) == (0, None, 0)
    assert middle.aborted == pytest.approx(1 / 3)
    assert middle.false == 0
    assert middle.at == pytest.approx(0.1)
    assert middle.saved_of_bad == pytest.approx(0.9)
    assert high.aborted == pytest.approx(2 / 3)
    assert high.false_share == 0.5
    assert line(report, TOGETHER).saved == pytest.approx(line(report, "margin").saved)


def test_each_temperature_has_a_report_of_its_own_where_there_are_several() -> None:
    """The lower one may loop and the higher one lose its way."""
    rows = [
        row(0, LOOP, good=False, logprobs=(SURE,) * 160, temperature=0.2),
        row(1, ARTICLE, good=False, logprobs=(LOST,) * 100, temperature=1.0),
        row(2, EMAIL, good=True, logprobs=(SURE,) * 80, temperature=1.0),
    ]

    everything, cold, hot = early_abort(rows, LIMITS)

    assert [one.temperature for one in (everything, cold, hot)] == [None, 0.2, 1.0]
    assert [one.drafts for one in (everything, cold, hot)] == [3, 1, 2]
    assert line(cold, "loop").aborted == 1
    assert line(hot, "margin").aborted == 0.5
    assert everything.tokens == cold.tokens + hot.tokens == 340
    assert line(cold, TOGETHER).false_high == 1


def test_drafts_without_a_verdict_are_acceptable_above_the_bottom_third() -> None:
    """As everywhere that judged drafts are read."""
    scores = (0.1, 0.2, 0.6, 0.7, 0.8, 0.9)
    rows = [
        row(at, ARTICLE, good=True).model_copy(update={"acceptable": None, "score": score})
        for at, score in enumerate(scores)
    ]

    (report,) = early_abort(rows, AbortLimits())

    assert report.acceptable == 4


def test_the_command_shows_causes_and_limits(tmp_path: Path) -> None:
    """From a file of collected drafts; the limits are those given."""
    generator = Random(3)  # noqa: S311 - repeatable
    rows = [
        row(0, LOOP, good=False, logprobs=(SURE,) * 200, temperature=0.2),
        row(1, paragraph(generator, 6), good=True, logprobs=(SURE,) * 80, temperature=0.2),
        row(2, paragraph(generator, 6), good=False, logprobs=(LOST,) * 80, temperature=0.2),
    ]
    file = tmp_path / "drafts.jsonl"
    file.write_text("\n".join(one.model_dump_json() for one in rows), encoding="utf-8")

    done = CliRunner().invoke(
        app,
        ["early-abort", str(file), "--margin", "-1", "--compare", "-0.4", "--compare", "-1.9"],
        env={"COLUMNS": "80"},
        catch_exceptions=False,
    )

    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "all drafts: 3 drafts of 360 tokens, 1 acceptable" in done.stdout
    shown = {one.split()[1]: one.split() for one in lines if one.startswith("│")}
    assert shown["loop"][3] == "33.3%"
    assert shown["margin"][3] == "33.3%"
    assert shown["together"][3] == "66.7%"
    assert list(shown)[-2:] == ["-1.90", "-0.40"]
