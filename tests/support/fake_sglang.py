"""A small program that is started as SGLang is, and answers what a recorded SGLang 0.5.17 answered.

It stands in for a Python with SGLang: `fake -c CODE` tells the version, `fake -m
sglang.launch_server FLAGS` serves. `FAKE_SGLANG` names a JSON file that says how it behaves.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

RECORDED: dict[str, Any] = json.loads(
    Path(__file__).with_name("sglang_admin.json").read_text(encoding="utf-8")
)
"""Bodies of `/server_info`, `/v1/loads` and `/metrics`, the first one cut to what is read."""

_WORKER = "import sys; sys.stdin.read()"
"""Like a scheduler of SGLang: a child that knows nothing of signals."""


def behaviour() -> dict[str, Any]:
    """What the test asked for: `version`, `log`, `fails`, `never_ready`, `lingers`, `no_template`.

    `lingers` names a pipe: a server that is asked to leave writes there, and leaves once somebody
    has written there, too.
    """
    path = os.environ.get("FAKE_SGLANG")
    told: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    return told


def main(arguments: list[str]) -> None:
    """Tells the version, or serves until killed."""
    told = behaviour()
    if arguments[0] == "-c":
        sys.stdout.write(told.get("version", "0.5.17") + "\n")
        return
    flags = parse_flags(arguments[2:])
    mine = told.get(str(flags["port"]), told)
    if mine.get("lingers"):
        signal.signal(signal.SIGTERM, lambda *_: _leave_after(mine["lingers"]))
    _say(f"Load weight begin. avail mem=78.84 GB\nflags {json.dumps(flags)}")
    _say(f"gpus {os.environ.get('CUDA_VISIBLE_DEVICES')}")
    if mine.get("fails"):
        _say(mine["log"])
        raise SystemExit(1)
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER],
        stdin=subprocess.PIPE,
        pass_fds=(),
    )
    Path(told["pids"]).joinpath(f"{flags['port']}.pids").write_text(f"{os.getpid()} {worker.pid}")
    Handler.flags, Handler.told = flags, mine
    server = ThreadingHTTPServer((str(flags["host"]), int(str(flags["port"]))), Handler)
    _say("Capture target decode CUDA graph begin. backend=full\nThe server is fired up")
    server.serve_forever()


def parse_flags(arguments: list[str]) -> dict[str, str | bool]:
    """`--name value` and bare `--name` as a mapping."""
    flags: dict[str, str | bool] = {}
    name = ""
    for each in arguments:
        if each.startswith("--"):
            name = each.removeprefix("--")
            flags[name] = True
        else:
            flags[name] = each
    return flags


class Handler(BaseHTTPRequestHandler):
    """Answers as the recording; `/die` ends the program with `log` as its last words."""

    protocol_version = "HTTP/1.1"
    flags: ClassVar[dict[str, str | bool]] = {}
    told: ClassVar[dict[str, Any]] = {}
    bodies: ClassVar[dict[str, tuple[int, object]] | None] = None
    """Status and body by address, instead of those that follow from the flags."""

    def do_GET(self) -> None:
        """State of the server."""
        if self.path == "/die":
            _say(self.told.get("log", "Segmentation fault"))
            os._exit(3)
        if self.path == "/health_generate":
            self._answer(503 if self.told.get("never_ready") else 200, "")
        elif not self._allowed():
            self._answer(401, {"error": "Unauthorized"})
        else:
            self._answer(*self._known().get(self.path, (404, {"detail": "Not Found"})))

    def do_POST(self) -> None:
        """Generation and conversation."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._allowed():
            self._answer(401, {"error": "Unauthorized"})
        elif self.path in self._known():
            self._answer(*self._known()[self.path])
        elif self.path == "/generate":
            tokens = request["sampling_params"]["max_new_tokens"]
            self._answer(200, {"text": "", "meta_info": {"completion_tokens": tokens}})
        elif self.told.get("no_template"):
            message = (
                "Cannot use chat template functions because tokenizer.chat_template is not set"
            )
            self._answer(400, {"object": "error", "message": message, "code": 400})
        else:
            self._answer(200, {"object": "chat.completion", "choices": []})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
        """Keeps the log to what SGLang says."""

    def _known(self) -> dict[str, tuple[int, object]]:
        return bodies(self.flags) if self.bodies is None else self.bodies

    def _allowed(self) -> bool:
        key = self.flags.get("api-key")
        return key is None or self.headers["Authorization"] == f"Bearer {key}"

    def _answer(self, status: int, body: object) -> None:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        content = text.encode() if isinstance(text, str) else text
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def bodies(flags: dict[str, str | bool]) -> dict[str, tuple[int, object]]:
    """Status and body of each address that tells of the server."""
    info = RECORDED["server_info"] | {"served_model_name": flags.get("served-model-name")}
    if "context-length" in flags:
        info["context_length"] = int(str(flags["context-length"]))
    return {
        "/server_info": (200, info),
        "/v1/loads": (200, RECORDED["loads"]),
        "/metrics": (200, RECORDED["metrics"]),
    }


def _leave_after(pipe: str) -> None:
    Path(pipe).write_text("leaving", encoding="utf-8")
    Path(pipe).read_text(encoding="utf-8")
    os._exit(0)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
