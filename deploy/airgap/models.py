"""Puts models into a bundle: GGUF files, folders with weights, and names on the Hugging Face hub."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

from deploy.airgap.problems import BundleError

Kind: TypeAlias = Literal["gguf", "folder", "hub"]
"""How a model is given: one file, a folder with `config.json`, or a name on the hub."""

_HUB_NAME = re.compile(r"(?P<name>[\w.-]+/[\w.-]+)(@(?P<revision>[\w./-]+))?")
_MAGIC = b"GGUF"
_LICENCE = re.compile(r"(licen[cs]e|notice|copying|terms|use_policy|gemma_terms)", re.IGNORECASE)
_NOT_SERVED = ["original/*", "*.pth", "*.onnx", "*.msgpack", "*.h5", "*.tflite"]
"""Copies of the weights in formats that SGLang does not load; they would double the bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a model comes from, checked as far as it can be without a network."""

    kind: Kind
    given: str
    """As it stood on the command line, without its revision."""

    revision: str | None = None
    """Branch, tag or commit on the hub; None is its main branch."""

    @property
    def folder(self) -> str:
        """Name of its file or folder in the bundle."""
        return self.given.replace("/", "--") if self.kind == "hub" else Path(self.given).name


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model in a bundle, as the manifest tells it."""

    name: str
    kind: Kind
    path: str
    """Its file or folder, relative to the bundle."""

    bytes: int
    revision: str | None
    """Commit on the hub; None for what was copied from this host."""

    licences: list[str]
    """Files that tell what may be done with it, relative to the bundle."""

    def to_json(self) -> dict[str, object]:
        """The manifest's entry."""
        return asdict(self)


def recognise(given: str) -> Source:
    """What `given` on the command line means: a file, a folder, or `ORG/NAME[@REVISION]`.

    Raises:
        BundleError: none of them, or one that no engine would load.
    """
    path = Path(given).expanduser()
    if path.is_dir():
        if not (path / "config.json").is_file():
            message = (
                f"model {given!r}: the folder has no config.json, so SGLang cannot load it;"
                f" name the folder that `save_pretrained` or the hub's download wrote"
            )
            raise BundleError(message)
        return Source(kind="folder", given=str(path.resolve()))
    if path.is_file():
        with path.open("rb") as opened:
            if opened.read(len(_MAGIC)) != _MAGIC:
                message = f"model {given!r} is a file, but not a GGUF; name a GGUF file or a folder"
                raise BundleError(message)
        return Source(kind="gguf", given=str(path.absolute()))
    match = _HUB_NAME.fullmatch(given)
    if match is None:
        message = f"model {given!r}: no such file or folder, and not a hub name like `google/gemma-4-12B-it`"
        raise BundleError(message)
    if find_spec("huggingface_hub") is None:
        message = (
            f"model {given!r}: downloading from the hub needs a package: run"
            f" `pip install huggingface_hub`, or download it otherwise and name its folder"
        )
        raise BundleError(message)
    return Source(kind="hub", given=match["name"], revision=match["revision"])


def place(source: Source, bundle: Path) -> Model:
    """Copies or downloads a model to `models/` of `bundle`.

    Raises:
        BundleError: the hub has no such model, or does not give it away.
    """
    to = bundle / "models" / source.folder
    revision = None
    if source.kind == "hub":
        revision = _download(source, to)
    elif source.kind == "folder":
        # Links are followed: the hub's cache keeps the weights behind them.
        shutil.copytree(source.given, to, ignore=shutil.ignore_patterns(".cache", ".git"))
    else:
        shutil.copyfile(source.given, to)
    files = list(_files_of(to))
    return Model(
        name=source.given if source.kind == "hub" else source.folder,
        kind=source.kind,
        path=to.relative_to(bundle).as_posix(),
        bytes=sum(file.stat().st_size for file in files),
        revision=revision,
        licences=sorted(
            file.relative_to(bundle).as_posix() for file in files if _LICENCE.match(file.name)
        ),
    )


def move_snapshot(snapshot: Path, to: Path, *, cache: Path) -> str:
    """Moves a downloaded model out of the hub's cache, which goes, and returns its commit.

    The cache names a snapshot by its commit and keeps its files behind links, equal files once.

    Raises:
        BundleError: a file is not there.
    """
    moved: dict[Path, Path] = {}
    for file in sorted(path for path in snapshot.rglob("*") if not path.is_dir()):
        name, content = file.relative_to(snapshot), file.resolve()
        target = to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if content in moved:
            shutil.copyfile(moved[content], target)
        elif content.is_file():
            shutil.move(content, target)
            moved[content] = target
        else:
            message = (
                f"model file {str(name)!r} is not in the download ({content} is missing): remove"
                f" {cache} and run it again"
            )
            raise BundleError(message)
    shutil.rmtree(cache)
    return snapshot.name


def _files_of(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    else:
        yield from (file for file in place.rglob("*") if file.is_file())


def _download(source: Source, to: Path) -> str:
    # Only a host that bundles a model from the hub needs the package.
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError

    name = source.given
    cache = to.parent / ".download"
    try:
        snapshot = snapshot_download(
            name, revision=source.revision, cache_dir=cache, ignore_patterns=_NOT_SERVED
        )
    except GatedRepoError as error:
        message = (
            f"model {name!r} is gated: accept its terms on its page, then set HF_TOKEN to a token"
            f" of that account"
        )
        raise BundleError(message) from error
    except HfHubHTTPError as error:
        message = (
            f"model {name!r}: the hub answered {error.response.status_code}; correct the name or"
            f" the revision, or set HF_TOKEN if it is private"
        )
        raise BundleError(message) from error
    except OSError as error:
        message = (
            f"model {name!r}: it cannot be had from the hub ({type(error).__name__}); download it"
            f" elsewhere and name its folder"
        )
        raise BundleError(message) from error
    return move_snapshot(Path(snapshot), to, cache=cache)
