"""`inkladder confidence fit` and `score`, as a shell uses them."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.cli.confidence import app
from assistant.confidence.artefact import load_artefact
from assistant.errors import DataError
from support.drafts import EMAIL, EMAIL_ASKED, judged_rows

GOOD = {"prompt": EMAIL_ASKED, "response": EMAIL}
HEAVY = "{'torch', 'sentence_transformers', 'transformers', 'sklearn', 'langgraph'}"


def scored(*lines: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """What `score --no-embeddings` answers to these lines."""
    content = "\n".join(json.dumps(line) for line in lines)
    result = CliRunner().invoke(
        app, ["score", "--no-embeddings"], input=content, catch_exceptions=False
    )
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_every_line_is_answered_by_one_line() -> None:
    """Score, reasons as sentences, checks with their evidence; blank lines are skipped."""
    good, refused = scored(GOOD, {**GOOD, "response": "I'm sorry, but I can't help with that."})

    assert good["score"] > 0.6 > refused["score"]
    assert refused["reasons"][0].startswith("fails refusal: declines")
    assert {"name": "empty", "passed": True, "evidence": "8 words"} in refused["checks"]


@pytest.mark.parametrize("task", ["draft", "open_ended_qa", "summarization", "titles"])
def test_our_tasks_and_those_of_the_data_are_known(task: str) -> None:
    """Either name will do."""
    assert scored({**GOOD, "task": task})[0]["score"] > 0


@pytest.mark.parametrize(
    "logprobs", [[-4.5] * 30, [{"logprob": -4.5}] * 30, [{"logprob": -4.5, "runner_up": -5.0}] * 30]
)
def test_logprobs_may_be_numbers_or_objects(logprobs: list[Any]) -> None:
    """They feed the check of that name."""
    answer = scored({**GOOD, "logprobs": logprobs})[0]

    assert [c["passed"] for c in answer["checks"] if c["name"] == "low_logprob"] == [False]


def test_null_is_as_good_as_absent() -> None:
    """Many JSON writers spell out what they do not have."""
    plain, spelled_out = scored(GOOD, {**GOOD, "task": None, "logprobs": None})

    assert spelled_out == plain


def test_a_byte_order_mark_is_dropped() -> None:
    """Some editors put one before the first line."""
    result = CliRunner().invoke(
        app,
        ["score", "--no-embeddings"],
        input=f"\ufeff{json.dumps(GOOD)}\n",
        catch_exceptions=False,
    )

    assert json.loads(result.stdout) == scored(GOOD)[0]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nonsense", "stdin:2: row: Invalid JSON"),
        ('{"prompt": "p"}', "stdin:2: response: Field required"),
        ('{"prompt": "p", "response": "r", "task": "sing"}', "stdin:2: task: use one of draft"),
    ],
)
def test_a_bad_line_stops_with_its_number(line: str, problem: str) -> None:
    """Lines before it are answered already."""
    result = CliRunner().invoke(
        app, ["score", "--no-embeddings"], input=f"{json.dumps(GOOD)}\n{line}\n"
    )

    assert isinstance(result.exception, DataError)
    assert str(result.exception).startswith(problem)
    assert len(result.stdout.splitlines()) == 1


def test_scoring_without_embeddings_loads_no_model_library() -> None:
    """The whole command in a fresh interpreter, with the exit status and the one-line error."""
    program = (
        "import sys\n"
        "from assistant.cli.main import app\n"
        "sys.argv = ['inkladder', 'confidence', 'score', '--no-embeddings']\n"
        "try:\n    app()\n"
        f"finally:\n    print(sorted({HEAVY} & set(sys.modules)))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(GOOD) + "\n{}\n",
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr == "inkladder: stdin:2: prompt: Field required\n"
    assert json.loads(done.stdout.splitlines()[0])["score"] > 0.6
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_fit_writes_an_artefact_that_loads(tmp_path: Path) -> None:
    """From a compressed file, with the table of what was held out."""
    data = tmp_path / "rows.jsonl.gz"
    with gzip.open(data, "wt", encoding="utf-8") as file:
        file.writelines(row.model_dump_json() + "\n" for row in judged_rows(24))
    out = tmp_path / "fitted.json"

    result = CliRunner().invoke(
        app, ["fit", str(data), "--out", str(out), "--report"], catch_exceptions=False
    )

    assert load_artefact(str(out)).origin.rows == 24
    assert load_artefact(str(out)).prefix is not None
    assert "within task" in result.stdout
    assert "embedded" in result.stderr


@pytest.mark.parametrize(
    ("content", "problem"), [("{}\n", "rows.jsonl:1: "), (None, "cannot be read")]
)
def test_bad_data_is_refused_before_anything_is_embedded(
    tmp_path: Path, content: str | None, problem: str
) -> None:
    """By file and line, or as unreadable."""
    data = tmp_path / "rows.jsonl"
    if content is not None:
        data.write_text(content, encoding="utf-8")

    result = CliRunner().invoke(app, ["fit", str(data), "--out", str(tmp_path / "out.json")])

    assert isinstance(result.exception, DataError)
    assert problem in str(result.exception)
