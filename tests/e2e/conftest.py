"""One server over the embedded ladder for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.embedded_host import embedded_addresses, embedded_engine
from support.serving import Served, serving

__all__ = ["embedded_addresses", "embedded_engine", "served"]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`inkladder serve` with the default policy: a real model, a real store."""
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server
