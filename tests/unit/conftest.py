"""Servers that any test may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.valkey import Valkey, running_valkey


@pytest.fixture(scope="session")
def shared_valkey() -> Iterator[Valkey]:
    """One server for all tests that leave it as it is."""
    with running_valkey() as server:
        yield server


@pytest.fixture
def valkey(shared_valkey: Valkey) -> Valkey:
    """The shared server, emptied."""
    shared_valkey.run("FLUSHALL")
    return shared_valkey


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    """A server that the test may break."""
    with running_valkey() as server:
        yield server
