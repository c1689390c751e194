"""Exact hits over HTTP: two workers of the real server, a real Valkey, a client in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from rich.table import Table

from load.http_load import Connection, Measured, Plan
from server.keys import KeyFile
from support.serving import clean_environment, descendants
from support.valkey import running_valkey

TESTS: Final = Path(__file__).parents[1]
WORKERS: Final = 2
REQUESTS: Final = 200
"""Different ones of each kind: more than a worker remembers the addresses of."""

PER_SECOND: Final = 50
ROUNDS: Final = 3
RATE_S: Final = 4.0
SATURATED_S: Final = 3.0
CONNECTIONS: Final = 16

MOST_P99_MS: Final = 5.0
LEAST_PER_SECOND: Final = 800.0

_POLICY: Final = {
    "apiVersion": "inkladder/v1",
    "name": "hits",
    "tiers": {"draft": {"engine": "sglang", "model": "scripted", "endpoints": ["http://nobody:1"]}},
    "confidence": {"artefact": "default", "embedder": None},
    "routes": [{"name": "default", "ladder": ["draft"], "accept": {"min_score": 0.0}}],
    "cache": {"repeat": "serve"},
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What is asked; `wanted` stands in the head of every reply."""

    name: str
    path: str
    bodies: Sequence[str]
    wanted: str


@dataclass(kw_only=True)
class Found:
    """Requests at a fixed rate, rounds at saturation, and processor time of the workers for each of those.

    `others` were no hits: a machine that is too busy for the store's limits.
    """

    ms: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    others: int = 0


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running one."""

    port: int
    key: str
    pid: int

    def plan(self, kind: Kind, *, seconds: float, per_second: float | None) -> Plan:
        """How to ask it."""
        return Plan(
            port=self.port,
            path=kind.path,
            bodies=kind.bodies,
            seconds=seconds,
            per_second=per_second,
            connections=CONNECTIONS,
            headers=(f"authorization: Bearer {self.key}",),
            wanted=kind.wanted,
        )

    def cpu_s(self) -> float:
        """Processor time of its workers so far, in seconds."""
        ticks = os.sysconf("SC_CLK_TCK")
        return sum(_ticks(pid) for pid in descendants(self.pid)) / ticks


def kinds() -> tuple[Kind, ...]:
    """A request that needs no work, a hit of the native API, and one of OpenAI's."""
    asked = [
        f"Write a page about the ferry to Anholt on day {day} of the year."
        for day in range(REQUESTS)
    ]
    native = [json.dumps({"task": "draft", "instruction": each}) for each in asked]
    chat = [
        json.dumps({"model": "draft-auto", "messages": [{"role": "user", "content": each}]})
        for each in asked
    ]
    hit = "\r\nx-cache: hit"
    return (
        Kind(name="GET /healthz", path="/healthz", bodies=("",), wanted=""),
        Kind(name="hit, POST /v1/drafts", path="/v1/drafts", bodies=native, wanted=hit),
        Kind(
            name="hit, POST /v1/chat/completions",
            path="/v1/chat/completions",
            bodies=chat,
            wanted=hit,
        ),
    )


def hits_table() -> Table:
    """Latency at a fixed rate and requests a second at saturation, in turns."""
    found = {kind.name: Found() for kind in kinds()}
    with _server() as server:
        for kind in kinds():
            asyncio.run(_fill(server, kind))
        for _ in range(ROUNDS):
            for kind in kinds():
                _round(server, kind, found[kind.name])
    return _table(found)


def _round(server: Server, kind: Kind, found: Found) -> None:
    measured = _measured(server.plan(kind, seconds=RATE_S, per_second=PER_SECOND))
    found.ms += measured.ms
    found.others += measured.others
    before_s = server.cpu_s()
    saturated = _measured(server.plan(kind, seconds=SATURATED_S, per_second=None))
    found.others += saturated.others
    found.cpu_ms.append((server.cpu_s() - before_s) * 1000 / len(saturated.ms))
    found.per_second.append(saturated.per_second)


def _table(found: Mapping[str, Found]) -> Table:
    table = Table(
        "2 workers",
        "ms p50",
        "ms p99",
        "ratio p50",
        "a second, best",
        "ratio",
        "CPU ms",
        "no hits",
        title=f"Exact hits over HTTP: at {PER_SECOND} requests a second, and at saturation",
    )
    rows = {name: Measured(ms=one.ms, seconds=1.0) for name, one in found.items()}
    floor = next(iter(rows.values())).percentile(0.5)
    most = max(next(iter(found.values())).per_second)
    for name, one in found.items():
        p50, p99 = rows[name].percentile(0.5), rows[name].percentile(0.99)
        best = max(one.per_second)
        table.add_row(
            name,
            f"{p50:.2f}",
            f"{p99:.2f}",
            f"{p50 / floor:.2f}",
            f"{best:.0f}",
            f"{best / most:.2f}",
            f"{min(one.cpu_ms):.2f}",
            f"{one.others}",
        )
    table.caption = f"wanted of hits: p99 at most {MOST_P99_MS:g} ms, at least {LEAST_PER_SECOND:g} a second; CPU: workers'"
    return table


async def _fill(server: Server, kind: Kind) -> None:
    """Writes what is to be found; on a busy machine an answer may not be stored at once."""
    connection = await Connection.open(server.port)
    wanted = kind.wanted.encode()
    waiting = server.plan(kind, seconds=0, per_second=None).requests()
    while waiting:
        waiting = [each for each in waiting if wanted not in await connection.ask(each)]
    connection.close()


def _measured(plan: Plan) -> Measured:
    client = subprocess.run(
        [sys.executable, "-m", "load.http_load"],
        cwd=TESTS,
        input=json.dumps(asdict(plan)).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return Measured.parse(client.stdout)


@contextmanager
def _server() -> Iterator[Server]:
    with running_valkey() as valkey, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        policy = folder / "hits.yaml"
        policy.write_text(json.dumps(_POLICY), encoding="utf-8")
        keys = folder / "keys.json"
        key, _ = KeyFile(keys).create("bench")
        environment = clean_environment() | {
            "REDIS_URL": valkey.url,
            "INKLADDER_POLICY": str(policy),
            "INKLADDER_KEYS_FILE": str(keys),
            "INKLADDER_DATA_DIR": str(folder),
            "INKLADDER_LOG_FORMAT": "json",
        }
        with (
            (folder / "serve.log").open("wb") as log,
            subprocess.Popen(
                [sys.executable, "-m", "load.cache_app", str(WORKERS)],
                cwd=TESTS,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            ) as process,
        ):
            assert process.stdout is not None
            try:
                port = int(process.stdout.readline())
                yield Server(port=port, key=key, pid=process.pid)
            finally:
                process.terminate()


def _ticks(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    user, system = stat.rpartition(")")[2].split()[11:13]
    return int(user) + int(system)
