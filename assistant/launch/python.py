"""Whether a Python can run SGLang, asked before anything is started."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Final

from assistant.errors import LaunchError

OLDEST_SGLANG: Final = (0, 5, 17)
"""First release with Gemma 4 and with the flags used here."""

HOW_TO_UPGRADE: Final = (
    "run `pip install -c deploy/gpu/constraints-sglang.txt sglang==0.5.17` for that Python"
)
"""SGLang pins its own torch and transformers: the file holds the versions that go together with it."""

HOW_TO_INSTALL: Final = (
    "give it a Python of its own, `python3 -m venv VENV` and `VENV/bin/pip install -c"
    " deploy/gpu/constraints-sglang.txt sglang==0.5.17`, and name that with --python VENV/bin/python"
)

_TIMEOUT_S: Final = 60.0
"""A cold file system may take long to list the packages of an environment."""

_ASK: Final = """
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
try:
    print(version("sglang"))
except PackageNotFoundError:
    print("unknown" if find_spec("sglang") else "missing")
"""


def checked_python(python: str) -> str:
    """The full path of `python`, which has SGLang 0.5.17 or newer (or one that tells no version).

    Raises:
        LaunchError: there is no such program, or its SGLang is missing or too old.
    """
    path = shutil.which(python)
    if path is None:
        message = f"--python: {python!r} cannot be run; give the path of a Python with SGLang"
        raise LaunchError(message)
    try:
        answer = subprocess.run(
            [path, "-c", _ASK], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"--python: {path!r} cannot be run ({type(error).__name__}); is it a Python?"
        raise LaunchError(message) from error
    version = answer.stdout.strip()
    if answer.returncode != 0 or version == "missing":
        message = f"SGLang is not installed for {path!r}; {HOW_TO_INSTALL}"
        raise LaunchError(message)
    if is_too_old(version):
        message = (
            f"SGLang {version} of {path!r} is too old: Gemma 4 and these flags need 0.5.17; "
            f"{HOW_TO_UPGRADE}"
        )
        raise LaunchError(message)
    return path


def is_too_old(version: str) -> bool:
    """Whether a release of SGLang is older than 0.5.17; False where the text is no version."""
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    return numbers is not None and tuple(int(part) for part in numbers.groups()) < OLDEST_SGLANG
