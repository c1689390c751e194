"""Settings of the whole suite."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# No test may reach a model hub, or report to a tracing service that this machine is set up for.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.pop("LANGSMITH_TRACING", None)
# Before numpy is imported, which reads it once: on matrices as small as ours threads only wait for one
# another, the longer the more of them other programs keep busy.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

# How long an example takes depends on what else the machine does; no test asserts a time.
settings.register_profile("usual", deadline=None, max_examples=40)
settings.register_profile("thorough", deadline=None, max_examples=400)
settings.load_profile(os.environ.get("INKLADDER_LAWS", "usual"))


@pytest.fixture
def anyio_backend() -> str:
    """LangGraph and redis-py run on asyncio."""
    return "asyncio"
