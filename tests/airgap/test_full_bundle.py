"""The whole product crosses the gap: built here, installed and used where there is no network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WANTED = "Write a short paragraph about why walking every day is good for you."
LOOPBACK_UP = 'ip link set lo up && exec "$@"'
"""A new network namespace has loopback alone, and it is down."""


def without_network(command: Sequence[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs a command with loopback alone, or, where the kernel forbids that, with dead proxies."""
    closed = ["unshare", "--map-root-user", "--net", "sh", "-c", LOOPBACK_UP, "sh"]
    probe = [*closed, "true"]
    possible = (
        shutil.which("unshare") is not None
        and subprocess.run(probe, capture_output=True, check=False).returncode == 0
    )
    dead = dict.fromkeys(
        ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(
        [*(closed if possible else []), *command],
        cwd=cwd,
        env=kept if possible else kept | dead,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """An empty folder whose gigabytes do not outlive the test."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def test_a_bundle_of_this_checkout_drafts_a_text_without_a_network(
    room: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """From an empty folder, with the embedded ladder, its model and its embedder."""
    bundle, to, elsewhere = room / "bundle", room / "inkladder", room / "elsewhere"
    elsewhere.mkdir()
    builder = [sys.executable, str(ROOT / "deploy/airgap/build.py"), "--out", str(bundle)]

    built = subprocess.run(
        [*builder, "--policy", "embedded", "--policy", "gemma4"], cwd=elsewhere, check=False
    )
    installed = without_network(
        [sys.executable, str(bundle / "install.py"), "--to", str(to)], elsewhere
    )
    command = str(to / "bin/inkladder")
    drafted = without_network([command, "draft", "--json", WANTED], elsewhere)
    plan = ["tiers", "up", "--policy", "gemma4-a4b", "--print", "--gpus", "H100:2"]
    planned = without_network([command, *plan], elsewhere)

    assert built.returncode == 0, capfd.readouterr().err
    assert installed.returncode == 0, installed.stderr
    assert "ok: gemma4" in installed.stdout
    assert drafted.returncode == 0, drafted.stderr
    answer = json.loads(drafted.stdout)
    assert len(answer["text"].split()) > 10
    assert planned.returncode == 0, planned.stderr
