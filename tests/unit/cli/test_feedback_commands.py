"""`inkladder feedback`: what became of the drafts, as lines for a calibration."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
import structlog
from typer.testing import CliRunner

from assistant.cli.main import cli
from assistant.confidence.artefact import load_artefact
from assistant.errors import AssistantError, PolicyError, RecordsUnavailable
from assistant.policy.load import shipped_folder
from assistant.records.base import Outcome, Record
from assistant.records.redis import RedisRecordStore
from support.records import CLEO, SECRET, record
from support.valkey import Valkey, running_valkey

RUN = CliRunner()
HOUR_S = 3600


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
    monkeypatch.delenv("INKLADDER_POLICY", raising=False)
    yield shared_store
    structlog.reset_defaults()


def judged(store: Valkey, *records: Record) -> None:
    """Writes records whose texts were rejected."""

    async def write() -> None:
        records_of = RedisRecordStore(store.url, SECRET)
        for one in records:
            await records_of.write(one, keep_s=1000 * HOUR_S, held=None)
            verdict = Outcome(verdict="rejected", edit_distance=None, created=one.created)
            await records_of.settle(one, verdict, keep_s=1000 * HOUR_S)
        await records_of.aclose()

    anyio.run(write)


def of_today(record_id: str, *, hours: float = 1, **changes: object) -> Record:
    """A record of the shipped scorer, made so many hours ago."""
    known = {"artefact": load_artefact("default").fingerprint}
    created = time.time() - hours * HOUR_S
    return record(record_id, created=created, **(known | changes))


def test_drafts_of_known_fate_are_written_as_json_lines(store: Valkey) -> None:
    """Oldest first, to standard output; what they are goes to standard error."""
    judged(store, of_today("draft_2"), of_today("draft_1", hours=2))

    done = RUN.invoke(cli, ["feedback", "export"])

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert [line["id"] for line in lines] == ["draft_1.0", "draft_2.0"]
    assert list(lines[0]) == [
        "id",
        "task",
        "artefact",
        "log_odds",
        "score",
        "features",
        "verdict",
        "edit_distance",
        "weight",
        "group",
        "created",
    ]
    assert done.stderr == "2 drafts: 2 rejected\n"


def test_drafts_are_chosen_by_time_tenant_and_scorer(store: Valkey) -> None:
    """A calibration refuses drafts of another scorer, so they are left out unless asked for."""
    judged(
        store,
        of_today("draft_old", hours=50),
        of_today("draft_law", caller=CLEO),
        of_today("draft_other", artefact="another"),
    )

    def exported(*options: str) -> list[str]:
        done = RUN.invoke(cli, ["feedback", "export", *options])
        return [json.loads(line)["id"].removesuffix(".0") for line in done.stdout.splitlines()]

    assert sorted(exported()) == ["draft_law", "draft_old"]
    assert exported("--since", "2d") == ["draft_law"]
    assert exported("--tenant", "press") == ["draft_old"]
    assert exported("--tenant", "press", "--all-artefacts") == ["draft_old", "draft_other"]
    assert "left out 1 that another" in RUN.invoke(cli, ["feedback", "export"]).stderr


@pytest.mark.usefixtures("store")
def test_without_drafts_nothing_is_written() -> None:
    """And that is said."""
    done = RUN.invoke(cli, ["feedback", "export"])

    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "0 drafts\n")


@pytest.mark.parametrize("since", ["7", "week", "-1d", ""])
def test_a_wrong_time_is_refused_by_name(since: str) -> None:
    """With the way out."""
    done = RUN.invoke(cli, ["feedback", "export", "--since", since])

    assert done.exit_code == 2
    assert "--since" in done.stderr


def failure_of(arguments: list[str]) -> BaseException | None:
    """What main.py turns into one line."""
    return RUN.invoke(cli, arguments).exception


@pytest.mark.usefixtures("store")
def test_what_cannot_be_exported_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy that keeps nothing, and a store that is not there."""
    policy = tmp_path / "policy.yaml"
    text = shipped_folder().joinpath("embedded.yaml").read_text(encoding="utf-8")
    policy.write_text(f"{text}\nfeedback: {{enabled: false}}\n", encoding="utf-8")

    off = failure_of(["feedback", "export", "--policy", str(policy)])
    monkeypatch.setenv("REDIS_URL", f"unix://{tmp_path}/none.sock")
    down = failure_of(["feedback", "export"])

    assert isinstance(off, PolicyError)
    assert "feedback.enabled" in str(off)
    assert isinstance(down, RecordsUnavailable)
    assert isinstance(down, AssistantError)
