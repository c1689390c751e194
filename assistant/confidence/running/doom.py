"""Why a draft that is still being written will not do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Cause: TypeAlias = Literal["loop", "refusal", "language", "margin"]
"""`margin` says that the model has lost its way; the others are named after the check that fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doom:
    """A draft that no continuation can save, with the evidence a person can verify."""

    cause: Cause
    evidence: str
