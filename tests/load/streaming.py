"""Streaming: how soon the first final words come, how long a text takes, and the GPU-seconds of it.

Run by `make bench`, or by itself from the folder of the tests: `python -m load.streaming [--quick] [PART ...]`,
parts being `paced` and `embedded`. Engines are paced as measured cards are; their texts carry how they fare.
Beside the streaming cascade stand each tier alone and the cascade that holds every draft back. Then the same
on the embedded model, where everything is real.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from rich.console import Console
from structlog import configure as configure_log
from structlog import make_filtering_bound_logger

from load.streaming_embedded import embedded_tables
from load.streaming_run import Job, Ladder, Strategy, see
from load.streaming_tables import strategies_table, targets_table
from load.streaming_texts import LATEST, Fate, Order

WIDTH: Final = 110

LADDERS: Final = (
    Ladder(draft="google/gemma-4-12B-it", large="google/gemma-4-31B-it", in_flight=32),
    Ladder(draft="google/gemma-4-12B-it", large="google/gemma-4-31B-it", in_flight=1),
    Ladder(draft="google/gemma-4-12B-it", large="google/gemma-4-26B-A4B-it", in_flight=32),
)

RUNS: Final[Sequence[tuple[Strategy, Fate, int]]] = (
    ("whole", "end", 4),
    ("gated", 0, 8),
    *(("gated", place, 2) for place in range(1, LATEST + 1)),
    ("large", "accepted", 4),
    ("gated", "end", 4),
    ("whole", "accepted", 4),
    ("gated", "accepted", 16),
    ("small", "accepted", 4),
)
"""Texts of each strategy and fate; the long ones first, so that the lanes end together."""

_QUICK: Final = 4
"""So many times fewer in a quick bench; the further ladders of a whole one have half."""


def paced(console: Console, *, quick: bool) -> None:
    """Prints both tables of each ladder."""
    for place, ladder in enumerate(LADDERS[:1] if quick else LADDERS):
        fewer = _QUICK if quick else 1 + min(place, 1)
        runs = see(ladder, list(jobs(fewer=fewer)))
        console.print(strategies_table(ladder, runs.seen))
        console.print(targets_table(ladder, runs))
        console.print()


def jobs(*, fewer: int) -> Iterator[Job]:
    """The same texts, by number, for every strategy and fate; of each so many times fewer."""
    for strategy, fate, number in RUNS:
        for text in range(1, 1 + max(1, number // fewer)):
            order = Order(number=text, fate=fate, run=strategy)
            yield Job(strategy=strategy, order=order)


def embedded(console: Console, *, quick: bool) -> None:
    """Prints what real small models do."""
    for table in embedded_tables(quick=quick):
        console.print(table)


PARTS: Final[Mapping[str, Callable[..., None]]] = {"paced": paced, "embedded": embedded}


def main(arguments: Sequence[str]) -> None:
    """Prints the tables of those parts, of all if none is named."""
    console = Console(width=WIDTH)
    wanted = [name for name in arguments if name != "--quick"]
    for name in wanted or PARTS:
        PARTS[name](console, quick="--quick" in arguments)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    console.print(f"{os.cpu_count()} cores for all of it; load of this machine: {load}")


if __name__ == "__main__":
    # The log lines would bury the tables.
    configure_log(wrapper_class=make_filtering_bound_logger(logging.ERROR))
    main(sys.argv[1:])
