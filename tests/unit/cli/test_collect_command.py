"""`inkladder confidence collect` and `logprob-gain` as a person types them, with an engine of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli.confidence import app
from assistant.errors import DataError, SettingsError
from assistant.evaluation.collect_file import read_collection
from support.measured_engine import MeasuredEngine, measured_engine


def chunk(text: str, *logprobs: float, finish: str | None = None) -> str:
    """One event of an engine's stream."""
    entries = [
        {"token": "t", "logprob": one, "top_logprobs": [{"token": "t", "logprob": one},
         {"token": "u", "logprob": one - 1}]}
        for one in logprobs
    ]  # fmt: skip
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    if entries:
        choice["logprobs"] = {"content": entries}
    return f"data: {json.dumps({'choices': [choice]})}\n\n"


ANSWER = (
    chunk("Two ", -0.5) + chunk("words.", -0.25) + chunk("", finish="stop") + "data: [DONE]\n\n"
)


def policy(folder: Path, url: str) -> str:
    """A policy whose tier is at this address."""
    file = folder / "policy.yaml"
    file.write_text(
        "apiVersion: inkladder/v1\nname: test\ntiers:\n"
        f'  small: {{engine: sglang, model: tiny, endpoints: ["{url}"]}}\n'
        "confidence: {embedder: null}\nroutes:\n  - {name: default, ladder: [small]}\n",
        encoding="utf-8",
    )
    return str(file)


def test_drafts_are_collected_once_and_shown_by_kind(tmp_path: Path) -> None:
    """The second run has nothing to do; the prompts are the product's own."""
    out = tmp_path / "drafts.jsonl"
    engine = MeasuredEngine(
        recorded={"/v1/chat/completions": ("text/event-stream", ANSWER)},
    )
    with measured_engine(engine) as running:
        command = ["collect", "--out", str(out), "--policy", policy(tmp_path, running.url)]
        command += ["--tier", "small", "--per-kind", "2", "--samples", "2", "--kind", "to_json"]
        first = CliRunner().invoke(app, command, catch_exceptions=False)
        written = out.read_bytes()
        second = CliRunner().invoke(app, command, catch_exceptions=False)

    rows = read_collection(out)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert out.read_bytes() == written
    assert len(rows) == 2 * 2 * 2
    assert rows[0].response == "Two words."
    assert rows[0].logprobs == ((-0.5, -1.5), (-0.25, -1.25))
    assert "to_json" in first.stdout


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        (["--tier", "huge"], SettingsError, "its tiers are small"),
        (["--tier", "small", "--kind", "sonnet"], DataError, "no kind 'sonnet'"),
    ],
)
def test_what_is_not_there_is_named(
    tmp_path: Path, options: list[str], error: type[Exception], said: str
) -> None:
    """Before anything is started or written."""
    out = tmp_path / "drafts.jsonl"
    command = ["collect", "--out", str(out), "--policy", policy(tmp_path, "http://127.0.0.1:9")]

    with pytest.raises(error, match=said):
        CliRunner().invoke(app, [*command, *options], catch_exceptions=False)

    assert not out.exists()
