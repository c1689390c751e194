"""Where the figures are that come with Inkladder."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from assistant.errors import DataError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def gpu_folder(name: str) -> Traversable:
    """The folder of that name in `deploy/gpu`.

    Raises:
        DataError: the installation is incomplete.
    """
    try:
        folder = files("deploy") / "gpu" / name
    except ModuleNotFoundError as error:
        message = f"deploy/gpu/{name} is missing from this installation; install inkladder again"
        raise DataError(message) from error
    return folder
