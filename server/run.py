"""Serves the app by uvicorn, in this process or in several that leave together."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import socket
import threading
from multiprocessing.connection import wait

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from assistant.errors import SettingsError
from assistant.settings import read
from server.app import create_app
from server.logs import configure_logging
from server.settings import HttpSettings

APP = "server.run:worker_app"

BACKLOG = 2048
"""Connections that may wait while the workers start; uvicorn's own number."""

SHUTDOWN_S = 30
"""How long open requests may go on after SIGTERM: as long as Kubernetes waits before it kills."""

WORKER_SILENCE_S = 30
"""A worker that does not answer its supervisor this long is replaced: loading torch takes seconds."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket: from here on clients wait instead of being refused.

    Raises:
        SettingsError: the address is taken, or not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # asyncio turns Nagle's algorithm off only on sockets that it makes itself. Left on, the body of
    # each reply waits for the client to acknowledge its headers, which clients put off by 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        way_out = (
            "stop the other program, or choose another --port"
            if error.errno == errno.EADDRINUSE
            else "choose another --host"
        )
        message = f"cannot listen on {host}:{port}: {error.strerror or error}; {way_out}"
        raise SettingsError(message) from error
    listening.listen(BACKLOG)
    listening.set_inheritable(True)
    return listening


def url_of(listening: socket.socket) -> str:
    """The address that clients use."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(listening: socket.socket, *, workers: int = 1, app: str = APP) -> None:
    """Serves until interrupted. `app` names the factory that each process calls.

    Raises:
        SettingsError: the environment holds a wrong value; the message names the variable.
    """
    configure_logging(read(HttpSettings).log_format)
    config = uvicorn.Config(
        app,
        factory=True,
        workers=workers,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=SHUTDOWN_S,
        timeout_worker_healthcheck=WORKER_SILENCE_S,
    )
    if workers == 1:
        _run_here(config, listening)
    else:
        Multiprocess(config, sockets=[listening]).run()


def worker_app() -> FastAPI:
    """The app of one process, which leaves when its supervisor is gone, however that went."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        threading.Thread(target=_leave_after, args=(supervisor.sentinel,), daemon=True).start()
    return create_app()


def _leave_after(sentinel: int) -> None:
    # Without this, workers would go on serving after kill -9 of their supervisor, with no engine.
    wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


def _run_here(config: uvicorn.Config, listening: socket.socket) -> None:
    server = uvicorn.Server(config)
    server.run(sockets=[listening])
    if not server.started:
        raise SystemExit(STARTUP_FAILURE)
