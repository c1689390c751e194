"""What a writer sends appears in no log and no metric, whatever goes wrong."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import anyio
import httpx2
from anyio.abc import ByteReceiveStream

from support.server_app import GUARD_S

CANARY = "Canary-3f9b"
ROOT = Path(__file__).parents[2]
FAULTS = {"unforeseen": 1, "tier": 2, "refused": 3, "lost": 4}


def _requests() -> list[tuple[str, str, dict[str, Any]]]:
    """Every route, every fault, and every way to be refused, with the canary in it."""
    prompt = {"role": "user", "content": CANARY}
    native: dict[str, Any] = {"task": "rewrite", "text": CANARY, "instruction": CANARY}
    chat: dict[str, Any] = {"messages": [prompt]}
    plain: dict[str, Any] = {"prompt": CANARY, "suffix": CANARY}
    sent: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/v1/drafts", {"json": native}),
        ("POST", "/v1/drafts", {"json": native | {CANARY: 1}}),
        ("POST", "/v1/drafts", {"json": native | {"task": CANARY}}),
        ("POST", "/v1/drafts", {"json": {"length": CANARY}}),
        ("POST", "/v1/drafts", {"content": CANARY.encode()}),
        ("PUT", "/v1/drafts", {"content": CANARY.encode()}),
        ("POST", "/v1/chat/completions", {"json": chat}),
        ("POST", "/v1/chat/completions", {"json": chat | {"model": CANARY}}),
        ("POST", "/v1/chat/completions", {"json": chat | {CANARY: CANARY}}),
        ("POST", "/v1/chat/completions", {"json": {"messages": [{"role": CANARY}]}}),
        ("POST", "/v1/completions", {"json": plain}),
        ("POST", "/v1/completions", {"json": plain | {"logprobs": CANARY, CANARY: 1}}),
        ("POST", "/v1/completions", {"json": {"prompt": [CANARY, CANARY]}}),
        ("GET", f"/v1/models/{CANARY}?q={CANARY}", {}),
        ("GET", f"/{CANARY}?{CANARY}", {"headers": {"user-agent": CANARY}}),
        (CANARY.upper(), "/v1/models", {}),
    ]
    for label, seed in FAULTS.items():
        for stream in (False, True):
            drawn = {"seed": seed, "stream": stream}
            labelled = native | {"labels": [label], "stream": stream}
            sent.append(("POST", "/v1/drafts", {"json": labelled}))
            sent.append(("POST", "/v1/chat/completions", {"json": chat | drawn}))
            sent.append(("POST", "/v1/completions", {"json": plain | drawn}))
    return sent


async def test_the_canary_is_in_no_line_that_the_process_writes(tmp_path: Path) -> None:
    """A whole server process, started as an admin would, with uvicorn's own logging in place."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", "support.server_app:quoting_app"]
    requests = _requests()
    with anyio.fail_after(3 * GUARD_S):
        async with await anyio.open_process([*command, "--port", "0"], env=environment) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            url, early = await _address(process.stderr)
            async with httpx2.AsyncClient(base_url=url, timeout=GUARD_S) as client:
                statuses = [
                    (await client.request(method, path, **kwargs)).status_code
                    for method, path, kwargs in requests
                ]
                metrics = (await client.get("/metrics")).text
            process.terminate()
            written = early + await _rest(process.stderr) + await _rest(process.stdout)

    served = [line for line in written.splitlines() if '"request.served"' in line]
    assert CANARY.lower() not in written.lower()
    assert CANARY.lower() not in metrics.lower()
    assert len(served) == len(requests) + 1
    assert {200, 400, 404, 405, 500, 503} <= set(statuses)
    assert all(json.loads(line)["event"] for line in written.splitlines() if line.startswith("{"))
    assert "builtins.ValueError" in written


async def _address(stderr: ByteReceiveStream) -> tuple[str, str]:
    """Where the server listens, and what it had written by then."""
    text = ""
    while (found := re.search(r"http://127\.0\.0\.1:\d+", text)) is None:
        text += (await stderr.receive()).decode()
    return found[0], text


async def _rest(stream: ByteReceiveStream) -> str:
    return b"".join([chunk async for chunk in stream]).decode()
