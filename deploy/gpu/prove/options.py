"""What the command line of the proof may say."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from assistant.errors import LaunchError
from assistant.launch.gpus import find_gpus
from deploy.gpu.prove.architectures import ARCHITECTURES

Part: TypeAlias = Literal["models", "record", "cascade", "ladder", "gateway", "failures"]
PARTS: tuple[Part, ...] = get_args(Part)

SMALL = "small"
"""Name, among the models, of the real one that the cascade is proven with."""

MODELS = (SMALL, *ARCHITECTURES)

CONCURRENCY = "1,8,32"
"""The levels that cost tables and gateway comparisons are kept for."""

_MINUTES = 9.0
"""Default time of one run; hosts that lend themselves by the command tend to cut at ten minutes."""

_UNKNOWN_CARD = "gpu"
_FIRST_PORT = 30_000
_ROUNDS = 3
"""Of the gateway comparison: at 12B each takes some 20 s, engine and server together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One run. `inkladder` is the command in front of every subcommand; `minutes` bounds all of it.

    `flags` are options of SGLang for the models of the ladder, beside those of their card class.
    """

    work: Path
    out: Path
    parts: tuple[Part, ...] = PARTS
    models: tuple[str, ...] = MODELS
    gguf: Path | None = None
    card: str = _UNKNOWN_CARD
    python: str | None = None
    inkladder: tuple[str, ...] = (sys.executable, "-m", "assistant.cli")
    first_port: int = _FIRST_PORT
    concurrency: str = CONCURRENCY
    workers: tuple[int, ...] = (1, 4)
    rounds: int = _ROUNDS
    flags: tuple[tuple[str, str], ...] = ()
    minutes: float = _MINUTES
    store: bool = True
    again: bool = False
    print_plan: bool = False


def parse(arguments: Sequence[str]) -> Options:
    """The options; exits with usage and status 2 where they are wrong."""
    given = _parser().parse_args(arguments)
    return Options(
        work=given.work.absolute(),
        out=given.out.absolute(),
        parts=tuple(part for part in PARTS if part in given.parts),
        models=given.models,
        gguf=given.gguf,
        card=given.card or card_of_this_host(),
        python=given.python,
        first_port=given.first_port,
        concurrency=given.concurrency,
        workers=tuple(int(each) for each in given.workers),
        rounds=given.rounds,
        flags=tuple(given.launch_flag),
        minutes=given.minutes,
        store=not given.no_store,
        again=given.again,
        print_plan=given.print_plan,
    )


def card_of_this_host() -> str:
    """The name of the first card as policies spell it, such as `H200`; `gpu` where there is none."""
    try:
        return find_gpus(os.environ)[0].card
    except LaunchError:
        return _UNKNOWN_CARD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.gpu.prove", description=__doc__)
    add = parser.add_argument
    add("--work", type=Path, required=True, help="folder for models, logs, policies: 1 GB")
    add("--out", type=Path, required=True, help="folder that gets every result at once")
    add("--parts", type=_ListOf(PARTS), default=PARTS, help=",".join(PARTS))
    add("--models", type=_ListOf(MODELS), default=MODELS, help=",".join(MODELS))
    add("--gguf", type=Path, help="SmolLM2-135M-Instruct; default: that of the model wheel")
    add("--card", help="name of the card as in cost tables; default: as the driver tells")
    add("--python", help="Python that has SGLang; default: as `inkladder tiers up` chooses")
    add("--first-port", type=int, default=_FIRST_PORT, help="the engines' first port")
    add("--concurrency", default=CONCURRENCY, help="levels of bench and gateway comparison")
    add("--workers", type=lambda text: text.split(","), default=("1", "4"),
        help="numbers of server processes that the gateway comparison tries")  # fmt: skip
    add("--launch-flag", type=_flag, action="append", default=[], metavar="NAME=VALUE",
        help="option of SGLang for the models of the ladder, such as max-running-requests=34")  # fmt: skip
    add("--rounds", type=int, default=_ROUNDS, help="rounds of the gateway comparison per level")
    add("--minutes", type=float, default=_MINUTES, help="all is stopped after this time")
    add("--no-store", action="store_true", help="do without the embedded Valkey")
    add("--again", action="store_true", help="also do parts that --out holds as done")
    add("--print-plan", action="store_true", help="tell what would be done, start nothing")
    return parser


class _ListOf:
    """Reads comma-separated names, each of which must be known."""

    def __init__(self, known: Sequence[str]) -> None:
        self._known = known

    def __call__(self, text: str) -> tuple[str, ...]:
        names = tuple(text.split(","))
        unknown = [name for name in names if name not in self._known]
        if unknown:
            message = f"{unknown[0]!r} is none of {', '.join(self._known)}"
            raise argparse.ArgumentTypeError(message)
        return names


def _flag(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        message = f"{text!r} is not NAME=VALUE, such as max-running-requests=34"
        raise argparse.ArgumentTypeError(message)
    return name.removeprefix("--"), value
