"""Policies from files: a shipped preset by its name, anything else by its path."""

from __future__ import annotations

from collections.abc import Collection
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from assistant.errors import PolicyError
from assistant.policy.models import Policy
from assistant.policy.parse import parse_policy

_SUFFIX: Final = ".yaml"


def presets() -> list[str]:
    """Names of the policies that come with Inkladder."""
    names = (file.name for file in shipped_folder().iterdir())
    return sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))


def shipped_folder() -> Traversable:
    """Where the presets and the JSON Schema are."""
    return files("policies")


def load_policy(name_or_path: str, *, known_checks: Collection[str] | None = None) -> Policy:
    """The preset of that name (`embedded`), or the policy in the file of that path.

    A preset wins over a file of the same name; write `./embedded` for the file.

    Raises:
        PolicyError: there is no such file, it cannot be read, or it is wrong.
    """
    if name_or_path in presets():
        file = f"{name_or_path}{_SUFFIX}"
        text = shipped_folder().joinpath(file).read_text(encoding="utf-8")
        return parse_policy(text, source=f"policies/{file}", known_checks=known_checks)
    text = _read(Path(name_or_path))
    return parse_policy(text, source=name_or_path, known_checks=known_checks)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        lines = error.object[: error.start].split(b"\n")
        place = f"{path}:{len(lines)}:{len(lines[-1]) + 1}"
        raise PolicyError([f"{place}: not UTF-8 text; save the file as UTF-8"]) from error
    except FileNotFoundError as error:
        known = ", ".join(presets())
        problem = f"{path}: no such file or preset; give a path, or one of: {known}"
        raise PolicyError([problem]) from error
    except OSError as error:
        raise PolicyError([f"{path}: cannot be read: {error.strerror}"]) from error
