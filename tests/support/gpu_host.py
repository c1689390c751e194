"""A host with GPUs that are not there: an `nvidia-smi`, a Python with SGLang, and a policy."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from assistant.cli.main import USAGE_ERROR
from assistant.cli.tiers import app
from assistant.errors import AssistantError
from support import fake_sglang
from support.serving import INKLADDER, clean_environment

H100 = "NVIDIA H100 80GB HBM3, 81559, 580.95.05, 9.0"
"""A line of nvidia-smi without its index."""


@dataclass(frozen=True, kw_only=True)
class GpuHost:
    """A folder with everything that `inkladder tiers` needs to find."""

    folder: Path

    @property
    def python(self) -> Path:
        """The Python to name with `--python`."""
        return self.folder / "python-with-sglang"

    def behave(self, **how: object) -> None:
        """Says what the servers do; see `fake_sglang.behaviour`."""
        told = {"pids": str(self.folder), **how}
        (self.folder / "behaviour.json").write_text(json.dumps(told))

    def policy(self, *tiers: str) -> Path:
        """A policy of SGLang tiers, each the rest of a YAML flow mapping by its name."""
        path = self.folder / "policy.yaml"
        names = ", ".join(tier.partition(":")[0] for tier in tiers)
        listed = "\n".join(f"  {tier}" for tier in tiers)
        path.write_text(
            f"apiVersion: inkladder/v1\nname: test\ntiers:\n{listed}\n"
            f"routes: [{{name: default, ladder: [{names}]}}]\n"
        )
        return path

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """`inkladder tiers ARGUMENTS` as a process of its own, both outputs in one pipe."""
        return subprocess.Popen(
            [str(INKLADDER), "tiers", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**clean_environment(), **self._environment(**variables)},
        )

    def run(self, *arguments: str, **variables: str) -> tuple[int, str]:
        """Exit status and output of `inkladder tiers ARGUMENTS`, run in this process."""
        result = CliRunner().invoke(app, arguments, env=self._environment(**variables))
        if isinstance(result.exception, AssistantError):
            return USAGE_ERROR, f"{result.output}{result.exception}"
        return result.exit_code, result.output

    def up(self, policy: Path, *options: str, **variables: str) -> subprocess.Popen[str]:
        """`inkladder tiers up` of the policy, with this host's Python and its logs in the folder."""
        return self.start("up", *self.up_options(policy), *options, **variables)

    def up_options(self, policy: Path) -> list[str]:
        """Options of `up` that keep it within the folder."""
        logs = str(self.folder / "logs")
        return ["--policy", str(policy), "--python", str(self.python), "--log-dir", logs]

    def _environment(self, **variables: str) -> dict[str, str]:
        return {
            "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "120",
            "PYTHONUNBUFFERED": "1",
            "FAKE_SGLANG": str(self.folder / "behaviour.json"),
            **variables,
        }

    def pids(self) -> list[int]:
        """Process ids of every server and worker that was started."""
        files = self.folder.glob("*.pids")
        return [int(pid) for file in files for pid in file.read_text().split()]


def gpu_host(folder: Path, *cards: str) -> GpuHost:
    """A host with these cards (lines of nvidia-smi without index); none: no nvidia-smi at all."""
    host = GpuHost(folder=folder)
    if cards:
        lines = "\n".join(f"{index}, {card}" for index, card in enumerate(cards))
        _program(folder / "nvidia-smi", f"cat <<'END'\n{lines}\nEND")
    _program(host.python, f'exec "{sys.executable}" "{fake_sglang.__file__}" "$@"')
    host.behave()
    return host


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """The output up to the line with `words`."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if words in line:
            return seen
    raise AssertionError(seen)


def is_running(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_until_gone(pids: Sequence[int], *, timeout_s: float) -> None:
    """Returns once all have ended; fails after `timeout_s` seconds."""
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ended, _, _ = select.select([handle], [], [], timeout_s)
        os.close(handle)
        assert ended, f"process {pid} is still there"


def kill(process: subprocess.Popen[str]) -> None:
    """Ends a process for good, at the end of a test."""
    process.send_signal(signal.SIGKILL)
    process.communicate()


def _program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
