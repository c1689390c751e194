"""`inkladder confidence evaluate` from the shell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from assistant.cli.confidence import app
from assistant.cli.embedded_passages import embedded
from assistant.errors import DataError
from assistant.evaluation.result import Evaluation
from support.drafts import hashed_vectors
from support.judged import judged_rows_of


def data_file(folder: Path, prompts: int) -> Path:
    """Made-up judged drafts as a file."""
    file = folder / "drafts.jsonl"
    lines = [row.model_dump_json() for row in judged_rows_of(prompts)]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_a_report_is_written_beside_the_tables(tmp_path: Path) -> None:
    """Tables on the terminal, a page and all numbers in the folder."""
    data = data_file(tmp_path, 30)
    options = ["--no-embeddings", "--resamples", "10", "--report", str(tmp_path / "report")]

    done = CliRunner().invoke(
        app, ["evaluate", str(data), *options], env={"COLUMNS": "80"}, catch_exceptions=False
    )

    assert done.exit_code == 0
    assert "fitted without" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    written = (tmp_path / "report" / "evaluation.json").read_text(encoding="utf-8")
    found = Evaluation.model_validate_json(written)
    assert found.data.rows == 90
    assert found.provenance is not None
    assert found.provenance.artefact_note == "fitted to other data"
    assert [line.name for line in found.others] == ["artefact 'default' as it is"]
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert str(tmp_path) not in page


def test_too_few_prompts_are_refused_with_the_way_out(tmp_path: Path) -> None:
    """Nothing can be held out of a single prompt."""
    data = data_file(tmp_path, 1)

    done = CliRunner().invoke(app, ["evaluate", str(data), "--no-embeddings"])

    assert isinstance(done.exception, DataError)
    assert "give judged drafts of 50 prompts or more" in str(done.exception)


class Embedder:
    """Vectors without a model; remembers what it was asked for, and may break off."""

    def __init__(self, *, fail_after: int | None = None) -> None:
        self.asked: list[str] = []
        self._fail_after = fail_after

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors by words."""
        if self._fail_after is not None and len(self.asked) >= self._fail_after:
            raise KeyboardInterrupt
        self.asked += texts
        return hashed_vectors(texts)


def test_a_vector_file_is_asked_before_the_embedder(tmp_path: Path) -> None:
    """A second run embeds only what is new, and gets the same vectors."""
    file = tmp_path / "vectors.npz"
    first, second = Embedder(), Embedder()

    before = embedded(["a b", "c"], "hashed", first, file=file)
    after = embedded(["c", "a b", "new"], "hashed", second, file=file)

    assert sorted(first.asked) == ["a b", "c"]
    assert second.asked == ["new"]
    assert all((before[text] == after[text]).all() for text in before)
    assert b"a b" not in file.read_bytes()


def test_what_was_embedded_before_an_interruption_is_kept(tmp_path: Path) -> None:
    """Minutes of work survive Ctrl-C."""
    file = tmp_path / "vectors.npz"
    texts = [f"text {number}" for number in range(600)]

    with pytest.raises(KeyboardInterrupt):
        embedded(texts, "hashed", Embedder(fail_after=512), file=file)

    again = Embedder()
    assert len(embedded(texts, "hashed", again, file=file)) == 600
    assert len(again.asked) == 88


def test_vectors_of_another_embedder_are_refused(tmp_path: Path) -> None:
    """Mixing two spaces would fail in silence."""
    file = tmp_path / "vectors.npz"
    embedded(["a"], "hashed", Embedder(), file=file)

    with pytest.raises(DataError, match="holds vectors of 'hashed', not of 'other'"):
        embedded(["a"], "other", Embedder(), file=file)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 cut off"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    """It is named, and nothing is overwritten."""
    file = tmp_path / "vectors.npz"
    file.write_bytes(content)

    with pytest.raises(DataError, match=r"vectors\.npz: holds no vectors of passages"):
        embedded(["a"], "hashed", Embedder(), file=file)

    assert file.read_bytes() == content
