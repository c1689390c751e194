"""Where the sockets of this user live: short paths in a folder that nobody else can enter."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from assistant.errors import EmbeddedError

_MAX_SOCKET_PATH = 100
"""Bytes; sockaddr_un holds 104 on macOS and 108 on Linux, with the closing zero."""

_SHORT_TEMP = Path("/tmp")  # noqa: S108 - the folder inside it is checked to be ours alone


def socket_path(folder: Path) -> Path:
    """The path of the Unix socket that belongs to a data folder, the same in every process.

    Raises:
        EmbeddedError: somebody else holds our place in the temporary folder.
    """
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16] + ".sock"
    for temp in (Path(tempfile.gettempdir()), _SHORT_TEMP):
        path = temp / f"inkladder-{os.getuid()}" / name
        if len(os.fsencode(path)) < _MAX_SOCKET_PATH:
            break
    _make_private(path.parent)
    return path


def _make_private(folder: Path) -> None:
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not ours or stat.S_IMODE(found.st_mode) & 0o077:
        message = f"{str(folder)!r} must be a folder of yours with mode 0700; remove it"
        raise EmbeddedError(message)
