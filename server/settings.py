"""What the environment may say about the HTTP server. Read once, when the app is made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_config_path
from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEFAULT_ORIGINS = (
    "app://obsidian.md",
    "capacitor://localhost",
    "http://localhost:*",
    "onlyoffice://*",
)
"""Origins that editor plugins call from: desktop and mobile Obsidian, local web tools, ONLYOFFICE."""

DEFAULT_MAX_BODY_BYTES = 2 * 1024 * 1024
"""A novel of 350 000 words in UTF-8: more than any context holds, little enough to keep in memory."""


def _split_commas(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


class HttpSettings(BaseSettings):
    """Settings of the HTTP server, each from `INKLADDER_<NAME>`; lists are comma-separated."""

    model_config = SettingsConfigDict(env_prefix="INKLADDER_", frozen=True, extra="ignore")

    api_keys: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split_commas)] = ()
    """Keys accepted beside those of the key file; their callers share the tenant `default`."""

    keys_file: Path = Field(default_factory=lambda: user_config_path("inkladder") / "keys.json")
    """Where `inkladder keys` keeps the hashed keys."""

    max_body_bytes: int = Field(default=DEFAULT_MAX_BODY_BYTES, gt=0)
    """Longer request bodies are refused with 413, in bytes."""

    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_commas)] = (
        DEFAULT_ORIGINS
    )
    """Origins whose pages may call; `*` within one stands for any host name or port."""

    log_format: Literal["auto", "console", "json"] = "auto"
    """`auto` is readable lines on a terminal and JSON lines elsewhere."""

    heartbeat_s: float = Field(default=8.0, gt=0, lt=10)
    """Seconds between comment lines of a waiting stream; proxies cut silent ones after 10 s or more."""

    stream_start_s: float = Field(default=5.0, gt=0, le=5)
    """Longest wait for the first text, in seconds, before a stream's status line is sent without it."""
