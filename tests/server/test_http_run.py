"""Serving by several processes."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
from pathlib import Path

import anyio
import httpx2
import pytest

from assistant.errors import SettingsError
from server.app import create_app
from server.run import listen, run
from support.server_app import GUARD_S

ROOT = Path(__file__).parents[2]

SERVE_BY_TWO = """
if __name__ == "__main__":
    from server.run import listen, run, url_of
    listening = listen("127.0.0.1", 0)
    print(url_of(listening), flush=True)
    run(listening, workers=2, app="support.server_app:quoting_app")
"""


def test_replies_of_a_shared_socket_are_not_held_back() -> None:
    """The option is passed on to every accepted connection."""
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_taken_port_is_told_with_the_way_out() -> None:
    """Before any engine is started."""
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(SettingsError, match=f"cannot listen on 127.0.0.1:{port}.*--port"):
            listen("127.0.0.1", port)


def test_a_wrong_variable_is_told_by_its_name_and_never_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However the server is started; a value in the wrong place may be a secret."""
    monkeypatch.setenv("INKLADDER_LOG_FORMAT", "sk-canary")

    with pytest.raises(SettingsError, match="INKLADDER_LOG_FORMAT") as in_app:
        create_app()
    with (
        listen("127.0.0.1", 0) as listening,
        pytest.raises(SettingsError, match="INKLADDER_LOG_FORMAT") as in_run,
    ):
        run(listening)

    assert "canary" not in f"{in_app.value}{in_run.value}"


async def test_two_processes_answer_and_leave_together(tmp_path: Path) -> None:
    """The address is told on stderr; SIGTERM ends them all."""
    script = tmp_path / "serve.py"
    await anyio.Path(script).write_text(SERVE_BY_TWO, encoding="utf-8")
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONPATH": path, "XDG_CONFIG_HOME": str(tmp_path)}
    with anyio.fail_after(3 * GUARD_S):
        async with await anyio.open_process(
            [sys.executable, str(script)], env=environment
        ) as process:
            assert process.stderr is not None
            assert process.stdout is not None
            url = (await process.stdout.receive()).decode().strip()
            text = ""
            while text.count("Application startup complete") < 2:
                text += (await process.stderr.receive()).decode()
            async with httpx2.AsyncClient(timeout=GUARD_S) as client:
                reply = await client.get(f"{url}/healthz")
            process.send_signal(signal.SIGTERM)
            # The stream ends when the last process that holds it has gone.
            async for chunk in process.stderr:
                text += chunk.decode()

    assert reply.status_code == 200
    assert len(set(re.findall(r"Started server process \[(\d+)\]", text))) == 2
    assert text.count("Finished server process") == 2
