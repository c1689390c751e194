"""The artefact file: round trip, fingerprint, and what happens to a bad one."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from assistant.confidence.artefact import load_artefact
from assistant.confidence.features import FEATURES
from assistant.confidence.fitting.prefix import with_prefix
from assistant.confidence.scorer import Scorer
from assistant.errors import ArtefactError

FITTED_BEFORE = "f9cfd0404836c740"
"""Fingerprint of the shipped artefact without its head for beginnings, which was added to it."""


def test_the_shipped_artefact_is_whole_and_says_where_it_comes_from() -> None:
    """Its fingerprint holds, and source and licence are named."""
    artefact = load_artefact("default")

    assert artefact.fingerprint == artefact.content_fingerprint()
    assert artefact.origin.licence == "MIT"
    assert "HelloBench" in artefact.origin.source


def test_the_shipped_artefact_beats_length_and_the_task_mean() -> None:
    """Held out, by the file's own account: what makes it worth shipping."""
    held = load_artefact("default").held_out

    for head in (held.full, held.text):
        assert head.auroc > max(held.baselines.length_auroc, held.baselines.task_mean_auroc) + 0.03
        assert head.within_task > held.baselines.length_within_task + 0.05
        assert head.calibration_error <= 0.04


def test_an_artefact_survives_a_round_trip(tmp_path: Path) -> None:
    """What is written is what is read."""
    artefact = load_artefact("default")
    file = tmp_path / "copy.json"
    file.write_text(artefact.dump(), encoding="utf-8")

    assert load_artefact(str(file)) == artefact


def test_a_dump_of_what_was_loaded_is_the_same_bytes() -> None:
    """Numbers lose nothing on the way, so a fingerprint can be checked anywhere."""
    shipped = resources.files("assistant.confidence") / "artefacts" / "default.json"

    assert load_artefact().dump() == shipped.read_text(encoding="utf-8")


def test_a_head_for_beginnings_leaves_the_others_as_they_were() -> None:
    """It can be added to an artefact and taken from it, and its fingerprint tells which it is."""
    artefact = load_artefact()
    prefix = artefact.prefix
    assert prefix is not None

    without = artefact.model_copy(update={"prefix": None}).sealed()
    again = with_prefix(without, prefix)

    assert again == artefact
    assert again.fingerprint != without.fingerprint
    assert (again.full, again.text, again.held_out) == (
        without.full,
        without.text,
        without.held_out,
    )


def test_an_artefact_from_before_there_were_beginnings_still_loads(tmp_path: Path) -> None:
    """Its file names no such head, and its fingerprint holds."""
    without = load_artefact().model_copy(update={"prefix": None}).sealed()
    file = tmp_path / "older.json"
    file.write_text(without.dump(), encoding="utf-8")

    assert "prefix" not in json.loads(without.dump())
    assert load_artefact(str(file)) == without
    assert without.fingerprint == FITTED_BEFORE


def test_beginnings_are_calibrated_with_the_text_head() -> None:
    """What own traffic taught of whole drafts holds for the head that is added later."""
    artefact = load_artefact()
    assert artefact.prefix is not None
    own = {"slope": 0.5, "offset": -0.3}
    moved = artefact.model_copy(update={"text": artefact.text.model_copy(update=own)})

    prefix = with_prefix(moved, artefact.prefix).prefix

    assert prefix is not None
    assert (prefix.head.slope, prefix.head.offset) == (0.5, -0.3)
    assert prefix.head.curves == artefact.prefix.head.curves


def test_a_file_of_the_older_format_says_so(tmp_path: Path) -> None:
    """It names both versions and the way out, not the first field that looks odd."""
    content = json.loads(load_artefact("default").dump())
    weight = {"feature": "loop", "centre": 0.0, "scale": 1.0, "weight": -1.0}
    head = {"weights": [weight], "intercept": 0.0, "slope": 1.0, "offset": 0.0}
    content |= {"schema_version": 1, "full": head, "text": head}
    file = tmp_path / "old.json"
    file.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(ArtefactError) as caught:
        load_artefact(str(file))

    assert str(caught.value) == (
        f"confidence artefact {str(file)!r}: schema_version: the file says 1, this version of the"
        " library reads 2; fit it again with `inkladder confidence fit`"
    )


def test_curves_of_the_shipped_artefact_keep_the_known_signs() -> None:
    """No failed check can raise a score, and each curve is 0 where acceptable drafts usually are."""
    artefact = load_artefact()
    signs = {feature.name: feature.sign for feature in FEATURES}

    for head in (artefact.full, artefact.text):
        for curve in head.curves:
            at, parts = np.array(curve.points).T
            assert (np.diff(at) > 0).all()
            assert (signs[curve.feature] * np.diff(parts) >= 0).all()
            assert np.interp(curve.usual, at, parts) == pytest.approx(0, abs=1e-4)
        assert (np.diff(np.array(head.bend), axis=0) > 0).all()


def test_an_edited_artefact_is_refused(tmp_path: Path) -> None:
    """Hand-made weights are not fitted weights."""
    content = json.loads(load_artefact("default").dump())
    content["text"]["intercept"] = 99.0
    file = tmp_path / "edited.json"
    file.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(ArtefactError, match="restore the file or fit it again"):
        load_artefact(str(file))


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"schema_version": 2}', "\x00"])
def test_a_file_that_is_no_artefact_is_refused(tmp_path: Path, content: str) -> None:
    """With the way out."""
    file = tmp_path / "bad.json"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(ArtefactError, match="inkladder confidence fit"):
        load_artefact(str(file))


@pytest.mark.parametrize("name", ["missing", "/nowhere/at/all.json", "../default"])
def test_a_missing_artefact_is_named(name: str) -> None:
    """The message repeats what was asked for."""
    with pytest.raises(ArtefactError) as caught:
        load_artefact(name)

    assert repr(name) in str(caught.value)


def test_an_artefact_of_another_version_is_refused_by_the_scorer() -> None:
    """A curve of a feature that does not exist cannot be applied."""
    artefact = load_artefact("default")
    curve = artefact.text.curves[0].model_copy(update={"feature": "charm"})
    head = artefact.text.model_copy(update={"curves": (curve,)})

    with pytest.raises(ArtefactError, match="charm"):
        Scorer(artefact.model_copy(update={"text": head}))


def test_the_readme_tells_the_held_out_numbers_of_the_shipped_artefact() -> None:
    """A new fit must not leave the old promises standing."""
    held_out = load_artefact().held_out
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    base = held_out.baselines
    rows = [
        ("the scorer", held_out.full.auroc, held_out.full.within_task,
         held_out.full.calibration_error),
        ("without sentence embeddings", held_out.text.auroc, held_out.text.within_task,
         held_out.text.calibration_error),
        ("text length alone", base.length_auroc, base.length_within_task,
         base.length_calibration_error),
    ]  # fmt: skip

    for name, *numbers in rows:
        told = " | ".join(f"{number:.3f}".removeprefix("0") for number in numbers)
        assert f"| {name} | {told} |" in readme
    assert f"{load_artefact().origin.rows:,} judged texts" in readme
