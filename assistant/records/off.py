"""The records of a policy that keeps none."""

from __future__ import annotations

from typing import NoReturn

from assistant.errors import RequestError
from assistant.records.base import Given, Kept, Noted, Settled
from assistant.types import Caller


class NoRecords:
    """Keeps nothing and says so."""

    dropped = 0

    def note(self, noted: Noted) -> None:
        """Forgets it."""

    async def read(self, caller: Caller, record_id: str) -> Kept:  # noqa: ARG002  # the protocol's parameters
        """Never finds a record.

        Raises:
            RequestError: (`not_found`) always.
        """
        _refuse()

    async def give(self, caller: Caller, record_id: str, given: Given) -> Settled:  # noqa: ARG002
        """Takes no verdict.

        Raises:
            RequestError: (`not_found`) always.
        """
        _refuse()

    async def forget(self, caller: Caller, record_id: str) -> None:  # noqa: ARG002
        """Never finds a record.

        Raises:
            RequestError: (`not_found`) always.
        """
        _refuse()

    async def aclose(self) -> None:
        """Nothing to close."""


def _refuse() -> NoReturn:
    message = "this server keeps no records of drafts (policy feedback.enabled)"
    raise RequestError(message, param="id", code="not_found")
