"""`inkladder cache stats|invalidate|erase|reset` on a cache that somebody has used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
import structlog
from typer.testing import CliRunner

from assistant.cache.base import CacheQuery, Hit, Stored
from assistant.cache.redis import RedisAnswerCache
from assistant.cli.main import cli
from assistant.errors import AssistantError, CacheUnavailable
from assistant.types import Answer, Caller, DraftRequest
from support.records import SECRET
from support.server_app import answer
from support.valkey import Valkey, running_valkey

RUN = CliRunner()
ANNA = Caller(tenant="acme", user="anna")
BEN = Caller(tenant="acme", user="ben")
TEXT = "The lease of flat 7 ends in May."


@pytest.fixture(scope="module")
def shared_store() -> Iterator[Valkey]:
    """One server for all tests of this file."""
    with running_valkey() as server:
        yield server


@pytest.fixture
def store(shared_store: Valkey, monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    """The server, emptied, as the environment names it."""
    shared_store.run("FLUSHALL")
    monkeypatch.setenv("REDIS_URL", shared_store.url)
    monkeypatch.setenv("INKLADDER_CACHE_SECRET", SECRET.decode())
    yield shared_store
    structlog.reset_defaults()


def asked_by(caller: Caller) -> CacheQuery:
    """One request about one text."""
    request = DraftRequest(task="rewrite", instruction="Make it warmer.", text=TEXT)
    return CacheQuery(caller=caller, request=request, shape="s")


def written(caller: Caller) -> Answer:
    """The answer to it."""
    return replace(answer(), id=f"draft_{caller.user}", text=f"A warm text for {caller.user}.")


def fill(store: Valkey, *callers: Caller) -> None:
    """Has an answer stored for each."""

    async def put() -> None:
        cache = RedisAnswerCache(store.url, SECRET)
        for caller in callers:
            assert isinstance(await cache.put(asked_by(caller), written(caller)), Stored)
        await cache.aclose()

    anyio.run(put)


def served(store: Valkey, caller: Caller) -> bool:
    """Whether the caller's answer is found."""

    async def get() -> bool:
        cache = RedisAnswerCache(store.url, SECRET)
        found = await cache.get(asked_by(caller))
        await cache.aclose()
        return isinstance(found, Hit)

    return anyio.run(get)


def test_what_is_stored_is_counted(store: Valkey) -> None:
    """For people, and as JSON for programs."""
    fill(store, ANNA, BEN)

    told = RUN.invoke(cli, ["cache", "stats"])
    counted = json.loads(RUN.invoke(cli, ["cache", "stats", "--json"]).stdout)

    assert told.exit_code == 0
    assert "2 of 1 tenant," in told.stdout
    assert "rewrite 2" in told.stdout
    assert (counted["entries"], counted["tasks"], counted["strata"]) == (2, {"rewrite": 2}, [])
    assert counted["bytes"] > 0


@pytest.mark.usefixtures("store")
def test_an_empty_cache_is_no_error() -> None:
    """Nothing to tell."""
    told = RUN.invoke(cli, ["cache", "stats"])

    assert (told.exit_code, told.stdout.split()[:2]) == (0, ["entries", "0"])


@pytest.mark.parametrize("command", ["invalidate", "erase"])
def test_one_user_of_a_tenant_can_be_taken_out(store: Valkey, command: str) -> None:
    """The other one keeps what is theirs."""
    fill(store, ANNA, BEN)

    done = RUN.invoke(cli, ["cache", command, "--user", "acme/anna"])

    assert (done.exit_code, done.stdout[:8]) == (0, "1 answer")
    assert (served(store, ANNA), served(store, BEN)) == (False, True)


def test_a_document_takes_all_answers_about_it_along(store: Valkey, tmp_path: Path) -> None:
    """Whoever of the tenant asked."""
    fill(store, ANNA, BEN)
    file = tmp_path / "lease.txt"
    file.write_text(TEXT + "\n", encoding="utf-8")

    done = RUN.invoke(cli, ["cache", "erase", "--tenant", "acme", "--document", str(file)])

    assert done.stdout == "2 answers erased\n"
    assert TEXT not in done.output


def test_an_answer_can_be_erased_by_its_id(store: Valkey) -> None:
    """The one on the reply it came with."""
    fill(store, ANNA, BEN)

    done = RUN.invoke(cli, ["cache", "erase", "--id", "draft_ben"])

    assert done.stdout == "1 answer erased\n"
    assert not served(store, BEN)


def test_everything_goes_only_when_it_is_said(store: Valkey) -> None:
    """A forgotten option must not empty the cache."""
    fill(store, ANNA, BEN)

    refused = RUN.invoke(cli, ["cache", "erase"])
    done = RUN.invoke(cli, ["cache", "erase", "--everything"])

    assert refused.exit_code == 2
    assert "everything" in refused.output
    assert done.stdout == "2 answers erased\n"
    assert store.run("DBSIZE") == 0


def test_a_reset_forgets_what_was_counted(store: Valkey) -> None:
    """So that similar requests may be served once more."""
    store.run("HSET", "ink:{strata}:draft:en", "seen", 9, "wrong", 3, "withdrawn", 1)
    store.run("SADD", "ink:{strata}:all", "draft:en")
    before = json.loads(RUN.invoke(cli, ["cache", "stats", "--json"]).stdout)["strata"]

    done = RUN.invoke(cli, ["cache", "reset", "draft", "en"])

    after = json.loads(RUN.invoke(cli, ["cache", "stats", "--json"]).stdout)["strata"]
    assert done.exit_code == 0
    assert [one["withdrawn"] for one in before] == [True]
    assert all(one["seen"] == 0 for one in after)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["erase", "--user", "anna"], "TENANT/USER"),
        (["invalidate", "--older-than", "soon"], "number with its unit"),
        (["erase", "--document", "missing.txt", "--tenant", "acme"], "No such file"),
        (["erase", "--document", "-"], "tenant"),
    ],
)
def test_wrong_options_are_told_with_the_way_out(arguments: list[str], expected: str) -> None:
    """Before anything is touched."""
    done = RUN.invoke(cli, ["cache", *arguments], env={"COLUMNS": "200"})

    assert done.exit_code == 2
    assert expected in done.output


@pytest.mark.usefixtures("store")
def test_a_store_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an empty cache."""
    monkeypatch.setenv("REDIS_URL", "unix:///nowhere.sock")

    with pytest.raises(AssistantError) as failed:
        RUN.invoke(cli, ["cache", "stats"], catch_exceptions=False)

    assert isinstance(failed.value, CacheUnavailable)
