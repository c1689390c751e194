"""The real embedded engine, and an imitation of SGLang, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.embedded_host import embedded_addresses, embedded_engine
from support.measured_engine import MeasuredEngine, measured_engine

__all__ = ["embedded_addresses", "embedded_engine", "engine"]


@pytest.fixture
def engine() -> Iterator[MeasuredEngine]:
    """A running server that answers as SGLang does."""
    with measured_engine() as running:
        yield running
