"""Stands for `inkladder` where that needs a GPU: `tiers` is imitated, all else is the real command.

Run as a script. What it was asked is appended to the file named by PROVE_COMMANDS, if any.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import types
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ENGINE = Path(__file__).with_name("prove_engine.py")
DOWN = 1
USAGE_ERROR = 2
MODEL_CONTEXT = 8192
LEAST_FRACTION = 0.01


def main(arguments: list[str]) -> int:
    """The exit status."""
    with Path(os.environ.get("PROVE_COMMANDS", os.devnull)).open("a", encoding="utf-8") as asked:
        asked.write(json.dumps(arguments) + "\n")
    match arguments:
        case ["tiers", "up", *_]:
            return up(option("--policy", arguments), only=option("--only", arguments))
        case ["tiers", "status", *_]:
            sys.stdout.write("large is down\n")
            return DOWN
        case ["tiers", *_] | ["economics", *_]:
            sys.stdout.write(f"imitated {' '.join(arguments[:2])}\n")
            return 0
        case _:
            return inkladder(arguments)


def inkladder(arguments: list[str]) -> int:
    """Becomes the real command; never returns."""
    os.execv(sys.executable, [sys.executable, "-m", "assistant.cli", *arguments])  # noqa: S606 - no shell is wanted


def option(name: str, arguments: list[str]) -> str:
    """The value of an option, empty if it is not given."""
    return arguments[arguments.index(name) + 1] if name in arguments else ""


def up(policy: str, *, only: str) -> int:
    """Starts an imitated engine for each tier and stays, as `tiers up` does."""
    tiers = json.loads(Path(policy).read_text(encoding="utf-8"))["tiers"]
    chosen = {name: tier for name, tier in tiers.items() if only in ("", name)}
    for name, tier in chosen.items():
        wrong = mistake(tier)
        if wrong:
            sys.stderr.write(f"inkladder: tier {name!r}: {wrong}\n")
            return USAGE_ERROR
    signal.signal(signal.SIGTERM, _leave)
    engines = {name: _started(tier) for name, tier in chosen.items()}
    sys.stdout.write("Ready. Ctrl-C stops all of them.\n")
    sys.stdout.flush()
    try:
        while all(engine.poll() is None for engine in engines.values()):
            time.sleep(0.02)
        sys.stderr.write(f"inkladder: tier {', '.join(engines)} died\n")
        return USAGE_ERROR
    finally:
        for engine in engines.values():
            engine.kill()
            engine.wait()


def mistake(tier: dict[str, Any]) -> str:
    """What an administrator would be told; empty if the tier can start."""
    launch = tier["launch"]
    if not Path(launch["weights"]).exists():
        return f"there is no folder {launch['weights']}"
    if tier["context_tokens"] > MODEL_CONTEXT:
        return f"a context of {tier['context_tokens']} tokens is more than the model knows"
    if launch["flags"].get("mem-fraction-static", 1) < LEAST_FRACTION:
        return "not enough memory, raise mem-fraction-static"
    with socket.socket() as probe:
        port = urlsplit(tier["endpoints"][0]).port or 0
        taken = probe.connect_ex(("127.0.0.1", port)) == 0
    return f"port {port} is taken" if taken else ""


def _started(tier: dict[str, Any]) -> subprocess.Popen[bytes]:
    endpoints, launch = tier["endpoints"], tier["launch"]
    capacity = launch["flags"].get("max-running-requests", 32)
    command = [sys.executable, str(ENGINE), str(urlsplit(endpoints[0]).port), str(capacity)]
    return subprocess.Popen(command)


def _leave(_signal: int, _frame: types.FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
