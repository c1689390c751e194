"""`inkladder confidence prefixes` from the shell."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli.confidence import app
from assistant.confidence.artefact import load_artefact
from assistant.confidence.fitting.rows import data_fingerprint
from assistant.errors import DataError
from support.drafts import judged_rows

ROWS = judged_rows(45)


def data_file(folder: Path) -> Path:
    """The rows as a file."""
    file = folder / "drafts.jsonl"
    file.write_text("\n".join(row.model_dump_json() for row in ROWS), encoding="utf-8")
    return file


def own_artefact(folder: Path) -> Path:
    """An artefact that says it was fitted to them, and has no head for beginnings."""
    shipped = load_artefact()
    origin = shipped.origin.model_copy(update={"data_fingerprint": data_fingerprint(ROWS)})
    file = folder / "own.json"
    own = shipped.model_copy(update={"origin": origin, "prefix": None}).sealed()
    file.write_text(own.dump(), encoding="utf-8")
    return file


def test_beginnings_are_measured_and_the_head_is_added(tmp_path: Path) -> None:
    """Tables that fit a terminal; the other heads stay as they were."""
    own, out = own_artefact(tmp_path), tmp_path / "new.json"
    options = ["--resamples", "5", "--artefact", str(own), "--out", str(out)]

    done = CliRunner().invoke(
        app,
        ["prefixes", str(data_file(tmp_path)), *options],
        env={"COLUMNS": "80"},
        catch_exceptions=False,
    )
    old, new = load_artefact(str(own)), load_artefact(str(out))

    assert new.prefix is not None
    assert (new.full, new.text, new.held_out, new.counts) == (
        old.full, old.text, old.held_out, old.counts,
    )  # fmt: skip
    assert new.fingerprint in done.stderr
    assert "mean of the task" in done.stdout
    assert "parrot" in done.stdout
    assert f"chosen: {new.prefix.allowance:.2f}" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_an_artefact_of_other_drafts_is_not_touched(tmp_path: Path) -> None:
    """Both of its heads must mean the same by an acceptable draft."""
    out = tmp_path / "new.json"

    result = CliRunner().invoke(app, ["prefixes", str(data_file(tmp_path)), "--out", str(out)])

    assert isinstance(result.exception, DataError)
    assert "fitted to other drafts" in str(result.exception)
    assert not out.exists()


@pytest.mark.parametrize("content", ["", "{}\n"])
def test_bad_data_is_refused(tmp_path: Path, content: str) -> None:
    """By file and line."""
    data = tmp_path / "drafts.jsonl"
    data.write_text(content, encoding="utf-8")

    result = CliRunner().invoke(app, ["prefixes", str(data)])

    assert isinstance(result.exception, DataError)
    assert "drafts.jsonl:1: " in str(result.exception)
