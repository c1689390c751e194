"""The child process that owns llama.cpp and Valkey; started by `host`, never by hand.

It reads a HostSpec from the first line of standard input, prints one JSON line (`addresses` or
`error`), and leaves when standard input ends, which happens however the parent ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import ExitStack
from types import FrameType

from assistant.embedded.spec import Addresses, EngineAddress, HostSpec
from assistant.embedded.valkey import keep_valkey
from assistant.errors import EmbeddedError

_READ_BYTES = 65536


class _AskedToLeave(BaseException):
    """SIGTERM arrived: unwinds the stack, so that Valkey is saved on the way out."""


def main() -> None:
    """Runs until standard input ends or SIGTERM arrives; the process ends inside this call."""
    answer = _private_stdout()
    # Ctrl-C and a closed terminal concern the parent, which may still need the engine to finish.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    status = 0
    # A server's destructor waits for its streams: one reference stays until the process is gone.
    servers: list[object] = []
    try:
        _run(HostSpec.from_json(sys.stdin.readline()), answer, servers)
    except _AskedToLeave:
        pass
    except EmbeddedError as error:
        _say(answer, {"error": str(error)})
        status = 1
    os._exit(status)


def _run(spec: HostSpec, answer: int, servers: list[object]) -> None:
    with ExitStack() as stack:
        # Valkey is another process: it starts while the models load here.
        valkey = stack.enter_context(keep_valkey(spec.data_dir)) if spec.valkey else None
        engines: dict[str, EngineAddress] = {}
        if spec.engines:
            # Late: the library starts threads, and a cache alone does not need it.
            from assistant.embedded.engine import start_engine

            for engine_spec in spec.engines:
                server, engines[engine_spec.model] = start_engine(engine_spec)
                servers.append(server)
        redis_url = valkey.wait_until_ready() if valkey is not None else None
        addresses = Addresses(engines=engines, redis_url=redis_url)
        _say(answer, {"addresses": addresses.to_json()})
        _wait_for_eof()


def _private_stdout() -> int:
    # Native libraries print when they please; only our one line may reach the parent.
    answer = os.dup(sys.stdout.fileno())
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, sys.stdout.fileno())
    os.close(silence)
    return answer


def _say(answer: int, message: dict[str, str]) -> None:
    with os.fdopen(answer, "w") as line:
        line.write(json.dumps(message) + "\n")


def _wait_for_eof() -> None:
    while os.read(sys.stdin.fileno(), _READ_BYTES):
        pass


def _leave(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _AskedToLeave


if __name__ == "__main__":
    main()
