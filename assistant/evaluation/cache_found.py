"""What an evaluation of pairs finds, as `inkladder cache evaluate --json` prints it; shares are from 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from assistant.cache.semantic.control import LabelledStratum

Label: TypeAlias = Literal["same", "different"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Share(_Part):
    """How many of some pairs were hits, with the interval of their share."""

    hits: int
    pairs: int
    low: float
    high: float


class Group(_Part):
    """Pairs of one label and kind, or several kinds: by rule, how many are hits.

    That is recall for pairs that are the same, and false hits for others.
    """

    name: str
    label: Label
    shares: Mapping[str, Share]


class StratumFound(_Part):
    """One task and language: its counts, and from which strength hits may be served, or why not at all."""

    counts: LabelledStratum
    least: float | None
    basis: str


class PairsFound(_Part):
    """What an evaluation of pairs finds.

    `unread` pairs are of no known language or are never stored. `rejections` counts misses by reason and
    label, `strengths` verdicts of the verifier.
    """

    pairs: int
    unread: int
    data: str
    wording: str
    embedder: str
    max_false_hit: float
    rules: tuple[str, ...]
    kinds: tuple[Group, ...]
    totals: tuple[Group, ...]
    rejections: Mapping[str, Mapping[Label, int]]
    strengths: Mapping[str, Mapping[Label, int]]
    strata: tuple[StratumFound, ...]
