"""Models are put into a bundle from folders and from the hub."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deploy.airgap.models import move_snapshot, place, recognise
from deploy.airgap.problems import BundleError
from support.airgap_checkout import COMMIT, HUB_FILES, model_hub, run

ROOT = Path(__file__).parents[3]


def hub_variables(address: str) -> dict[str, str]:
    """What makes a process ask the hub at `address`, as on a connected host."""
    return {"HF_ENDPOINT": address, "HF_HUB_OFFLINE": "0", "PYTHONPATH": str(ROOT)}


def test_a_hub_model_is_laid_out_with_its_commit(tmp_path: Path) -> None:
    """Weights in formats that nobody here serves stay on the hub."""
    code = (
        "from pathlib import Path\n"
        "from deploy.airgap.models import place, recognise\n"
        f"model = place(recognise('tiny/model@main'), Path({str(tmp_path)!r}))\n"
        "print(model.revision, model.path, *model.licences)"
    )

    with model_hub() as address:
        done = run(sys.executable, "-c", code, **hub_variables(address))

    folder = "models/tiny--model"
    told = [COMMIT, folder, f"{folder}/LICENSE", f"{folder}/NOTICE"]
    assert done.stdout.split() == told, done.stderr
    files = [path for path in tmp_path.rglob("*") if not path.is_dir()]
    names = {"config.json", "model.safetensors", "LICENSE", "NOTICE"}
    assert {path.relative_to(tmp_path).as_posix() for path in files} == {
        f"{folder}/{name}" for name in names
    }
    assert {path.name: path.read_bytes() for path in files} == {
        name: HUB_FILES[name] for name in names
    }


def test_a_file_that_the_hubs_cache_lost_is_told(tmp_path: Path) -> None:
    """A model without one of its files would fail on the other host only."""
    snapshot, cache = tmp_path / "cache/snapshots" / COMMIT, tmp_path / "cache"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    (snapshot / "model.safetensors").symlink_to(cache / "blobs/lost")

    with pytest.raises(BundleError, match=r"'model\.safetensors' is not in the download") as error:
        move_snapshot(snapshot, tmp_path / "to", cache=cache)

    assert "run it again" in str(error.value)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("tiny/gated", "is gated: accept its terms"),
        ("tiny/other", "the hub answered 404; correct the name"),
    ],
)
def test_a_hub_that_gives_nothing_away_is_told_in_plain_words(
    model: str, message: str, tmp_path: Path
) -> None:
    """The admin learns whether the name, the licence or the token is missing."""
    code = (
        "from pathlib import Path\n"
        "from deploy.airgap.models import place, recognise\n"
        f"place(recognise({model!r}), Path({str(tmp_path)!r}))"
    )

    with model_hub() as address:
        done = run(sys.executable, "-c", code, **hub_variables(address))

    assert "deploy.airgap.problems.BundleError" in done.stderr
    assert message in done.stderr


def test_a_folder_is_recognised_by_its_config(tmp_path: Path) -> None:
    """A name in the bundle is the folder's own, wherever it lay."""
    (tmp_path / "config.json").write_text("{}")

    source = recognise(str(tmp_path))

    assert (source.kind, source.folder) == ("folder", tmp_path.name)
    with pytest.raises(BundleError, match="no such file or folder"):
        recognise(f"{tmp_path}/other")
    assert place(source, tmp_path.parent / f"{tmp_path.name}-bundle").bytes == 2
