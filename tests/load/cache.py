"""What the cache costs and brings: hits over HTTP, misses, similar requests, memory, flights, a day's trace.

Run by `make bench`, or by itself from the folder of the tests: `python -m load.cache [PART ...]`. Each line
compares things that were measured in turns within one run; the times are those of the machine and of what
else it does.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Final

from rich.console import Console
from rich.table import Table
from structlog import configure as configure_log
from structlog import make_filtering_bound_logger

from load.cache_costs import lookups_table, memory_table, misses_table
from load.cache_flights import flights_table
from load.cache_hits import hits_table
from load.cache_replay import replay_table

WIDTH: Final = 100

PARTS: Final[Mapping[str, Callable[[], Table]]] = {
    "hits": hits_table,
    "misses": misses_table,
    "lookups": lookups_table,
    "memory": memory_table,
    "flights": flights_table,
    "trace": replay_table,
}


def main(wanted: list[str]) -> None:
    """Prints the tables of those parts, of all if none is named."""
    console = Console(width=WIDTH)
    for name in wanted or PARTS:
        console.print(PARTS[name]())
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        console.print(f"{os.cpu_count()} cores for all of it; load of this machine: {load}\n")


if __name__ == "__main__":
    # The log lines would bury the tables.
    configure_log(wrapper_class=make_filtering_bound_logger(logging.ERROR))
    main(sys.argv[1:])
