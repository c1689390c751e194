"""Runs the guard process for as long as a block of code, however that block or this process ends."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import IO, cast

import anyio.to_thread

from assistant.embedded.spec import Addresses, HostSpec
from assistant.errors import EmbeddedError

_START_TIMEOUT_S = 120.0
"""The built-in model loads within a second; a GGUF of 20 GB from a slow disk takes minutes."""

_STOP_TIMEOUT_S = 10.0
"""The guard leaves within 0.1 s; the rest is for Valkey to save on a slow disk."""

_COMMAND = (sys.executable, "-m", "assistant.embedded.guard_process")


@contextmanager
def embedded_host(
    spec: HostSpec, *, on_loss: Callable[[], None] | None = None
) -> Iterator[Addresses]:
    """Addresses of engines and Valkey, ready for use, until the block ends.

    They leave with this process too, even when it is killed. `on_loss` is called, in a thread, if
    the guard ends before the block does.

    Raises:
        EmbeddedError: something cannot run; the message says what and the way out.
    """
    with tempfile.TemporaryFile() as errors:
        # A group of its own keeps Ctrl-C away: only we decide when the guard leaves.
        guard = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            process_group=0,
        )
        leaving = threading.Event()
        try:
            addresses = _start(guard, spec, errors)
            if on_loss is not None:
                watch = (guard, leaving, on_loss)
                threading.Thread(target=_watch, args=watch, daemon=True).start()
            yield addresses
        finally:
            leaving.set()
            _stop(guard)


@asynccontextmanager
async def embedded_host_async(spec: HostSpec) -> AsyncIterator[Addresses]:
    """The same for async code: starting and stopping do not block the event loop."""
    host = embedded_host(spec)
    addresses = await anyio.to_thread.run_sync(host.__enter__)
    try:
        yield addresses
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(host.__exit__, None, None, None)


def _start(guard: subprocess.Popen[bytes], spec: HostSpec, errors: IO[bytes]) -> Addresses:
    answers = _pipe(guard.stdout)
    try:
        requests = _pipe(guard.stdin)
        requests.write(spec.to_json().encode() + b"\n")
        requests.flush()
        readable, _, _ = select.select([answers], [], [], _START_TIMEOUT_S)
        line = answers.readline() if readable else b"{}"
    except BrokenPipeError:
        line = b""
    answer: dict[str, str] = json.loads(line or b"{}")
    if "addresses" in answer:
        return Addresses.from_json(answer["addresses"])
    if "error" in answer:
        raise EmbeddedError(answer["error"])
    if line:
        message = f"the embedded engine was not ready after {_START_TIMEOUT_S:g} s"
        raise EmbeddedError(message)
    raise EmbeddedError(_post_mortem(guard, errors))


def _watch(
    guard: subprocess.Popen[bytes], leaving: threading.Event, on_loss: Callable[[], None]
) -> None:
    guard.wait()
    if not leaving.is_set():
        on_loss()


def _stop(guard: subprocess.Popen[bytes]) -> None:
    with suppress(BrokenPipeError):
        _pipe(guard.stdin).close()
    try:
        guard.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        guard.kill()
        guard.wait()
    _pipe(guard.stdout).close()


def _post_mortem(guard: subprocess.Popen[bytes], errors: IO[bytes]) -> str:
    status = guard.wait()
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines()
    reason = lines[-1] if lines else "it said nothing"
    return f"the process of the embedded engine ended with status {status}: {reason}"


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    return cast("IO[bytes]", end)  # both were opened with PIPE
