"""What our server adds to an engine: the same requests to both, over an engine of the measured pace.

Run by `make bench`, or by itself; needs no card. The clients, our server and the engine share the cores of
this machine, and the clients of the direct way read five times as many events: on few cores part of what
is told is theirs. On a GPU host, `inkladder tiers gateway` compares with the real engine.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import anyio
from rich.console import Console

from assistant.benchmark.chat import ChatWay
from assistant.benchmark.gateway import GatewayPlan, compare_ways
from assistant.benchmark.gateway_report import GatewayReport
from assistant.benchmark.tables import gateway_doubts, gateway_table

ENGINE = Path(__file__).with_name("paced_engine.py")
INKLADDER = Path(sys.executable).with_name("inkladder")
MODEL = "google/gemma-4-12B-it"
CARD = "H200"


@contextmanager
def started(*command: str | Path, log: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Runs a server and gives the first line it says."""
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
        ) as process,
    ):
        assert process.stdout is not None
        try:
            if not (first := process.stdout.readline()):
                raise RuntimeError(log.read_text(encoding="utf-8"))
            yield first
        finally:
            process.terminate()


@contextmanager
def both_ways() -> Iterator[tuple[str, str]]:
    """Addresses of a paced engine, and of `inkladder serve` with a ladder of one over it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("INKLADDER_")}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engine = started(
            sys.executable, ENGINE, MODEL, CARD, log=folder / "engine.log", environment=clean
        )
        direct = f"http://127.0.0.1:{stack.enter_context(engine).strip()}"
        policy = folder / "paced.yaml"
        policy.write_text(json.dumps(ladder_of_one(direct)), encoding="utf-8")
        ours = clean | {
            "INKLADDER_DATA_DIR": str(folder / "data"),
            "INKLADDER_KEYS_FILE": str(folder / "keys.json"),
            "INKLADDER_LOG_FORMAT": "json",
        }
        serve = (INKLADDER, "serve", "--port", "0", "--policy", policy)
        gateway = started(*serve, log=folder / "serve.log", environment=ours)
        yield direct, stack.enter_context(gateway).split()[3]


def ladder_of_one(url: str) -> dict[str, object]:
    """The engine alone, as the whole ladder, without embeddings and without a store."""
    tier = {
        "engine": "sglang",
        "model": MODEL,
        "endpoints": [url],
        "card": {"name": CARD, "usd_per_hour": 3.0},
        "max_concurrency": 64,
    }
    return {
        "apiVersion": "inkladder/v1",
        "name": "paced",
        "tiers": {"draft": tier},
        "confidence": {"artefact": "default", "embedder": None},
        "routes": [{"name": "default", "ladder": ["draft"], "accept": {"min_score": 0.0}}],
        "cache": {"exact": {"enabled": False}},
    }


async def measured() -> GatewayReport:
    """The comparison at 1, 8 and 32 requests at once."""
    plan = GatewayPlan(model=MODEL, gateway_model="draft-auto")
    with both_ways() as (direct_url, gateway_url):
        direct, gateway = ChatWay(direct_url, direct=True), ChatWay(gateway_url, direct=False)
        try:
            return await compare_ways(direct, gateway, plan, date=dt.datetime.now(dt.UTC).date())
        finally:
            await direct.aclose()
            await gateway.aclose()


def main() -> None:
    """Prints the table."""
    report = anyio.run(measured)
    console = Console()
    console.print(gateway_table(report))
    console.print(
        f"{MODEL} on an {CARD} at its measured pace; clients, our server and that engine share"
        f" {os.cpu_count()} cores here"
    )
    for doubt in gateway_doubts(report):
        console.print(f"warning: {doubt}")


if __name__ == "__main__":
    main()
