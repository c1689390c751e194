"""A started guard with the built-in model and Valkey, one for the whole test session.

Import `embedded_addresses` in the conftest of the folder whose tests need it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.embedded.host import embedded_host
from assistant.embedded.model import BUILT_IN_MODEL, resolve_gguf
from assistant.embedded.spec import Addresses, EngineAddress, EngineSpec, HostSpec

CONTEXT_TOKENS = 2048
"""Small enough for a fast start, large enough for every test."""


@pytest.fixture(scope="session")
def embedded_addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """Addresses of a real engine and a real Valkey."""
    engine = EngineSpec(
        model=BUILT_IN_MODEL,
        gguf=resolve_gguf(BUILT_IN_MODEL, None),
        context_tokens=CONTEXT_TOKENS,
        parallel=4,
    )
    data_dir = tmp_path_factory.mktemp("embedded")
    with embedded_host(HostSpec(engines=(engine,), data_dir=data_dir, valkey=True)) as addresses:
        yield addresses


@pytest.fixture(scope="session")
def embedded_engine(embedded_addresses: Addresses) -> EngineAddress:
    """Address of the real engine that serves the built-in model."""
    return embedded_addresses.engines[BUILT_IN_MODEL]
