"""What the guard process is asked to run, and the addresses it answers with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.errors import EmbeddedError


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """One llama.cpp engine: `context_tokens` is shared by `parallel` generations at a time."""

    model: str
    gguf: Path
    context_tokens: int
    parallel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSpec:
    """Everything one guard owns; each model is named once. `data_dir` is kept between runs."""

    engines: tuple[EngineSpec, ...]
    data_dir: Path
    valkey: bool

    def to_json(self) -> str:
        """One line for the guard's standard input."""
        return json.dumps(
            {
                "engines": [asdict(engine) | {"gguf": str(engine.gguf)} for engine in self.engines],
                "data_dir": str(self.data_dir),
                "valkey": self.valkey,
            }
        )

    @classmethod
    def from_json(cls, line: str) -> HostSpec:
        """The spec that `to_json` wrote."""
        fields: dict[str, Any] = json.loads(line)
        return cls(
            engines=tuple(
                EngineSpec(**(engine | {"gguf": Path(engine["gguf"])}))
                for engine in fields["engines"]
            ),
            data_dir=Path(fields["data_dir"]),
            valkey=fields["valkey"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineAddress:
    """Where an engine listens, and the key it asks for; the key lives as long as the engine."""

    url: str
    api_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """What a started guard offers: one engine per model, and Valkey if it was asked for."""

    engines: Mapping[str, EngineAddress]
    redis_url: str | None

    def to_json(self) -> str:
        """One line, fit for an environment variable of worker processes. It holds the keys."""
        return json.dumps(
            {
                "engines": {model: asdict(address) for model, address in self.engines.items()},
                "redis_url": self.redis_url,
            }
        )

    @classmethod
    def from_json(cls, line: str) -> Addresses:
        """The addresses that `to_json` wrote.

        Raises:
            EmbeddedError: the line is something else.
        """
        try:
            fields: dict[str, Any] = json.loads(line)
            return cls(
                engines={
                    model: EngineAddress(**address) for model, address in fields["engines"].items()
                },
                redis_url=fields["redis_url"],
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = "the addresses of the embedded engine are malformed; start the host again"
            raise EmbeddedError(message) from error
