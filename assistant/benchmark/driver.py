"""Version of the card's driver, where the card is in this machine."""

from __future__ import annotations

import shutil
from ipaddress import ip_address
from urllib.parse import urlsplit

import anyio

from assistant.benchmark.target import EngineFacts, Target

QUERY_TIMEOUT_S = 10.0
"""The tool answers within two seconds, also where it must wake the driver first."""


async def local_driver(target: Target, facts: EngineFacts) -> str | None:
    """The driver's version as `nvidia-smi` tells it; None for an engine elsewhere, or without a card."""
    tool = shutil.which("nvidia-smi")
    if tool is None or facts.accelerator is None or not _is_here(target.url):
        return None
    command = [tool, "--query-gpu=driver_version", "--format=csv,noheader"]
    with anyio.move_on_after(QUERY_TIMEOUT_S):
        done = await anyio.run_process(command, check=False)
        lines = done.stdout.decode(errors="replace").split()
        return lines[0] if done.returncode == 0 and lines else None
    return None


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
