"""A child process that cannot outlive whoever started it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import anyio
import pytest

from assistant.errors import LaunchError
from assistant.launch.log import LogReader, phase_of
from assistant.launch.process import start_server
from support.gpu_host import is_running, wait_until_gone

_STUBBORN = """
import os, signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
with open(sys.argv[1], "w") as told:
    told.write(f"{os.getpid()} {child.pid}\\n")
signal.pause()
"""


_LOADED = """
import os, subprocess, sys
held = "import sys; held = b'x' * int(sys.argv[1]); print(flush=True); sys.stdin.read()"
worker = subprocess.Popen(
    [sys.executable, "-c", held, sys.argv[2]],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
)
worker.stdout.readline()
with open(sys.argv[1], "w") as told:
    told.write(f"{os.getpid()} {worker.pid}\\n")
worker.wait()
"""
_HELD_BYTES = 300_000_000
"""As much takes the kernel tens of milliseconds to take back from a process that was killed."""

_TELL_GUARD = "import os, sys\nwith open(sys.argv[1], 'w') as told: told.write(str(os.getppid()))"
_GUARD_S = 30
"""Nothing here takes long; a hang must not hold up the suite."""


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """A pipe with a name: reading it waits until a program has written."""
    path = tmp_path / "told"
    os.mkfifo(path)
    return path


async def told(fifo: Path) -> str:
    """What a program writes to the pipe, once it has."""
    return await anyio.Path(fifo).read_text()


async def test_a_server_that_ignores_sigterm_is_killed_with_its_children(
    tmp_path: Path, fifo: Path
) -> None:
    """After the grace time the whole group goes."""
    command = [sys.executable, "-c", _STUBBORN, str(fifo)]
    process = start_server(command, log=tmp_path / "log", variables={}, grace_s=0.1)
    pids = [int(pid) for pid in (await told(fifo)).split()]
    alive = process.exit_status is None

    await process.stop()

    assert alive
    assert not any(is_running(pid) for pid in pids)


async def test_a_worker_that_is_long_in_dying_is_waited_for(tmp_path: Path, fifo: Path) -> None:
    """The next start counts on its memory."""
    command = [sys.executable, "-c", _LOADED, str(fifo), str(_HELD_BYTES)]
    process = start_server(command, log=tmp_path / "log", variables={})
    pids = [int(pid) for pid in (await told(fifo)).split()]

    await process.stop()

    assert not any(is_running(pid) for pid in pids)


@pytest.mark.parametrize(
    ("code", "status"), [("raise SystemExit(7)", 7), ("import os; os.abort()", 134)]
)
async def test_the_exit_status_is_the_servers_own(
    tmp_path: Path, fifo: Path, code: str, status: int
) -> None:
    """A signal counts 128 more, as in the shell."""
    command = [sys.executable, "-c", f"{_TELL_GUARD}\n{code}", str(fifo)]
    process = start_server(command, log=tmp_path / "log", variables={})
    wait_until_gone([int(await told(fifo))], timeout_s=_GUARD_S)

    assert process.exit_status == status
    await process.stop()


async def test_output_goes_to_a_log_that_others_cannot_read(tmp_path: Path, fifo: Path) -> None:
    """SGLang logs its options, the key among them."""
    log = tmp_path / "logs" / "draft.log"
    script = f"{_TELL_GUARD}\nprint(os.environ['CUDA_VISIBLE_DEVICES'])"
    process = start_server(
        [sys.executable, "-c", script, str(fifo)], log=log, variables={"CUDA_VISIBLE_DEVICES": "3"}
    )
    wait_until_gone([int(await told(fifo))], timeout_s=_GUARD_S)

    await process.stop()

    assert log.read_text() == "3\n"
    assert log.stat().st_mode & 0o077 == 0


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """With the option that names another folder."""
    (tmp_path / "file").write_text("")

    with pytest.raises(LaunchError, match="choose --log-dir"):
        start_server(["true"], log=tmp_path / "file" / "log", variables={})


@pytest.mark.parametrize(
    ("line", "phase"),
    [
        ("[2026-11-21 22:14:01] Load weight begin. avail mem=78.84 GB", "loading weights"),
        ("Loading safetensors checkpoint shards:  40% Completed | 2/5", "loading weights, 40 %"),
        ("Fetching 12 files:  25%|##", "downloading weights, 25 %"),
        ("[..] Load weight end. elapsed=9.1 s, type=Gemma4", "making room for the cache"),
        (
            "[..] Capture target prefill CUDA graph begin. backend=breakable",
            "capturing prefill graphs",
        ),
        ("[..] Capture target decode CUDA graph begin. backend=full", "capturing decode graphs"),
        ("Capturing batches (bs=4 avail_mem=9 GB):  67%|##", "capturing graphs, 67 %"),
        ("INFO:     Uvicorn running on http://127.0.0.1:30000", "warming up"),
        ("[..] The server is fired up and ready to roll!", "checking that it generates"),
        ("[..] Prefill batch, #new-seq: 1", None),
    ],
)
def test_a_line_of_the_log_tells_what_the_server_does(line: str, phase: str | None) -> None:
    """Lines of SGLang 0.5.17; the many others tell nothing."""
    assert phase_of(line) == phase


def test_a_growing_log_is_followed_line_by_line(tmp_path: Path) -> None:
    """A line that is not complete yet waits; a progress bar overwrites its own."""
    log = tmp_path / "log"
    log.write_text("Load weight begin. avail\n")
    reader = LogReader(log)
    first = reader.phase()
    with log.open("a") as more:
        more.write("checkpoint shards:  20%\rcheckpoint shards:  40%\rLoad weight e")
    second = reader.phase()
    with log.open("a") as more:
        more.write("nd. elapsed=1 s\n")

    assert first == "loading weights"
    assert second == "loading weights, 40 %"
    assert reader.phase() == "making room for the cache"
