"""Fixtures of the contract tests."""

from support.embedded_host import embedded_addresses, embedded_engine

__all__ = ["embedded_addresses", "embedded_engine"]
