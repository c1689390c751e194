"""What was measured on real cards: the files of `deploy/gpu/measured/`, and profiles from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from assistant.economics.derive import Row, profile_of
from assistant.economics.measurement import MeasuredKind, MeasuredRun, Measurement, Quantization
from assistant.economics.profile import Profile
from assistant.economics.shipped import gpu_folder
from assistant.errors import DataError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from pydantic_core import ErrorDetails

__all__ = [
    "MeasuredKind",
    "MeasuredRun",
    "MeasuredTable",
    "Measurement",
    "Quantization",
    "parse_run",
    "read_runs",
    "shipped_table",
]

SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class MeasuredTable:
    """All that was measured. Names of models and cards match in any case of their letters."""

    runs: tuple[MeasuredRun, ...]

    def profile(
        self, *, model: str, card: str, quantization: str | None, gpus: int = 1
    ) -> Profile | None:
        """What the model costs on that card in that precision; None where nobody measured it.

        Of several measurements of one kind and load the newest counts; of those of one day, the newest
        of the bench's usual request.
        """
        rows = [
            row
            for row in self._rows(model=model, quantization=quantization, gpus=gpus)
            if row.run.card.casefold() == card.casefold()
        ]
        return profile_of(rows)

    def cards(self, *, model: str, quantization: str | None, gpus: int = 1) -> tuple[str, ...]:
        """Cards on which the model was measured in that precision, each once."""
        rows = self._rows(model=model, quantization=quantization, gpus=gpus)
        return tuple({row.run.card.casefold(): row.run.card for row in rows}.values())

    def with_runs(self, runs: Iterable[MeasuredRun]) -> MeasuredTable:
        """This table and further runs, which win over older ones and over those of the same time."""
        return MeasuredTable((*self.runs, *runs))

    def _rows(self, *, model: str, quantization: str | None, gpus: int) -> list[Row]:
        return [
            Row(run=run, measurement=one)
            for run in self.runs
            if run.gpus == gpus
            for one in run.measurements
            if one.model.casefold() == model.casefold() and one.quantization == quantization
        ]


def shipped_table() -> MeasuredTable:
    """The measurements that come with Inkladder.

    Raises:
        DataError: they are missing or broken, as in a damaged installation.
    """
    return MeasuredTable(read_runs(gpu_folder("measured")))


def parse_run(text: str, *, source: str) -> MeasuredRun:
    """The run in a file's text; `source` names the file in errors.

    Raises:
        DataError: it is not JSON or not of this format; the message names the first wrong place.
    """
    try:
        return MeasuredRun.model_validate_json(text)
    except ValidationError as error:
        raise DataError(_told(error.errors(include_url=False)[0], source=source)) from error


def read_runs(path: Path | Traversable) -> tuple[MeasuredRun, ...]:
    """The run of a file, or those of all `*.json` files of a folder in the order of their names.

    Raises:
        DataError: nothing is there, it cannot be read, or a file is wrong.
    """
    try:
        if not path.is_dir():
            found = [path]
        else:
            named = [file for file in path.iterdir() if file.name.endswith(SUFFIX)]
            found = sorted(named, key=lambda file: file.name)
        texts = [(file.read_text(encoding="utf-8"), str(file)) for file in found]
    except UnicodeDecodeError as error:
        message = f"{path}: not UTF-8 text; give files that `inkladder tiers bench` wrote"
        raise DataError(message) from error
    except OSError as error:
        message = (
            f"{path}: cannot be read ({error.strerror});"
            " give a file or folder that `inkladder tiers bench` wrote"
        )
        raise DataError(message) from error
    if not texts:
        message = f"{path}: holds no {SUFFIX} file; measure one with `inkladder tiers bench`"
        raise DataError(message)
    return tuple(parse_run(text, source=source) for text, source in texts)


def _told(error: ErrorDetails, *, source: str) -> str:
    place = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in error["loc"])
    where = f"{source}: {place.removeprefix('.')}" if place else source
    value = error["input"] if isinstance(error["input"], str | int | float | None) else None
    got = "" if value is None or not place else f", got {value!r}"
    return f"{where}: {error['msg']}{got}; correct it, or measure anew with `inkladder tiers bench`"
