"""Commands beside the proof: started, watched, and gone with all their children."""

from __future__ import annotations

import sys
from pathlib import Path

import anyio
import pytest

from deploy.gpu.prove.processes import (
    Child,
    CommandFailed,
    alive,
    below,
    output_of,
    running,
    stop,
)
from deploy.gpu.prove.waiting import until

GUARD_S = 30
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", grandchild], start_new_session=True)
print("started", flush=True)
time.sleep(600)
"""


async def said(child: Child, words: str) -> None:
    """Waits for words of the command."""

    async def there() -> bool:
        return words in child.all_said()

    await until(there, within_s=GUARD_S)


async def test_output_and_status_of_a_command_are_kept(tmp_path: Path) -> None:
    """Both streams, as a person would have seen them."""
    program = "import sys; print('out'); print('error', file=sys.stderr); sys.exit(3)"

    status, output = await output_of(
        [sys.executable, "-c", program], name="three", log_dir=tmp_path, within_s=GUARD_S
    )

    assert status == 3
    assert sorted(output.split()) == ["error", "out"]


async def test_a_command_that_does_not_end_is_stopped_and_told(tmp_path: Path) -> None:
    """The message holds what it said last."""
    program = "import time; print('still here', flush=True); time.sleep(600)"
    command = [sys.executable, "-c", program]

    async with running(command, name="slow", log_dir=tmp_path) as child:
        await said(child, "still here")
        with pytest.raises(CommandFailed, match=r"slow still runs after 0\.1 s:\nstill here"):
            await child.ended(within_s=0.1)

    assert child.process.returncode is not None


async def test_a_command_that_should_run_but_ended_is_told_with_its_last_words(
    tmp_path: Path,
) -> None:
    """So that the reason stands in the results."""
    command = [sys.executable, "-c", "print('no GPU'); raise SystemExit(2)"]

    async with running(command, name="up", log_dir=tmp_path) as child:
        await child.ended(within_s=GUARD_S)

        with pytest.raises(CommandFailed, match="up ended with status 2:\nno GPU"):
            child.must_run()


async def test_nothing_is_left_of_a_command_that_ignores_being_asked(tmp_path: Path) -> None:
    """Children in groups of their own are found and killed, and told as left running."""
    async with running([sys.executable, "-c", STUBBORN], name="deaf", log_dir=tmp_path) as child:
        await said(child, "started")
        family = child.processes()

        await anyio.to_thread.run_sync(lambda: stop(child, grace_s=0.1))

    assert family
    assert not any(alive(process) for process in family)
    assert child.left >= family


async def test_a_command_leaves_when_the_proof_is_killed(tmp_path: Path) -> None:
    """Even SIGKILL of the proof leaves no server on the host."""
    program = (
        "import anyio, sys\n"
        "from pathlib import Path\n"
        "from deploy.gpu.prove.processes import running\n"
        "async def main():\n"
        "    command = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        f"    async with running(command, name='server', log_dir=Path({str(tmp_path)!r})):\n"
        "        print('up', flush=True)\n"
        "        await anyio.sleep_forever()\n"
        "anyio.run(main)\n"
    )
    proof = await anyio.open_process([sys.executable, "-c", program])
    assert proof.stdout is not None
    await proof.stdout.receive()
    started = below(proof.pid)

    proof.kill()
    await proof.aclose()

    async def gone() -> bool:
        return not any(alive(process) for process in started)

    assert started
    await until(gone, within_s=GUARD_S)
