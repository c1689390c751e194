"""Sockets have short paths that only their user can reach."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.embedded.runtime_dir import socket_path
from assistant.errors import EmbeddedError


def test_each_data_folder_has_one_short_private_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same folder gives the same path, and nobody else may look inside."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    path = socket_path(tmp_path / "data")

    assert path == socket_path(tmp_path / "data")
    assert path != socket_path(tmp_path / "other")
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_long_temporary_folder_is_avoided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket path that the system would refuse is never tried."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("long" * 30)))

    assert len(str(socket_path(tmp_path))) < 100


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder of its own with a path short enough for a socket in it."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="ink") as folder:
        yield Path(folder)


@pytest.mark.parametrize("kind", ["open folder", "link", "file"])
def test_a_place_taken_by_somebody_else_is_refused(
    short: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Whoever prepared our folder could read what we cache."""
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    place = socket_path(short).parent
    place.rmdir()
    if kind == "open folder":
        place.mkdir()
        place.chmod(0o755)
    elif kind == "link":
        place.symlink_to(short)
    else:
        place.touch()

    with pytest.raises(EmbeddedError, match="mode 0700"):
        socket_path(short)
