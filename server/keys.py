"""API keys: made once, shown once, kept as hashes in a file, revoked by id.

A key is 32 random bytes, so nobody can guess it from its hash however fast the hash is: plain
SHA-256 at rest is enough. Slow password hashes exist for secrets that people choose, and would cost
every request their deliberate slowness.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import AssistantError
from assistant.types import Caller

KEY_PREFIX = "ink_"
"""Lets secret scanners and people recognise a leaked key."""

KEY_BYTES = 32
ID_BYTES = 4


class KeyFileError(AssistantError):
    """The key file cannot be read, or the key asked for is not in it; the message says what to do."""


class KeyRecord(BaseModel):
    """One key as it is kept: everything but the key itself. Times are UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    tenant: str
    user: str
    sha256: str
    created: datetime
    revoked: datetime | None = None


class _Content(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    keys: tuple[KeyRecord, ...] = ()


def fingerprint(key: str) -> str:
    """The hash a key is kept and found by."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


class KeyFile:
    """The keys in one JSON file, readable by its owner only and replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._records: tuple[KeyRecord, ...] = ()

    def records(self) -> tuple[KeyRecord, ...]:
        """Every key, revoked ones too; read again whenever the file has changed.

        Raises:
            KeyFileError: the file is there but unreadable or malformed.
        """
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._seen, self._records = None, ()
            return ()
        except OSError as error:
            raise self._failed(error, verb="read") from error
        now = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if now != self._seen:
            self._records = self._read()
            self._seen = now
        return self._records

    def create(
        self, name: str, *, tenant: str = "default", user: str | None = None
    ) -> tuple[str, KeyRecord]:
        """A new key and its record; without `user` its id is its user.

        The key is not kept: this is the only time it can be shown.
        """
        key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
        key_id = secrets.token_hex(ID_BYTES)
        record = KeyRecord(
            id=key_id,
            name=name,
            tenant=tenant,
            user=user or key_id,
            sha256=fingerprint(key),
            created=datetime.now(UTC),
        )
        with self._locked():
            self._write((*self.records(), record))
        return key, record

    def revoke(self, key_id: str) -> KeyRecord:
        """The record of that id, from now on refused; revoking twice keeps the first time.

        Raises:
            KeyFileError: no key has this id.
        """
        with self._locked():
            records = {record.id: record for record in self.records()}
            if key_id not in records:
                message = f"no key has the id {key_id!r}; `inkladder keys list` shows the ids"
                raise KeyFileError(message)
            record = records[key_id]
            if record.revoked is None:
                record = record.model_copy(update={"revoked": datetime.now(UTC)})
                self._write(tuple((records | {key_id: record}).values()))
        return record

    def _read(self) -> tuple[KeyRecord, ...]:
        try:
            return _Content.model_validate_json(self._path.read_bytes()).keys
        except OSError as error:
            raise self._failed(error, verb="read") from error
        except ValidationError as error:
            message = (
                f"{self._path} is not a key file: restore it, or remove it and create new keys"
            )
            raise KeyFileError(message) from error

    def _write(self, records: tuple[KeyRecord, ...]) -> None:
        content = _Content(keys=records).model_dump_json(indent=2)
        # mkstemp makes the file with mode 0600, so the hashes are never readable by others.
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".keys-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._path)
        finally:
            Path(temporary).unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, so that two commands at once both keep their key."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.with_suffix(".lock").open("a", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise self._failed(error, verb="change") from error

    def _failed(self, error: OSError, *, verb: str) -> KeyFileError:
        return KeyFileError(f"cannot {verb} the key file {self._path}: {error.strerror}")


class Keyring:
    """Who a key belongs to, over the keys of the environment and of the file."""

    def __init__(self, keys: Iterable[str], file: KeyFile) -> None:
        self._given = tuple(fingerprint(key) for key in keys)
        self._file = file

    @property
    def configured(self) -> bool:
        """Whether any key was ever made; revoking the last one does not open the door again."""
        return bool(self._given or self._file.records())

    def find(self, key: str) -> Caller | None:
        """The caller this key belongs to, or None. Takes as long for a near miss as for a far one."""
        wanted = fingerprint(key)
        found: Caller | None = None
        for digest in self._given:
            if hmac.compare_digest(digest, wanted):
                found = Caller(user=f"env-{digest[:8]}")
        for record in self._file.records():
            if hmac.compare_digest(record.sha256, wanted) and record.revoked is None:
                found = Caller(tenant=record.tenant, user=record.user)
        return found
