"""Collects the wheels of an installation with pip, and tells what a host must have to take them."""

from __future__ import annotations

import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from deploy.airgap.problems import BundleError, without_credentials

_MANYLINUX = re.compile(r"manylinux_(\d+)_(\d+)_(\w+)")
_LEGACY_GLIBC = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
"""Oldest glibc of the platform tags that do not tell it in their name (PEP 513, 571, 599)."""
_OLDEST_GLIBC_MINOR = 5
"""No wheel is tagged for a glibc before 2.5 (PEP 600)."""
_WHEEL_TAGS = 3
"""A wheel's file name ends in its tags of Python, ABI and platform (PEP 427)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The host that a bundle is for; without values one like this host."""

    python_version: str | None = None
    """`3.11`, as pip takes it; None is this interpreter's."""

    platforms: tuple[str, ...] = ()
    """Platform tags of its wheels, like `manylinux_2_28_x86_64`; empty is this host's."""

    @property
    def is_here(self) -> bool:
        """True if this interpreter's own wheels fit the target."""
        return self.python_version is None and not self.platforms

    @property
    def python(self) -> str:
        """Version of Python, `major.minor`."""
        if self.python_version is None:
            return f"{sys.version_info.major}.{sys.version_info.minor}"
        return ".".join(self.python_version.split(".")[:2])

    @property
    def machine(self) -> str:
        """Processor, as `platform.machine()` tells it there."""
        known = ("x86_64", "aarch64", "arm64", "ppc64le", "s390x")
        found = [name for tag in self.platforms for name in known if tag.endswith(f"_{name}")]
        return found[0] if found else platform.machine()

    @property
    def system(self) -> str:
        """Operating system, as `platform.system()` tells it there."""
        if any("linux" in tag for tag in self.platforms):
            return "Linux"
        if any(tag.startswith("macosx") for tag in self.platforms):
            return "Darwin"
        return platform.system()

    def pip_options(self) -> list[str]:
        """Options of `pip download` that choose wheels for the target instead of this host."""
        if self.is_here:
            return []
        options = ["--python-version", self.python_version or self.python, "--implementation", "cp"]
        for tag in self.platforms:
            options += [part for older in tags_up_to(tag) for part in ("--platform", older)]
        return options


def tags_up_to(tag: str) -> tuple[str, ...]:
    """The platform tags whose wheels run where those of `tag` run, best first.

    pip takes `--platform` literally, but a host with glibc 2.28 also runs wheels for 2.17.
    """
    match = _MANYLINUX.fullmatch(tag)
    if match is None:
        return (tag,)
    major, minor, machine = int(match[1]), int(match[2]), match[3]
    tags = [
        f"manylinux_{major}_{age}_{machine}" for age in range(minor, _OLDEST_GLIBC_MINOR - 1, -1)
    ]
    legacy = [name for name, glibc in _LEGACY_GLIBC.items() if glibc <= (major, minor)]
    return (*tags, *(f"{name}_{machine}" for name in reversed(legacy)))


def build_wheel(project: Path, into: Path) -> Path:
    """Builds the wheel of the source tree `project` into `into` and returns its file.

    Raises:
        BundleError: pip failed; what it said went to standard error.
    """
    before = set(into.glob("*.whl"))
    _pip(["wheel", "--no-deps", "--wheel-dir", str(into), str(project)], what=str(project))
    return next(iter(set(into.glob("*.whl")) - before))


def collect(
    requirements: Sequence[str],
    into: Path,
    *,
    constraints: Path,
    target: Target,
    extra_indexes: Sequence[str] = (),
) -> None:
    """Puts the wheels of `requirements` and of all they need into `into`.

    Where this host is the target, packages that publish no wheel are built here; for another one
    only published wheels will do.

    Raises:
        BundleError: pip failed; what it said went to standard error.
    """
    found_in = ["--constraint", str(constraints), "--find-links", str(into)]
    for url in extra_indexes:
        found_in += ["--extra-index-url", url]
    if target.is_here:
        command = ["wheel", "--wheel-dir", str(into)]
    else:
        command = ["download", "--only-binary", ":all:", "--dest", str(into), *target.pip_options()]
    _pip([*command, *found_in, *requirements], what=", ".join(requirements))


def collect_hashed(requirements_file: Path, into: Path) -> None:
    """Puts the wheels of a file with hashes, and nothing that they ask for, into `into`.

    Raises:
        BundleError: pip failed; what it said went to standard error.
    """
    options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--dest", str(into)]
    _pip(
        ["download", *options, "--requirement", str(requirements_file)], what=requirements_file.name
    )


def unpacked_bytes(wheels: Iterable[Path]) -> int:
    """Bytes that the files in `wheels` take on disk when they are installed."""
    total = 0
    for wheel in wheels:
        with ZipFile(wheel) as opened:
            total += sum(entry.file_size for entry in opened.infolist())
    return total


def versions(wheels: Iterable[Path]) -> dict[str, str]:
    """Version of each package in `wheels`, by the name in its file name."""
    return dict(sorted(wheel.name.split("-")[:2] for wheel in wheels))


def oldest_glibc(wheels: Iterable[Path]) -> str | None:
    """The glibc that a host must have at least for all of `wheels`; None: they need none.

    A wheel may carry several platform tags; it needs the oldest of them.
    """
    needed = [min(tags) for wheel in wheels if (tags := _glibc_tags(wheel))]
    return ".".join(map(str, max(needed))) if needed else None


def _glibc_tags(wheel: Path) -> list[tuple[int, int]]:
    tags = wheel.stem.split("-")[-_WHEEL_TAGS:][-1].split(".")
    modern = [(int(match[1]), int(match[2])) for tag in tags if (match := _MANYLINUX.match(tag))]
    legacy = [_LEGACY_GLIBC[name] for tag in tags if (name := tag.split("_")[0]) in _LEGACY_GLIBC]
    return modern + legacy


def _pip(arguments: Sequence[str], *, what: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        message = (
            f"pip could not get the wheels of {what} (exit status {done.returncode}): what it said"
            f" stands above; try the same by hand: {without_credentials(shlex.join(command))}"
        )
        raise BundleError(message)
