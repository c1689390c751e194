"""The environment, read once: where the policy, Redis and data of this process are."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import SettingsError

SettingsT = TypeVar("SettingsT", bound=BaseSettings)


class Settings(BaseSettings):
    """What differs between machines. What differs between installations is in the policy."""

    model_config = SettingsConfigDict(
        env_prefix="INKLADDER_", frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    policy: str = "embedded"
    """Policy in force: the name of a shipped preset, or the path of a file (INKLADDER_POLICY)."""

    redis_url: SecretStr | None = Field(default=None, validation_alias="REDIS_URL")
    """Redis or Valkey to use instead of the embedded one (REDIS_URL)."""

    data_dir: Path = Field(default_factory=lambda: user_data_path("inkladder"))
    """Folder of the embedded store and of the cache secret (INKLADDER_DATA_DIR)."""

    cache_secret: SecretStr | None = None
    """Key of the cache's request digests. Set the same one on every host that shares a Redis
    (INKLADDER_CACHE_SECRET); by default it is made once and kept in the data folder."""

    measured_dir: Path | None = None
    """Folder of measurements of your own cards, as `inkladder tiers bench` writes them; they go before
    the shipped ones (INKLADDER_MEASURED_DIR)."""

    host_addresses: str | None = None
    """Addresses of an embedded host that another process owns, as JSON; `inkladder serve` sets it for
    its workers (INKLADDER_HOST_ADDRESSES)."""

    @field_validator("redis_url")
    @classmethod
    def _known_scheme(cls, url: SecretStr | None) -> SecretStr | None:
        schemes = ("redis://", "rediss://", "unix://")
        if url is not None and not url.get_secret_value().startswith(schemes):
            message = f"must begin with {', '.join(schemes[:-1])} or {schemes[-1]}"
            raise ValueError(message)
        return url


def read_settings(*, policy: str | None = None) -> Settings:
    """The environment's settings, with the policy of a command-line option before its own.

    Raises:
        SettingsError: a value is wrong.
    """
    settings = read(Settings)
    return settings if policy is None else settings.model_copy(update={"policy": policy})


def read(kind: type[SettingsT]) -> SettingsT:
    """Settings of one kind from the environment; values are never repeated, they may be secret.

    Raises:
        SettingsError: a value is wrong; the message names the variable.
    """
    try:
        return kind()
    except ValidationError as error:
        problems = [
            f"environment variable {_variable(kind, str(problem['loc'][0]))}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsError("\n".join(problems)) from None


def _variable(kind: type[BaseSettings], name: str) -> str:
    prefix = kind.model_config.get("env_prefix", "")
    return f"{prefix}{name}".upper() if name in kind.model_fields else name
