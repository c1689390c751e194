"""Builds a folder that installs Inkladder on a host without a network.

Run it with the plain Python of a connected host, in a checkout:
`python3 deploy/airgap/build.py --out BUNDLE`. It needs pip and nothing else, and
`huggingface_hub` where a model is named by its name on the hub.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

if not __package__:
    # Run as a file, Python looks for modules beside it; these are named from the checkout.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.airgap.models import Model, Source, place, recognise
from deploy.airgap.problems import BundleError, os_error_line
from deploy.airgap.wheels import (
    Target,
    build_wheel,
    collect,
    collect_hashed,
    oldest_glibc,
    unpacked_bytes,
    versions,
)

FORMAT = 1
"""Version of the bundle's layout; `install.py` of the same bundle knows it."""

WRONG = 2
"""Exit status when no bundle can be built."""

SUMS = "SHA256SUMS"
"""Checksums of every other file, as `sha256sum --check` reads them."""

_PROJECT = Path(__file__).resolve().parents[2]
_SGLANG_CONSTRAINTS = Path("deploy/gpu/constraints-sglang.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What goes into a bundle, everything checked that can be without a network."""

    project: Path
    """The checkout: `pyproject.toml`, `constraints.txt`, `models.txt`, `policies/`."""

    out: Path
    policies: tuple[Path, ...] = ()
    models: tuple[Source, ...] = ()
    target: Target = field(default_factory=Target)
    with_sglang: bool = False
    extra_indexes: tuple[str, ...] = ()


def plan_of(options: argparse.Namespace, *, project: Path = _PROJECT) -> Plan:
    """The plan that command line `options` ask for.

    Raises:
        BundleError: a policy or a model is not there, two would lie in the same place, or the
            folder to write is in use.
    """
    out = Path(options.out).expanduser().absolute()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        message = f"--out {str(out)!r} exists and is not an empty folder; remove it or name another"
        raise BundleError(message)
    policies = tuple(_policy(given, project=project) for given in options.policy)
    models = tuple(recognise(given) for given in options.model)
    for names in ([policy.name for policy in policies], [model.folder for model in models]):
        if twice := {name for name in names if names.count(name) > 1}:
            message = f"{min(twice)!r} would lie twice in the bundle; name it once or rename one"
            raise BundleError(message)
    return Plan(
        project=project,
        out=out,
        policies=policies,
        models=models,
        target=Target(python_version=options.python_version, platforms=tuple(options.platform)),
        with_sglang=options.with_sglang,
        extra_indexes=tuple(options.extra_index_url),
    )


def build(plan: Plan) -> dict[str, object]:
    """Writes the bundle and returns its manifest.

    Raises:
        BundleError: pip or the hub failed; what was collected until then stays for a look.
    """
    for folder in ("wheels", "models", "policies"):
        (plan.out / folder).mkdir(parents=True, exist_ok=True)
    _say("building the wheel of this checkout")
    own = build_wheel(plan.project, plan.out / "wheels")
    _say("collecting the wheels it needs: about 1 GB with a CPU build of PyTorch")
    constraints = plan.project / "constraints.txt"
    collect(
        # pip, too: it installs the bundle on a host that may have none.
        [str(own), "pip"],
        plan.out / "wheels",
        constraints=constraints,
        target=plan.target,
        extra_indexes=plan.extra_indexes,
    )
    collect_hashed(plan.project / "models.txt", plan.out / "models")
    if plan.with_sglang:
        _collect_sglang(plan)
    copies = [constraints, plan.project / "models.txt", Path(__file__).with_name("install.py")]
    for file in copies:
        shutil.copyfile(file, plan.out / file.name)
    for policy in plan.policies:
        shutil.copyfile(policy, plan.out / "policies" / policy.name)
    placed = []
    for source in plan.models:
        _say(f"adding the model {source.given}")
        placed.append(place(source, plan.out))
    return _seal(plan, placed)


def add_tar(bundle: Path) -> Path:
    """Packs `bundle` into one file beside it and returns that file."""
    # Wheels and weights are compressed or incompressible already.
    file = bundle.with_name(f"{bundle.name}.tar")
    with tarfile.open(file, "w") as packed:
        packed.add(bundle, arcname=bundle.name)
    return file


def main(arguments: Sequence[str] | None = None, *, project: Path = _PROJECT) -> int:
    """Builds what the command line asks for; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        plan = plan_of(options, project=project)
        manifest = build(plan)
        _tell(plan.out, manifest, tar=options.tar)
    except BundleError as error:
        sys.stderr.write(f"error: {error}\n")
        return WRONG
    except OSError as error:
        sys.stderr.write(f"error: {os_error_line(error, at=Path(options.out))}\n")
        return WRONG
    _say("Carry it over, compare that number there, then: python3 BUNDLE/install.py --to DIR")
    return 0


def _tell(bundle: Path, manifest: Mapping[str, object], *, tar: bool) -> None:
    size = sum(file.stat().st_size for file in bundle.rglob("*") if file.is_file())
    _say(f"{bundle}: Inkladder {manifest['inkladder']}, {size / 1e9:.2f} GB")
    if tar:
        _say(f"{add_tar(bundle)}: the same as one file")
    fingerprint = hashlib.sha256((bundle / SUMS).read_bytes()).hexdigest()
    _say(f"SHA-256 of its {SUMS}: {fingerprint}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build.py", description="Build a bundle that installs Inkladder without a network."
    )
    add = parser.add_argument
    add("--out", required=True, metavar="BUNDLE", help="folder to write; new or empty")
    add("--policy", action="append", default=[], metavar="NAME_OR_FILE",
        help="preset or policy file to add; may be repeated")  # fmt: skip
    add("--model", action="append", default=[], metavar="MODEL",
        help="GGUF file, folder with weights, or hub name ORG/NAME[@REVISION]; may be repeated")  # fmt: skip
    add("--python-version", metavar="X.Y", help="Python of the other host (default: this one's)")
    add("--platform", action="append", default=[], metavar="TAG",
        help="its platform tag, as manylinux_2_28_x86_64 (default: this host's)")  # fmt: skip
    add("--with-sglang", action="store_true", help="add SGLang for GPU hosts: about 6 GB")
    add("--extra-index-url", action="append", default=[], metavar="URL",
        help="further package index, as for PyTorch's CPU builds")  # fmt: skip
    add("--tar", action="store_true", help="also pack the bundle into BUNDLE.tar")
    return parser


def _policy(given: str, *, project: Path) -> Path:
    preset = project / "policies" / f"{given}.yaml"
    if preset.is_file():
        return preset
    if (file := Path(given).expanduser()).is_file():
        return file
    presets = ", ".join(sorted(path.stem for path in (project / "policies").glob("*.yaml")))
    message = f"policy {given!r}: no such file, and no preset of that name; presets are {presets}"
    raise BundleError(message)


def _collect_sglang(plan: Plan) -> None:
    # Its pins of torch and transformers are not ours, so it has its own wheels and environment.
    file = plan.project / _SGLANG_CONSTRAINTS
    pinned = [
        line
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("sglang==")
    ]
    if not pinned:
        message = f"{_SGLANG_CONSTRAINTS} pins no `sglang==VERSION`; add the line"
        raise BundleError(message)
    folder = plan.out / "sglang"
    folder.mkdir()
    _say(f"collecting the wheels of {pinned[0]}: several gigabytes")
    collect(pinned, folder, constraints=file, target=plan.target, extra_indexes=plan.extra_indexes)
    shutil.copyfile(file, plan.out / file.name)


def _seal(plan: Plan, placed: Sequence[Model]) -> dict[str, object]:
    wheels = sorted((plan.out / "wheels").glob("*.whl"))
    embedded = sorted((plan.out / "models").glob("*.whl"))
    sglang = sorted((plan.out / "sglang").glob("*.whl"))
    packages = versions(wheels)
    manifest: dict[str, object] = {
        "format": FORMAT,
        "inkladder": packages["inkladder"],
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": plan.target.python,
        "system": plan.target.system,
        "machine": plan.target.machine,
        "glibc": oldest_glibc([*wheels, *sglang]),
        "unpacked_bytes": unpacked_bytes([*wheels, *embedded, *sglang]),
        "sglang": versions(sglang).get("sglang"),
        "models": [model.to_json() for model in placed],
        "policies": [f"policies/{policy.name}" for policy in plan.policies],
        "packages": packages,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (plan.out / "MANIFEST.json").write_text(f"{text}\n", encoding="utf-8")
    _write_sums(plan.out)
    return manifest


def _write_sums(bundle: Path) -> None:
    lines = []
    for file in sorted(path for path in bundle.rglob("*") if path.is_file()):
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        lines.append(f"{digest}  {file.relative_to(bundle).as_posix()}\n")
    (bundle / SUMS).write_text("".join(lines), encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
