"""Starts what the policy wants on this machine once, then the server that shares it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import ExitStack

from assistant.errors import EmbeddedError
from assistant.settings import read, read_settings
from assistant.wiring import start_host
from server.run import listen, run, url_of
from server.settings import HttpSettings


def run_server(*, host: str, port: int, workers: int, policy: str | None) -> None:
    """Runs until interrupted; the first line of standard output names the address.

    Raises:
        SettingsError, PolicyError, EmbeddedError: before anything is served.
    """
    settings = read_settings(policy=policy)
    read(HttpSettings)  # a wrong value is told here, once, and not by every worker
    lost = threading.Event()

    def stop() -> None:
        lost.set()
        os.kill(os.getpid(), signal.SIGINT)

    with ExitStack() as stack:
        listening = stack.enter_context(listen(host, port))
        addresses = start_host(settings, stack, on_loss=stop)
        # Workers are fresh processes: the environment is what they share with this one.
        os.environ["INKLADDER_POLICY"] = settings.policy
        if addresses is not None:
            os.environ["INKLADDER_HOST_ADDRESSES"] = addresses
        sys.stdout.write(f"Inkladder listens on {url_of(listening)} (Ctrl-C stops it)\n")
        sys.stdout.flush()
        try:
            run(listening, workers=workers)
        except KeyboardInterrupt:
            if not lost.is_set():
                raise
    if lost.is_set():
        # Whoever supervises this process starts it, and with it the engine, again.
        message = "the process of the embedded engine and store has ended; start the server again"
        raise EmbeddedError(message)
