"""The server of the cache's bench: everything real but the tier, which writes one text at once.

Run as `python -m load.cache_app WORKERS`, it serves on a free port, which is its first line of output,
until it is terminated. Policy, store and keys come from the environment.
"""

from __future__ import annotations

import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

from fastapi import FastAPI

from assistant.confidence.artefact import load_artefact
from assistant.confidence.scorer import Scorer
from assistant.economics.tables import measured_table
from assistant.policy.load import load_policy
from assistant.service import Assistant
from assistant.settings import Settings, read
from assistant.tiers.fake import FakeTier, Script
from assistant.wiring.cache import cache_for, flights_for
from assistant.wiring.stores import records_for
from assistant.wiring.tiers import meters_of, pricing_of
from assistant.workflow.state import Context
from server.app import create_app
from server.run import listen, run
from server.settings import HttpSettings

TEXT = Path(__file__).with_name("ferry.txt").read_text(encoding="utf-8")
"""250 words."""


def scripted_app() -> FastAPI:
    """The app of one worker."""
    settings = read(Settings)
    policy = load_policy(settings.policy)
    tier = FakeTier(Script(texts=(TEXT,)), name="draft", model=policy.tiers["draft"].model)
    assistant = Assistant(
        Context(
            policy=policy,
            tiers={"draft": tier},
            scorer=Scorer(load_artefact("default")),
            embedder=None,
            cache=cache_for(policy, settings, None),
            # Closed with the process.
            flights=flights_for(policy, settings, None, AsyncExitStack()),
            clock=time.monotonic,
            meters=meters_of(policy.tiers),
            pricing=pricing_of(policy.tiers, measured_table(None)),
            records=records_for(policy, settings, None),
        )
    )
    return create_app(read(HttpSettings), assistant)


if __name__ == "__main__":
    listening = listen("127.0.0.1", 0)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    run(listening, workers=int(sys.argv[1]), app="load.cache_app:scripted_app")
