"""Runs a server in this process's group and takes it down when standard input ends.

Run as a script: `python guard_process.py GRACE_SECONDS PROGRAM [ARGUMENT...]`. Whoever started it
holds the other end of standard input, which closes however that process ends, kill -9 included. The
server is asked to leave with SIGTERM; after the grace time the whole group is killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from types import FrameType

_READ_BYTES = 4096


def main(grace_s: float, *command: str) -> int:
    """The server's exit status, as the shell counts it, once it is gone."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A handler, not SIG_IGN: the server would inherit that and never hear SIGTERM.
        signal.signal(each, _stay)
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    asked = threading.Event()
    threading.Thread(target=_leave_at_eof, args=(server, asked, grace_s), daemon=True).start()
    status = server.wait()
    if asked.is_set():
        # Its own children may outlive a server; so close to the end this ends the guard as well.
        os.killpg(0, signal.SIGKILL)
    return 128 - status if status < 0 else status


def _leave_at_eof(server: subprocess.Popen[bytes], asked: threading.Event, grace_s: float) -> None:
    while os.read(sys.stdin.fileno(), _READ_BYTES):
        pass
    asked.set()
    server.terminate()
    try:
        server.wait(grace_s)
    except subprocess.TimeoutExpired:
        os.killpg(0, signal.SIGKILL)


def _stay(_signal: int, _frame: FrameType | None) -> None:
    """Ctrl-C and hang-ups reach the whole group; only the end of standard input means the end."""


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), *sys.argv[2:]))
