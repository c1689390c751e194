"""What the checks of the cascade look at: servers, engines, and texts to send them."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.gpu.prove.processes import Child
from deploy.gpu.prove.wire import Engine, Gateway

LONG_STORY = (
    "Write a very long and detailed story about a lighthouse keeper, in at least twenty chapters."
    " Never stop before all chapters are written."
)
"""Keeps the real model busy for seconds."""

LONG_TALE = (
    "Write a very long and detailed tale about an old fisherman, in at least twenty chapters."
    " Never stop before all chapters are written."
)
"""Another long text, for readers of live streams."""

SHORT_TEXT = "Write two sentences that invite the team to lunch on Friday."

GOOD_TEXT = (
    "The library is a place where people can borrow books, read newspapers and meet other people."
    " It is open every day of the week, and everyone is welcome."
)

DOCUMENT = (
    "The ferry to the island leaves the old harbour at nine in the morning. For the first hour the"
    " coast stays in sight, low and green, with the chimneys of the brickworks standing out against"
    " the sky. Then the land sinks away, the wind picks up, and most passengers move inside, where a"
    " small kitchen sells coffee, buns and a fish soup. The island itself is a surprise: four fifths"
    " of it are heath and dunes, and no road crosses it. In the west lies the village with its shop,"
    " its church and about a hundred and thirty inhabitants. Bicycles can be rented beside the pier."
    " Most guests come for the beaches, which run around the whole island without a single hotel."
)
"""About 150 tokens, to be read once and found again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """Two engines behind three servers of ours.

    `gateway` has a ladder of both engines, `live` the same for readers of streams, `pair` one tier that
    shares them. `large_launcher` is the `tiers up` that runs the large engine and `policy` its file;
    `inkladder` the command.
    """

    gateway: Gateway
    live: Gateway
    pair: Gateway
    draft: Engine
    large: Engine
    model: str
    large_launcher: Child
    policy: str
    inkladder: tuple[str, ...]

    @property
    def engines(self) -> tuple[Engine, Engine]:
        """Both, the draft's first."""
        return self.draft, self.large
