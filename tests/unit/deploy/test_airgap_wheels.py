"""What a host needs follows from the names of the wheels."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.airgap.wheels import Target, oldest_glibc, tags_up_to, versions


def test_wheels_for_an_older_glibc_fit_too() -> None:
    """The tag alone would find no package that was built for an older host."""
    tags = tags_up_to("manylinux_2_28_x86_64")

    assert tags[0] == "manylinux_2_28_x86_64"
    assert {"manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux1_x86_64"} <= set(tags)
    assert "manylinux_2_29_x86_64" not in tags


@given(older=st.integers(5, 40), newer=st.integers(5, 40))
def test_a_newer_host_takes_all_that_an_older_one_takes(older: int, newer: int) -> None:
    """Old programs keep running on a newer glibc."""
    older, newer = sorted((older, newer))

    taken = tags_up_to(f"manylinux_2_{newer}_aarch64")

    assert set(tags_up_to(f"manylinux_2_{older}_aarch64")) <= set(taken)


@pytest.mark.parametrize("tag", ["macosx_14_0_arm64", "linux_x86_64", "musllinux_1_2_x86_64"])
def test_other_tags_are_taken_as_they_are(tag: str) -> None:
    """Only manylinux tags tell a glibc."""
    assert tags_up_to(tag) == (tag,)


@pytest.mark.parametrize(
    ("wheels", "needed"),
    [
        (["a-1-py3-none-any.whl"], None),
        (["a-1-cp311-cp311-linux_x86_64.whl"], None),
        (["a-1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"], "2.17"),
        (["a-1-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl"], "2.27"),
        (
            ["a-1-cp39-abi3-manylinux_2_34_x86_64.whl", "b-1-cp311-cp311-manylinux1_x86_64.whl"],
            "2.34",
        ),
    ],
)
def test_the_most_demanding_wheel_decides_the_glibc(wheels: list[str], needed: str | None) -> None:
    """A wheel with several tags runs where the oldest of them does."""
    assert oldest_glibc(Path(name) for name in wheels) == needed


def test_a_target_is_described_by_its_tags() -> None:
    """The manifest names the other host, not the one that builds."""
    there = Target(python_version="3.12", platforms=("manylinux_2_28_aarch64",))

    assert (there.python, there.system, there.machine) == ("3.12", "Linux", "aarch64")
    assert not there.is_here
    assert "manylinux2014_aarch64" in there.pip_options()


def test_no_target_is_this_host() -> None:
    """Then pip chooses for its own interpreter."""
    assert Target().is_here
    assert Target().pip_options() == []


def test_versions_are_read_from_names() -> None:
    """With a local part, which tells a CPU build."""
    wheels = [Path("torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl"), Path("a-1-py3-none-any.whl")]

    assert versions(wheels) == {"a": "1", "torch": "2.13.0+cpu"}
