"""What cards can do at best, from their data sheets: `deploy/gpu/cards/*.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from assistant.economics.shipped import gpu_folder
from assistant.errors import DataError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SUFFIX = ".yaml"

T = TypeVar("T")


class CardSpec(BaseModel):
    """Data-sheet figures of one card; other keys of the file are for whoever starts servers."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", allow_inf_nan=False, use_attribute_docstrings=True
    )

    memory_gb: float = Field(gt=0)
    """Memory in GB."""

    bandwidth_gb_s: float = Field(gt=0)
    """Memory bandwidth in GB/s."""

    bf16_tflops: float = Field(gt=0)
    """Dense bf16 arithmetic in TFLOP/s."""

    fp8_tflops: float | None = Field(default=None, gt=0)
    """Dense fp8 arithmetic in TFLOP/s; null where the card has none."""

    def tflops(self, quantization: str | None) -> float:
        """TFLOP/s in that precision: weights of 8 or 4 bits are multiplied as bf16 where fp8 is missing."""
        if quantization == "fp8" and self.fp8_tflops is not None:
            return self.fp8_tflops
        return self.bf16_tflops


class Room(BaseModel):
    """What a model in one precision needs of such a card, and how much it then serves."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    gpus: int = Field(default=1, ge=1)
    """Cards that one server needs at least."""

    max_running_requests: int = Field(ge=1)
    """Requests whose text fits the memory at once; further ones wait in the server."""


class CardClass(BaseModel):
    """Cards of about one memory size."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    cards: dict[str, CardSpec]
    """Cards by name."""

    models: dict[str, dict[str, Room]] = Field(default={})
    """Models by name and precision (`bf16`, `fp8`, `int4`)."""


@dataclass(frozen=True, slots=True)
class CardSpecs:
    """All known cards. Names of cards and models match in any case of their letters."""

    classes: tuple[CardClass, ...]

    def get(self, card: str) -> CardSpec | None:
        """Figures of the card, None for an unknown one."""
        return next(
            (spec for known in self.classes if (spec := _named(known.cards, card)) is not None),
            None,
        )

    def room(self, *, card: str, model: str, quantization: str | None) -> Room | None:
        """What the model needs of that card; None where the files do not tell."""
        for known in self.classes:
            if _named(known.cards, card) is not None:
                precisions = _named(known.models, model) or {}
                return precisions.get(_PRECISIONS[quantization])
        return None


_PRECISIONS: Mapping[str | None, str] = {
    None: "bf16", "fp8": "fp8", "awq": "int4", "gptq": "int4",
}  # fmt: skip


def _named(known: Mapping[str, T], name: str) -> T | None:
    wanted = name.casefold()
    return next((value for key, value in known.items() if key.casefold() == wanted), None)


def shipped_specs() -> CardSpecs:
    """The cards that come with Inkladder.

    Raises:
        DataError: they are missing or broken, as in a damaged installation.
    """
    return read_specs(gpu_folder("cards"))


def read_specs(folder: Traversable) -> CardSpecs:
    """The cards in all `*.yaml` files of a folder.

    Raises:
        DataError: the folder cannot be read, or a file is wrong.
    """
    try:
        found = sorted(folder.iterdir(), key=lambda file: file.name)
        texts = [
            (file.read_text(encoding="utf-8"), str(file))
            for file in found
            if file.name.endswith(SUFFIX)
        ]
    except OSError as error:
        message = f"{folder}: cannot be read ({error.strerror}); install inkladder again"
        raise DataError(message) from error
    return CardSpecs(tuple(_card_class(text, source=source) for text, source in texts))


def _card_class(text: str, *, source: str) -> CardClass:
    try:
        return CardClass.model_validate(YAML(typ="safe", pure=True).load(text))
    except YAMLError as error:
        message = f"{source}: is not YAML: {str(error).splitlines()[0]}; correct it"
        raise DataError(message) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(key) for key in first["loc"]) or "the file"
        message = f"{source}: {place}: {first['msg']}; correct it"
        raise DataError(message) from error
