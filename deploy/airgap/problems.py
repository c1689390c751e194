"""What can go wrong while a bundle is built, and how it is told."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

_CREDENTIALS = re.compile(r"(?<=://)[^/\s]+@")
_NUMBER = re.compile(r"^\[Errno \d+\] ")


class BundleError(Exception):
    """No bundle can be built; the message names what, where, and the way out."""


def os_error_line(error: OSError, *, at: Path) -> str:
    """The file, what the system says about it, and the way out; `at` is told where no file is named."""
    file, said = error.filename or at, error.strerror or str(error)
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):
        # Copying a folder gathers its errors as texts, each with the file's name at its end.
        file, _, text = error.args[0][0]
        said = _NUMBER.sub("", str(text)).partition(": '")[0]
    return f"{file}: {said}; put that right, remove {at} and run it again"


def without_credentials(text: str) -> str:
    """`text` with the user and password of every address in it hidden."""
    return _CREDENTIALS.sub("***@", text)
