"""The environment."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import pytest

from assistant.cache.cipher import Cipher
from assistant.errors import SettingsError
from assistant.settings import keys_in, read_settings
from assistant.wiring.secret import cache_cipher

KEY = bytes(range(200, 232))
OTHER = bytes(range(32))


def test_without_an_environment_the_embedded_policy_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A newcomer sets nothing."""
    for name in ("INKLADDER_POLICY", "REDIS_URL", "INKLADDER_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)

    settings = read_settings()

    assert settings.policy == "embedded"
    assert settings.redis_url is None
    assert settings.data_dir.name == "inkladder"


def test_an_option_goes_before_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is typed now wins over what was set before."""
    monkeypatch.setenv("INKLADDER_POLICY", "gemma4")
    monkeypatch.setenv("INKLADDER_DATA_DIR", str(tmp_path))

    assert read_settings().policy == "gemma4"
    assert read_settings(policy="embedded").policy == "embedded"
    assert read_settings(policy="embedded").data_dir == tmp_path


def test_a_wrong_value_names_its_variable_and_not_the_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The value may hold a password."""
    monkeypatch.setenv("REDIS_URL", "http://user:secret@host")

    with pytest.raises(SettingsError) as caught:
        read_settings()

    assert str(caught.value) == (
        "environment variable REDIS_URL: the scheme 'http' is not known; use redis://,"
        " rediss:// (TLS), unix://, redis+cluster:// or rediss+cluster://"
    )


def test_several_nodes_of_a_cluster_are_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever of them lives is asked for the others."""
    monkeypatch.setenv("REDIS_URL", "redis+cluster://:hunter2@one:7001,two:7002")

    settings = read_settings()

    assert settings.redis_url is not None
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    "text",
    [
        KEY.hex(),
        KEY.hex().upper(),
        b64encode(KEY).decode(),
        urlsafe_b64encode(KEY).decode().rstrip("="),
    ],
)
def test_a_key_is_written_in_base64_or_hexadecimal(text: str) -> None:
    """Of either alphabet, padded or not."""
    assert keys_in(f"{text}, {OTHER.hex()}") == (KEY, OTHER)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", "1 of 1"),
        ("hunter2", "1 of 1"),
        (KEY.hex()[:-2], "1 of 1"),
        (f"{KEY.hex()},", "2 of 2"),
        (f"{KEY.hex()},{b64encode(KEY[:16]).decode()}", "2 of 2"),
        (f"{KEY.hex()[:-1]}g", "1 of 1"),
        (f"{KEY.hex()[:-2]}é!", "1 of 1"),
    ],
)
def test_what_is_no_key_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, text: str, number: str
) -> None:
    """Empty is no way to switch encryption off: the cache would be open without anybody noticing."""
    monkeypatch.setenv("INKLADDER_CACHE_ENCRYPTION_KEYS", text)

    with pytest.raises(SettingsError) as caught:
        read_settings()

    assert str(caught.value) == (
        f"environment variable INKLADDER_CACHE_ENCRYPTION_KEYS: key {number} is not 32 bytes in"
        " base64 or hexadecimal; make one with: openssl rand -base64 32"
    )


def test_a_cipher_comes_of_the_configured_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one encrypts; without any, nothing is encrypted."""
    monkeypatch.delenv("INKLADDER_CACHE_ENCRYPTION_KEYS", raising=False)
    without = cache_cipher(read_settings())
    monkeypatch.setenv("INKLADDER_CACHE_ENCRYPTION_KEYS", f"{KEY.hex()},{OTHER.hex()}")
    settings = read_settings()
    cipher = cache_cipher(settings)

    assert without is None
    assert cipher is not None
    sealed = cipher.seal(b"text", tenant="t", place="p")
    assert Cipher([KEY]).open(sealed, tenant="t", place="p") == b"text"
    assert KEY.hex() not in repr(settings)
