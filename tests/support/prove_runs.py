"""Runs of the proof over imitated engines, and what is left of them afterwards."""

from __future__ import annotations

import json
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from deploy.gpu.prove.options import Options, Part
from deploy.gpu.prove.weights import SMALL

COMMAND = Path(__file__).with_name("prove_command.py")
GUARD_S = 150
"""Only against hanging."""


@pytest.fixture(scope="session")
def proof_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder whose small model is made already."""
    folder = tmp_path_factory.mktemp("prove")
    small = folder / "models" / SMALL
    small.mkdir(parents=True)
    (small / "config.json").write_text("{}", encoding="utf-8")
    vocabulary = {"<|im_end|>": 0, "a": 1}
    tokenizer = {"added_tokens": [], "model": {"type": "BPE", "vocab": vocabulary, "merges": []}}
    (small / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    (folder / "model.gguf").write_bytes(b"GGUF")
    return folder


def options_of(work: Path, out: Path, *parts: Part) -> Options:
    """A run on free ports with the imitated commands."""
    return Options(
        work=work,
        out=out,
        parts=parts,
        models=("small",),
        gguf=work / "model.gguf",
        card="H200",
        inkladder=(sys.executable, str(COMMAND)),
        first_port=free_port(),
        workers=(1,),
        minutes=GUARD_S / 60,
    )


def free_port() -> int:
    """A port with a free one after it."""
    while True:
        with socket.socket() as one, socket.socket() as next_one:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                next_one.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def results(out: Path) -> list[dict[str, Any]]:
    """What was written."""
    lines = (out / "results.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def serving(*ports: int) -> list[int]:
    """Those of the ports where something still listens."""
    found = []
    for port in ports:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                found.append(port)
    return found


def mentioning(folder: Path) -> list[str]:
    """Command lines of living processes that name the folder."""
    told = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            told.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [line for line in told if str(folder) in line]
