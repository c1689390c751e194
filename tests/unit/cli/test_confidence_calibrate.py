"""`inkladder confidence calibrate` and `drift`, as a shell uses them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli.confidence import app
from assistant.confidence.artefact import load_artefact
from assistant.confidence.outcomes import Outcome
from assistant.errors import ArtefactError, DataError
from support.outcomes import outcome, small_artefact, traffic


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The file of the artefact that scored the drafts."""
    file = tmp_path / "old.json"
    file.write_text(small_artefact().dump(), encoding="utf-8")
    return file


def lines_of(outcomes: list[Outcome]) -> str:
    """As an export writes them."""
    return "\n".join(one.model_dump_json() for one in outcomes) + "\n"


def run(*arguments: str, stdin: str | None = None) -> Result:
    """The command's output; errors of ours are raised."""
    return CliRunner().invoke(app, arguments, input=stdin, catch_exceptions=False)


def test_a_file_of_outcomes_makes_a_new_artefact(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table compares it, held out, with the earlier one, and fits into 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    feedback, out = tmp_path / "feedback.jsonl", tmp_path / "new.json"
    unmeasured = outcome(id="x", verdict="edited")
    feedback.write_text(lines_of([*traffic(400, shift=-1.0), unmeasured]), encoding="utf-8")

    done = run(
        "calibrate", "--from-feedback", str(feedback), "--artefact", str(old), "--out", str(out)
    )

    new = load_artefact(str(out))
    assert new.full.curves == small_artefact().full.curves
    assert new.full.offset < -0.5
    assert new.counts[0].task is None
    assert new.reference is not None
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    assert "new, held out" in done.stdout
    assert "400 outcomes in 200 groups, worth 400 equally weighted" in done.stdout
    assert "1 left out" in done.stdout
    assert "The new calibration is better" in done.stdout
    assert f"wrote {out} with fingerprint {new.fingerprint}" in done.stderr


def test_an_export_can_be_piped_in(old: Path, tmp_path: Path) -> None:
    """It gives the same bytes as the file."""
    feedback, outs = tmp_path / "feedback.jsonl", [tmp_path / "a.json", tmp_path / "b.json"]
    lines = lines_of(traffic(250))
    feedback.write_text(lines, encoding="utf-8")

    for source, out in zip((str(feedback), "-"), outs, strict=True):
        arguments = ("--from-feedback", source, "--artefact", str(old), "--out", str(out))
        run("calibrate", *arguments, stdin=lines)

    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_what_is_wrong_is_told_and_nothing_is_written(old: Path, tmp_path: Path) -> None:
    """Of another artefact, too few, not there, nowhere to write."""
    out = tmp_path / "new.json"
    common = ("calibrate", "--artefact", str(old), "--from-feedback")

    with pytest.raises(DataError, match="100 with a known fate, 200 are needed"):
        run(*common, "-", "--out", str(out), stdin=lines_of(traffic(100)))
    with pytest.raises(DataError, match="of another artefact than"):
        run("calibrate", "--from-feedback", "-", "--out", str(out), stdin=lines_of(traffic(250)))
    with pytest.raises(DataError, match=r"gone\.jsonl: cannot be read \(FileNotFoundError\)"):
        run(*common, str(tmp_path / "gone.jsonl"), "--out", str(out))
    with pytest.raises(DataError, match=r"cannot be written \(IsADirectoryError\)"):
        run(*common, "-", "--out", str(tmp_path), stdin=lines_of(traffic(250)))
    assert not out.exists()


def test_drift_compares_exported_drafts_with_those_of_the_calibration(
    old: Path, tmp_path: Path
) -> None:
    """Drafts of the calibration are like themselves; worse ones are not."""
    new = tmp_path / "new.json"
    known = lines_of(traffic(400))
    run("calibrate", "--from-feedback", "-", "--artefact", str(old), "--out", str(new), stdin=known)
    worse = [
        one.model_copy(
            update={
                "log_odds": one.log_odds - 2,
                "features": one.features | {"shape": (one.features["shape"] or 0) - 2},
            }
        )
        for one in traffic(400, seed=12)
    ]

    same = run("drift", "-", "--artefact", str(new), stdin=known).stdout
    moved = run("drift", "-", "--artefact", str(new), stdin=lines_of(worse)).stdout

    assert "The drafts are like those of the calibration." in same
    assert "The last 400 drafts differ from the calibration drafts" in " ".join(moved.split())
    assert "shape" in moved


def test_drift_says_what_it_lacks(old: Path) -> None:
    """An artefact that knows its calibration drafts, and enough drafts."""
    with pytest.raises(ArtefactError, match="does not say what its calibration drafts were like"):
        run("drift", "-", "--artefact", str(old), stdin=lines_of(traffic(300)))
