"""Becomes another program that gets SIGTERM when its parent process is gone, however it went.

Run as a script: `python leave_with_parent.py PARENT_PID PROGRAM [ARGUMENT...]`. A script of its
own, because between fork and exec of a process with threads no Python code is safe.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""From <sys/prctl.h>; Linux only."""


def main(parent: int, program: str, *arguments: str) -> None:
    """Replaces this process by `program`; exits quietly if `parent` is gone already.

    macOS has no such signal: there the program stays when its parent is killed with SIGKILL.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() == parent:
        os.execv(program, [program, *arguments])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
