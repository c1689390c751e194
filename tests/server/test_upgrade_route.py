"""A better text over HTTP, on a real app over a scripted cascade."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2
import pytest

from assistant.cache.cipher import Cipher
from assistant.tiers.fake import FakeTier, Script
from assistant.upgrades.keeper import Keeper
from server.keys import KeyFile
from support.cascade import ScriptedScorer, assistant_over
from support.server_app import ScriptedAssistant, client_of, http_settings
from support.upgrades import owner_of, store_on, upgradable
from support.valkey import running_valkey

CANARY = "Canary-3f9b"
BODY = {"task": "draft", "instruction": "Write a line about rain."}
NOW = BODY | {"answer_now": True}
SCORES = {"Poor.": 0.3, "Small.": 0.7, "Medium.": 0.8, "Big.": 0.9}


def tiers(draft: str = "Small.", *, large: FakeTier | None = None) -> list[FakeTier]:
    """One for each rung."""
    return [
        FakeTier(Script(texts=(draft,)), name="draft", model="small"),
        large or FakeTier(Script(texts=("Medium.",)), name="large", model="medium"),
        FakeTier(Script(texts=("Big.",)), name="best", model="big"),
    ]


@asynccontextmanager
async def client(rungs: list[FakeTier] | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a server whose drafts lie in memory."""
    async with (
        upgradable(rungs or tiers(), SCORES) as made,
        client_of(made.assistant) as http,
    ):
        yield http


def events_of(text: str) -> list[tuple[str, dict[str, object]]]:
    """The events of a stream by name."""
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


async def test_a_draft_is_written_once_more_by_a_larger_tier() -> None:
    """The body may be left out; the same answer comes again; the record tells of it."""
    async with client() as http:
        first = (await http.post("/v1/drafts", json=BODY)).json()
        path = f"/v1/drafts/{first['id']}"
        before = (await http.get(path)).json()
        reply = await http.post(f"{path}/escalate")
        again = await http.post(f"{path}/escalate", json={})
        after = (await http.get(path)).json()
        further = await http.post(f"/v1/drafts/{reply.json()['id']}/escalate")

    second = reply.json()
    assert (reply.status_code, second["text"]) == (200, "Medium.")
    assert reply.headers["x-cascade-path"] == "draft:accept,large:accept"
    assert reply.headers["x-cascade-id"] == second["id"] != first["id"]
    assert (again.json()["id"], again.json()["text"]) == (second["id"], "Medium.")
    assert again.headers["x-cache"].startswith("hit")
    assert before["upgrade"] is None
    assert after["upgrade"] == {"status": "ready", "id": second["id"]}
    assert further.json()["text"] == "Big."


async def test_the_better_text_can_be_read_along() -> None:
    """The same events as of a first draft; the deltas are the text."""
    async with client() as http:
        first = (await http.post("/v1/drafts", json=BODY)).json()
        path = f"/v1/drafts/{first['id']}/escalate"
        reply = await http.post(path, json={"stream": True})
        later = await http.post(path, json={"stream": True})

    assert reply.headers["content-type"].startswith("text/event-stream")
    for told in (reply, later):
        events = events_of(told.text)
        names = [name for name, _ in events]
        assert (names[0], names[-1]) == ("draft.started", "draft.completed")
        text = "".join(str(data["text"]) for name, data in events if name == "delta")
        assert text == events[-1][1]["text"] == "Medium."
        assert events[0][1]["id"] == events[-1][1]["id"]


async def test_a_draft_that_was_served_for_now_says_how_it_stands() -> None:
    """Pending while a larger tier writes; who asks for the text waits for it."""
    gate, begun = anyio.Event(), anyio.Event()
    large = FakeTier(Script(texts=("Medium.",), gates={0: gate}, started=begun), name="large")
    async with client(tiers("Poor.", large=large)) as http:
        first = await http.post("/v1/drafts", json=NOW)
        path = f"/v1/drafts/{first.json()['id']}"
        await begun.wait()
        waiting = (await http.get(path)).json()["upgrade"]
        gate.set()
        second = (await http.post(f"{path}/escalate")).json()

    assert "upgrade_pending" in first.headers["x-cascade-degraded"]
    assert waiting == {"status": "pending", "id": second["id"]}
    assert second["text"] == "Medium."
    assert len(large.requests) == 1


async def test_a_completion_is_made_better_by_its_own_id() -> None:
    """OpenAI's clients know no other."""
    async with client() as http:
        chat = {"messages": [{"role": "user", "content": "Write."}]}
        completion = (await http.post("/v1/chat/completions", json=chat)).json()
        reply = await http.post(f"/v1/drafts/{completion['id']}/escalate")

    assert completion["id"].startswith("chatcmpl-")
    assert reply.json()["text"] == "Medium."


@pytest.mark.parametrize("body", [{}, {"stream": True}])
async def test_what_cannot_be_taken_up_has_its_status(body: Mapping[str, object]) -> None:
    """Before anything is sent, for streams too."""
    best = BODY | {"labels": ["repair"]}
    async with client() as http:
        unknown = await http.post("/v1/drafts/draft_0000/escalate", json=body)
        first = (await http.post("/v1/drafts", json=best)).json()
        second = (await http.post(f"/v1/drafts/{first['id']}/escalate")).json()
        top = await http.post(f"/v1/drafts/{second['id']}/escalate", json=body)
        await http.delete(f"/v1/drafts/{first['id']}")
        erased = await http.post(f"/v1/drafts/{first['id']}/escalate", json=body)

    errors = [reply.json()["error"] for reply in (unknown, top, erased)]
    assert [reply.status_code for reply in (unknown, top, erased)] == [404, 409, 404]
    assert [error["param"] for error in errors] == ["id"] * 3
    assert [error["code"] for error in errors] == ["not_found", "top_of_ladder", "not_found"]
    assert "upgrade.keep" in errors[0]["message"]
    assert "'large'" in errors[1]["message"]


async def test_a_wrong_body_is_told_with_its_place() -> None:
    """No wish is dropped silently."""
    async with client() as http:
        first = (await http.post("/v1/drafts", json=BODY)).json()
        path = f"/v1/drafts/{first['id']}/escalate"
        reply = await http.post(path, json={"strem": True})

    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == "strem"
    assert "did you mean 'stream'?" in reply.json()["error"]["message"]


async def test_the_draft_of_another_caller_is_not_found(tmp_path: Path) -> None:
    """Of the same tenant or not; without a key nobody is let in."""
    file = KeyFile(tmp_path / "keys.json")
    anna, ben, cleo = (
        {"x-api-key": file.create(user, tenant=tenant, user=user)[0]}
        for user, tenant in (("anna", "press"), ("ben", "press"), ("cleo", "law"))
    )
    settings = http_settings(keys_file=tmp_path / "keys.json")
    async with (
        upgradable(tiers(), SCORES) as made,
        client_of(made.assistant, settings) as http,
    ):
        first = (await http.post("/v1/drafts", json=BODY, headers=anna)).json()
        path = f"/v1/drafts/{first['id']}/escalate"
        foreign = [await http.post(path, headers=who) for who in (ben, cleo)]
        nobody = await http.post(path)
        own = await http.post(path, headers=anna)

    assert [reply.status_code for reply in (*foreign, nobody, own)] == [404, 404, 401, 200]


async def test_a_wish_for_a_better_text_that_nobody_could_fetch_is_refused() -> None:
    """By the name of its field."""
    async with client() as http:
        reply = await http.post("/v1/drafts", json=NOW, headers={"cache-control": "no-store"})

    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == "answer_now"


async def test_what_is_kept_is_in_no_log_or_metric_and_sealed_in_the_store(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Prompt and texts hold the canary."""
    texts = (f"{CANARY} falls.", f"{CANARY} falls on the roof.")
    body = {"task": "rewrite", "instruction": f"About {CANARY}.", "text": CANARY}
    rungs = tiers(texts[0], large=FakeTier(Script(texts=(texts[1],)), name="large"))
    with running_valkey() as valkey:
        async with store_on(valkey, cipher=Cipher([b"k" * 32])) as store:
            assistant = assistant_over(
                rungs,
                ScriptedScorer({texts[0]: 0.7, texts[1]: 0.8}),
                upgrades=Keeper(store, owner_of),
            )
            async with client_of(assistant) as http:
                first = (await http.post("/v1/drafts", json=body)).json()
                second = (await http.post(f"/v1/drafts/{first['id']}/escalate")).json()
                metrics = (await http.get("/metrics")).text
            names = valkey.run("KEYS", "*")
            assert isinstance(names, list)
            stored = [part for name in names for part in (name, valkey.text("GET", name))]
            await assistant.aclose()
    written = "".join(capfd.readouterr())

    assert (first["text"], second["text"]) == texts
    assert first["id"].encode() in b"".join(stored)
    assert '"rung.judged"' in written
    for place in (repr(stored), written, metrics):
        assert "canary" not in place.lower()


async def test_every_status_of_the_route_is_described() -> None:
    """And no other."""
    async with client_of(ScriptedAssistant()) as http:
        paths = (await http.get("/openapi.json")).json()["paths"]

    operation = paths["/v1/drafts/{id}/escalate"]["post"]
    statuses = {"400", "401", "403", "404", "405", "409", "413", "429", "500", "503", "504"}
    assert operation["responses"].keys() == statuses | {"200"}
    assert operation["responses"]["200"]["content"].keys() == {
        "application/json",
        "text/event-stream",
    }
    assert not operation["requestBody"].get("required", False)
