"""The environment, read once: where the policy, Redis and data of this process are."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from string import hexdigits
from typing import Final, TypeVar

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import SettingsError
from assistant.redis_address import read_address

KEY_BYTES: Final = 32

SettingsT = TypeVar("SettingsT", bound=BaseSettings)


class Settings(BaseSettings):
    """What differs between machines. What differs between installations is in the policy."""

    model_config = SettingsConfigDict(
        env_prefix="INKLADDER_", frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    policy: str = "embedded"
    """Policy in force: the name of a shipped preset, or the path of a file (INKLADDER_POLICY)."""

    redis_url: SecretStr | None = Field(default=None, validation_alias="REDIS_URL")
    """Redis or Valkey to use instead of the embedded one; `redis+cluster://host,host` names nodes of a
    cluster (REDIS_URL)."""

    data_dir: Path = Field(default_factory=lambda: user_data_path("inkladder"))
    """Folder of the embedded store and of the cache secret (INKLADDER_DATA_DIR)."""

    cache_secret: SecretStr | None = None
    """Key of the cache's request digests. Set the same one on every host that shares a Redis
    (INKLADDER_CACHE_SECRET); by default it is made once and kept in the data folder."""

    cache_encryption_keys: SecretStr | None = None
    """Keys that encrypt what the cache keeps, with commas between them, each 32 random bytes in base64
    or hexadecimal. The first one encrypts, all of them decrypt: put a new one before the old one, and
    drop the old one after the longest time that answers are kept (INKLADDER_CACHE_ENCRYPTION_KEYS)."""

    measured_dir: Path | None = None
    """Folder of measurements of your own cards, as `inkladder tiers bench` writes them; they go before
    the shipped ones (INKLADDER_MEASURED_DIR)."""

    host_addresses: str | None = None
    """Addresses of an embedded host that another process owns, as JSON; `inkladder serve` sets it for
    its workers (INKLADDER_HOST_ADDRESSES)."""

    @field_validator("redis_url")
    @classmethod
    def _readable(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            read_address(url.get_secret_value())
        return url

    @field_validator("cache_encryption_keys")
    @classmethod
    def _are_keys(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys is not None:
            keys_in(keys.get_secret_value())
        return keys


def keys_in(text: str) -> tuple[bytes, ...]:
    """The keys of INKLADDER_CACHE_ENCRYPTION_KEYS.

    Raises:
        ValueError: one of them is not 32 bytes in base64 or hexadecimal.
    """
    parts = text.split(",")
    keys = [_key_in(part.strip()) for part in parts]
    for number, key in enumerate(keys, start=1):
        if key is None:
            message = (
                f"key {number} of {len(parts)} is not {KEY_BYTES} bytes in base64 or hexadecimal;"
                f" make one with: openssl rand -base64 {KEY_BYTES}"
            )
            raise ValueError(message)
    return tuple(key for key in keys if key is not None)


def _key_in(text: str) -> bytes | None:
    if len(text) == 2 * KEY_BYTES:
        return bytes.fromhex(text) if set(text) <= set(hexdigits) else None
    standard = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        key = b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None


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
