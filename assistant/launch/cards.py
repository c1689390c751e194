"""The card files: what SGLang is started with on each class of card, read from `deploy/gpu/cards`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from assistant.errors import LaunchError

MIB_PER_GIB: Final = 1024

_SUFFIX: Final = ".yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class CardSpec(_Strict):
    """What the maker says of a card: memory in 10^9 bytes, TFLOP/s dense; fp8 is None without it."""

    memory_gb: float = Field(gt=0)
    bandwidth_gb_s: float = Field(gt=0)
    bf16_tflops: float = Field(gt=0)
    fp8_tflops: float | None = Field(gt=0)


class Reported(_Strict):
    """How nvidia-smi names a card, and the memory it tells in MiB."""

    name: str
    memory_mib: int = Field(gt=0)


class CardFlag(_Strict):
    """One option of every server on cards of the class, without dashes, and its reason."""

    flag: str
    value: str | int | float | bool
    why: str


class Fit(_Strict):
    """How one model at one precision runs on the class; GB are 2^30 bytes."""

    weights_gb: float = Field(gt=0)
    load_gb: float | None = None
    kv_kib_per_token: float = Field(gt=0)
    gpus: int = Field(default=1, ge=1)
    mem_fraction_static: float | None = Field(default=None, gt=0, lt=1)
    context_length: int = Field(ge=256)
    max_running_requests: int = Field(ge=1)
    estimated: bool = False
    why: str


class UnknownModel(_Strict):
    """What a model without an entry is started with."""

    max_running_requests: int = Field(ge=1)
    why: str


class CardClass(_Strict):
    """One card file."""

    name: str = Field(alias="class")
    from_gb: float
    cards: dict[str, CardSpec]
    reported: dict[str, Reported]
    flags: tuple[CardFlag, ...]
    models: dict[str, dict[Literal["bf16", "fp8", "int4"], Fit]]
    unknown_model: UnknownModel

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if set(self.cards) != set(self.reported):
            lone = ", ".join(sorted(set(self.cards) ^ set(self.reported)))
            message = f"`cards` and `reported` must name the same cards, these differ: {lone}"
            raise ValueError(message)
        return self

    def value(self, flag: str) -> str | int | float | bool:
        """The class's value of `flag`.

        Raises:
            LaunchError: the file has no such flag.
        """
        for each in self.flags:
            if each.flag == flag:
                return each.value
        message = f"deploy/gpu/cards/{self.name}.yaml: flag {flag!r} is missing; add it to `flags`"
        raise LaunchError(message)


@cache
def card_classes() -> tuple[CardClass, ...]:
    """Every shipped card class, the smallest cards first.

    Raises:
        LaunchError: a file is missing or wrong; the message names file and key.
    """
    folder = files("deploy") / "gpu" / "cards"
    found = [
        read_card_class(file.read_text(encoding="utf-8"), source=f"deploy/gpu/cards/{file.name}")
        for file in folder.iterdir()
        if file.name.endswith(_SUFFIX)
    ]
    return tuple(sorted(found, key=lambda each: each.from_gb))


def read_card_class(text: str, *, source: str) -> CardClass:
    """The card class that a file's text describes; `source` names it in errors.

    Raises:
        LaunchError: the text is not YAML, or a key is unknown, missing or wrong.
    """
    try:
        return CardClass.model_validate(YAML(typ="safe", pure=True).load(text))
    except YAMLError as error:
        message = f"{source}: not YAML ({str(error).splitlines()[0]}); restore the file"
        raise LaunchError(message) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        message = f"{source}: {place}: {first['msg']}; correct the file"
        raise LaunchError(message) from error


def class_for(memory_mib: int) -> CardClass | None:
    """The largest class whose cards have at most this memory; None below the smallest."""
    fitting = [each for each in card_classes() if each.from_gb * MIB_PER_GIB <= memory_mib]
    return fitting[-1] if fitting else None


def known_cards() -> dict[str, Reported]:
    """Every card that the files name, as nvidia-smi would report it."""
    return {name: card for each in card_classes() for name, card in each.reported.items()}


def card_name(reported: str) -> str:
    """The files' name of the card that nvidia-smi calls `reported`; its own name if they have none."""
    for name, card in known_cards().items():
        if card.name == reported:
            return name
    return reported.removeprefix("NVIDIA ")
