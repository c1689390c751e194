"""The secret that keys the digests of requests, callers and words, and what encrypts the cache."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from assistant.cache.cipher import Cipher
from assistant.errors import SettingsError
from assistant.settings import Settings, keys_in

SECRET_BYTES = 32


def cache_secret(settings: Settings) -> bytes:
    """The configured key of the request digests, or the one of the data folder, made when missing."""
    if settings.cache_secret is not None:
        return settings.cache_secret.get_secret_value().encode()
    file = settings.data_dir / "cache.key"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _create_once(file, secrets.token_bytes(SECRET_BYTES))
        return file.read_bytes()
    except OSError as error:
        message = (
            f"the cache secret {str(file)!r} cannot be kept ({error.strerror}): set"
            " INKLADDER_DATA_DIR to a folder of yours, or INKLADDER_CACHE_SECRET"
        )
        raise SettingsError(message) from error


def cache_cipher(settings: Settings) -> Cipher | None:
    """What encrypts the entries of the cache; None where no key is configured: then nothing is encrypted."""
    keys = settings.cache_encryption_keys
    return None if keys is None else Cipher(keys_in(keys.get_secret_value()))


def _create_once(file: Path, content: bytes) -> None:
    """Whole or not at all: of several workers that start at once, one makes the file."""
    with NamedTemporaryFile(dir=file.parent) as draft:  # readable by its owner alone
        draft.write(content)
        draft.flush()
        with suppress(FileExistsError):
            os.link(draft.name, file)
