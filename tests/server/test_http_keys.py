"""Who may call: keys, and the one exception for programs of this machine."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from assistant.types import Caller
from server.auth import Auth
from server.keys import KeyFile, KeyFileError, Keyring
from server.settings import DEFAULT_ORIGINS, HttpSettings
from support.server_app import ScriptedAssistant, ScriptedHealth, client_of, http_settings

DRAFT = {"task": "draft", "instruction": "a letter"}


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer {}"},
        {"authorization": "bearer  {}"},
        {"x-api-key": "{}"},
        {"api-key": "{}"},
    ],
)
async def test_a_key_is_taken_from_each_header_that_clients_use(
    headers: dict[str, str], tmp_path: Path
) -> None:
    """And the assistant learns whose it is."""
    key, _ = KeyFile(tmp_path / "keys.json").create("desk", tenant="press", user="ann")
    assistant = ScriptedAssistant()
    sent = {name: value.format(key) for name, value in headers.items()}
    async with client_of(assistant, http_settings(keys_file=tmp_path / "keys.json")) as client:
        reply = await client.post("/v1/drafts", json=DRAFT, headers=sent)

    assert reply.status_code == 200
    assert assistant.callers == [Caller(tenant="press", user="ann")]


async def test_without_a_right_key_nothing_but_health_answers() -> None:
    """Loopback is no exception once a key is configured; the reply says how to send one."""
    settings = http_settings(api_keys=(SecretStr("right"),))
    paths = ["/v1/models", "/metrics", "/openapi.json", "/nothing"]
    async with client_of(ScriptedAssistant(), settings) as client:
        without = [await client.get(path) for path in paths]
        wrong = await client.get("/v1/models", headers={"x-api-key": "wrong"})
        right = await client.get("/v1/models", headers={"x-api-key": "right"})
        health = [await client.get(path) for path in ("/healthz", "/readyz")]

    assert [reply.status_code for reply in (*without, wrong)] == [401] * 5
    assert wrong.headers["www-authenticate"] == "Bearer"
    assert wrong.json()["error"]["code"] == "invalid_api_key"
    assert [reply.status_code for reply in (right, *health)] == [200] * 3


async def test_readiness_tells_strangers_what_is_down_but_not_where() -> None:
    """Why a part does not answer may name its address; the right key is told."""
    parts = {"tier draft": ScriptedHealth(ok=False, detail="http://10.1.2.3:30000 refuses")}
    settings = http_settings(api_keys=(SecretStr("right"),))
    async with client_of(ScriptedAssistant(health_of=parts), settings) as client:
        strangers = [
            await client.get("/readyz"),
            await client.get("/readyz", headers={"x-api-key": "wrong"}),
        ]
        known = await client.get("/readyz", headers={"x-api-key": "right"})

    for reply in strangers:
        assert reply.status_code == 503
        assert reply.json()["down"] == ["tier draft"]
        assert reply.json()["components"] == {"tier draft": {"ok": False, "required": True}}
    assert known.json()["components"]["tier draft"]["detail"] == "http://10.1.2.3:30000 refuses"


async def test_readiness_without_any_key_tells_programs_of_this_machine_all() -> None:
    """What a proxy passes on comes from a stranger, here as on every other path."""
    parts = {"store": ScriptedHealth(ok=False, detail="refused")}
    async with client_of(ScriptedAssistant(health_of=parts)) as client:
        local = await client.get("/readyz")
        passed_on = await client.get("/readyz", headers={"x-forwarded-for": "192.0.2.1"})

    assert local.json()["components"]["store"]["detail"] == "refused"
    assert "detail" not in passed_on.json()["components"]["store"]


async def test_a_wrong_key_is_refused_before_the_body_is_looked_at() -> None:
    """Nobody without a key can make the server parse anything."""
    settings = http_settings(api_keys=(SecretStr("right"),))
    async with client_of(ScriptedAssistant(), settings) as client:
        reply = await client.post(
            "/v1/drafts", content=b"{", headers={"content-type": "application/json"}
        )

    assert reply.status_code == 401


async def test_keys_made_and_revoked_count_at_once(tmp_path: Path) -> None:
    """A running server reads the file again when it changes."""
    file = KeyFile(tmp_path / "keys.json")
    async with client_of(
        ScriptedAssistant(), http_settings(keys_file=tmp_path / "keys.json")
    ) as client:
        open_door = await client.get("/v1/models")
        key, record = file.create("desk")
        locked = await client.get("/v1/models")
        entered = await client.get("/v1/models", headers={"api-key": key})
        file.revoke(record.id)
        revoked = await client.get("/v1/models", headers={"api-key": key})
        still_locked = await client.get("/v1/models")

    replies = (open_door, locked, entered, revoked, still_locked)
    assert [reply.status_code for reply in replies] == [200, 401, 200, 401, 401]


async def test_a_broken_key_file_lets_nobody_in(tmp_path: Path) -> None:
    """Neither as a caller without a key nor with one; health answers, as to a stranger."""
    (tmp_path / "keys.json").write_text("{}{", encoding="utf-8")
    parts = {"store": ScriptedHealth(ok=False, detail="refused")}
    async with client_of(
        ScriptedAssistant(health_of=parts), http_settings(keys_file=tmp_path / "keys.json")
    ) as client:
        reply = await client.get("/v1/models")
        alive = await client.get("/healthz")
        ready = await client.get("/readyz")

    assert reply.status_code == 500
    assert (alive.status_code, ready.status_code) == (200, 503)
    assert ready.json()["components"] == {"store": {"ok": False, "required": True}}


@pytest.mark.parametrize(
    ("client", "headers", "allowed"),
    [
        (("127.0.0.1", 5), {"host": "localhost:8700"}, True),
        (("127.0.0.1", 5), {"host": "127.0.0.1"}, True),
        (("::1", 5), {"host": "[::1]:8700"}, True),
        (("::ffff:127.0.0.1", 5), {"host": "localhost"}, True),
        (("127.0.0.1", 5), {"host": "localhost", "origin": "app://obsidian.md"}, True),
        (("127.0.0.1", 5), {"host": "localhost", "origin": "https://evil.example"}, False),
        (("127.0.0.1", 5), {"host": "evil.example"}, False),
        (("127.0.0.1", 5), {"host": "localhost", "x-forwarded-for": "127.0.0.1"}, False),
        (("127.0.0.1", 5), {"host": "localhost", "forwarded": "for=127.0.0.1"}, False),
        (("10.0.0.9", 5), {"host": "localhost"}, False),
        (("10.0.0.9", 5), {"host": "localhost", "x-forwarded-for": "127.0.0.1"}, False),
        (("testclient", 5), {"host": "localhost"}, False),
        (None, {"host": "localhost"}, False),
    ],
)
async def test_without_configured_keys_only_this_machine_may_call(
    client: tuple[str, int] | None, headers: Mapping[str, str], allowed: bool, tmp_path: Path
) -> None:
    """What a proxy forwards, or a page of a foreign site makes the browser send, is not local."""
    reached: list[Caller] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        reached.append(scope["state"]["caller"])

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def send(_message: object) -> None:
        return

    auth = Auth(app, keyring=Keyring((), KeyFile(tmp_path / "none")), origins=DEFAULT_ORIGINS)
    scope = {
        "type": "http",
        "path": "/v1/models",
        "client": client,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }

    await auth(scope, receive, send)

    assert bool(reached) is allowed


def test_the_file_holds_hashes_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    """Who copies the file cannot call with what is in it."""
    file = KeyFile(tmp_path / "deep" / "keys.json")

    first, _ = file.create("desk")
    second, _ = file.create("phone")

    content = (tmp_path / "deep" / "keys.json").read_text(encoding="utf-8")
    assert first.startswith("ink_")
    assert first not in content
    assert second not in content
    assert stat.S_IMODE((tmp_path / "deep" / "keys.json").stat().st_mode) == 0o600
    assert [record.name for record in file.records()] == ["desk", "phone"]


def test_keys_of_different_people_have_different_users(tmp_path: Path) -> None:
    """Cached answers are never shared between two users, so the default must not be shared."""
    file = KeyFile(tmp_path / "keys.json")

    _, first = file.create("laptop")
    _, second = file.create("laptop")

    assert first.user != second.user


def test_revoking_an_unknown_id_names_the_way_out(tmp_path: Path) -> None:
    """The command line prints this message as it is."""
    with pytest.raises(KeyFileError, match="no key has the id 'abc'; `inkladder keys list`"):
        KeyFile(tmp_path / "keys.json").revoke("abc")


def test_a_folder_that_cannot_be_written_is_one_readable_error(tmp_path: Path) -> None:
    """The command line prints it as one line, without a traceback."""
    (tmp_path / "file").touch()

    with pytest.raises(KeyFileError, match=r"cannot read the key file .*: Not a directory"):
        KeyFile(tmp_path / "file" / "keys.json").records()
    with pytest.raises(KeyFileError, match=r"cannot change the key file .*: (File|Not)"):
        KeyFile(tmp_path / "file" / "keys.json").create("desk")


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are comma-separated, spaces do not matter, secrets do not show."""
    monkeypatch.setenv("INKLADDER_API_KEYS", "one, two,")
    monkeypatch.setenv("INKLADDER_CORS_ORIGINS", "https://a.example")

    settings = HttpSettings()

    assert [key.get_secret_value() for key in settings.api_keys] == ["one", "two"]
    assert settings.cors_origins == ("https://a.example",)
    assert "one" not in repr(settings)
