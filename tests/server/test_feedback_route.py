"""Verdicts and decision records over HTTP, on a real app over a scripted cascade."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from assistant.bounded import Limits
from assistant.records.recorder import Keeping, Recorder
from assistant.records.redis import RedisRecordStore
from assistant.tiers.fake import FakeTier, Script
from server.keys import KeyFile
from support.cascade import assistant_over
from support.records import KEEPING, SECRET, TWO_TIERS, MeasuringScorer, recorded
from support.server_app import ScriptedAssistant, client_of, http_settings
from support.valkey import Valkey, running_valkey

CANARY = "Canary-3f9b"
DRAFT, REPAIRED = "Rain falls on the roof.", "Rain falls on the old roof."
BODY = {"task": "draft", "instruction": "Write a line about rain."}


def tiers(draft: str = DRAFT, large: str = REPAIRED) -> list[FakeTier]:
    """Two tiers that write these texts."""
    return [
        FakeTier(Script(texts=(draft,)), name="draft", model="small"),
        FakeTier(Script(texts=(large,)), name="large", model="big"),
    ]


def scorer() -> MeasuringScorer:
    """Both texts are good enough, the repaired one is better."""
    return MeasuringScorer({DRAFT: 0.7, REPAIRED: 0.8})


@asynccontextmanager
async def client(*, share: float = 0.0) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a server whose records lie in memory."""
    async with (
        recorded(tiers(), scorer(), share=share) as made,
        client_of(made.assistant) as http,
    ):
        yield http


async def test_a_verdict_is_taken_measured_and_told() -> None:
    """The last one counts; the record shows it."""
    async with client() as http:
        draft = (await http.post("/v1/drafts", json=BODY)).json()
        path = f"/v1/drafts/{draft['id']}"
        edited = await http.post(
            f"{path}/feedback", json={"verdict": "edited", "final_text": REPAIRED}
        )
        again = await http.post(
            f"{path}/feedback", json={"verdict": "edited", "final_text": REPAIRED}
        )
        told = (await http.get(path)).json()["feedback"]
        await http.post(f"{path}/feedback", json={"verdict": "accepted"})
        last = (await http.get(path)).json()["feedback"]

    assert edited.status_code == 200
    assert edited.json() == {
        "id": draft["id"],
        "verdict": "edited",
        "edit_distance": pytest.approx(1 / 7, abs=1e-6),
        "created": 1000.0,
    }
    assert again.json() == edited.json() == told
    assert (last["verdict"], last["edit_distance"]) == ("accepted", None)


async def test_the_record_tells_how_a_draft_came_to_be_without_its_text() -> None:
    """Every rung with its score and what it was made of."""
    async with client(share=1.0) as http:
        draft = (await http.post("/v1/drafts", json=BODY)).json()
        reply = await http.get(f"/v1/drafts/{draft['id']}")

    told = reply.json()
    assert reply.status_code == 200
    assert list(told) == [
        "id",
        "created",
        "task",
        "route",
        "policy",
        "policy_revision",
        "artefact",
        "cache",
        "path",
        "served",
        "cost",
        "feedback",
        "upgrade",
    ]
    assert [(step["tier"], step["reason"], step["forced"]) for step in told["path"]] == [
        ("draft", "forced", True),
        ("large", "score_ok", False),
    ]
    assert told["path"][0]["features"] == {"words": 5.0, "rare": None}
    assert (told["served"], told["feedback"]) == (1, None)
    assert "roof" not in reply.text
    assert "rain" not in reply.text.lower()


@pytest.mark.parametrize(
    ("path", "body", "prefix"),
    [
        (
            "/v1/chat/completions",
            {"messages": [{"role": "user", "content": "Write a line about rain."}]},
            "chatcmpl-",
        ),
        ("/v1/completions", {"prompt": "Rain falls"}, "cmpl-"),
    ],
    ids=["chat", "plain"],
)
async def test_a_completion_is_judged_by_its_own_id(
    path: str, body: dict[str, object], prefix: str
) -> None:
    """OpenAI's clients know no other, and streams tell the same."""
    async with client() as http:
        completion = (await http.post(path, json=body)).json()
        streamed = await http.post(path, json=body | {"stream": True})
        chunk = json.loads(streamed.text.split("data: ", 2)[1])
        replies = [
            await http.post(f"/v1/drafts/{name}/feedback", json={"verdict": "accepted"})
            for name in (completion["id"], chunk["id"])
        ]
        record = await http.get(f"/v1/drafts/{completion['id']}")

    draft_id = completion["id"].removeprefix(prefix)
    assert draft_id.startswith("draft_")
    assert [reply.status_code for reply in replies] == [200, 200]
    assert replies[0].json()["id"] == record.json()["id"] == draft_id


@pytest.mark.parametrize("draft_id", ["draft_000000000000000000000000", "none%20such", "a" * 300])
async def test_an_unknown_draft_is_not_found(draft_id: str) -> None:
    """In the shape of every error."""
    async with client() as http:
        replies = [
            await http.get(f"/v1/drafts/{draft_id}"),
            await http.post(f"/v1/drafts/{draft_id}/feedback", json={"verdict": "accepted"}),
        ]

    for reply in replies:
        assert reply.status_code == 404
        assert reply.json()["error"] == {
            "message": "no draft of yours has this id, or its record has expired",
            "type": "invalid_request_error",
            "param": "id",
            "code": "not_found",
        }


async def test_the_draft_of_another_caller_is_not_found(tmp_path: Path) -> None:
    """Of the same tenant or not; without a key nobody is let in."""
    file = KeyFile(tmp_path / "keys.json")
    anna, ben, cleo = (
        {"x-api-key": file.create(user, tenant=tenant, user=user)[0]}
        for user, tenant in (("anna", "press"), ("ben", "press"), ("cleo", "law"))
    )
    settings = http_settings(keys_file=tmp_path / "keys.json")
    verdict = {"verdict": "rejected"}
    async with (
        recorded(tiers(), scorer()) as made,
        client_of(made.assistant, settings) as http,
    ):
        draft = (await http.post("/v1/drafts", json=BODY, headers=anna)).json()
        path = f"/v1/drafts/{draft['id']}"
        foreign = [
            await reply
            for who in (ben, cleo)
            for reply in (
                http.get(path, headers=who),
                http.post(f"{path}/feedback", json=verdict, headers=who),
            )
        ]
        nobody = await http.get(path)
        own = (await http.get(path, headers=anna)).json()

    assert [reply.status_code for reply in foreign] == [404] * 4
    assert nobody.status_code == 401
    assert own["feedback"] is None


@pytest.mark.parametrize(
    ("body", "param", "words"),
    [
        ({}, "verdict", "is missing"),
        ({"verdict": "fine"}, "verdict", "'accepted', 'edited' or 'rejected'"),
        ({"verdict": "edited"}, "edit_distance", "needs final_text, or edit_distance"),
        ({"verdict": "edited", "edit_distance": 1.5}, "edit_distance", "less than or equal to 1"),
        ({"verdict": "edited", "final_txt": "x"}, "final_txt", "did you mean 'final_text'?"),
        ({"verdict": "accepted", "x": 1}, "x", "is not a key of a verdict"),
    ],
)
async def test_a_wrong_verdict_is_told_with_its_place(
    body: dict[str, object], param: str, words: str
) -> None:
    """What, where and the way out."""
    async with client() as http:
        draft = (await http.post("/v1/drafts", json=BODY)).json()
        reply = await http.post(f"/v1/drafts/{draft['id']}/feedback", json=body)

    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == param
    assert words in reply.json()["error"]["message"]


async def test_a_store_that_is_down_fails_no_draft(tmp_path: Path) -> None:
    """Drafts are written; verdicts are asked for again later; the dropped record is counted."""
    limits = Limits(timeout_s=0.2, connect_timeout_s=0.2)
    store = RedisRecordStore(f"unix://{tmp_path}/none.sock", SECRET, limits=limits)
    records = Recorder(store, secret=SECRET, keeping=KEEPING)
    policy = TWO_TIERS.format(share=0)
    assistant = assistant_over(tiers(), scorer(), policy=policy, records=records)
    async with client_of(assistant) as http:
        draft = await http.post("/v1/drafts", json=BODY)
        path = f"/v1/drafts/{draft.json()['id']}"
        verdict = await http.post(f"{path}/feedback", json={"verdict": "accepted"})
        metrics = (await http.get("/metrics")).text
    await assistant.aclose()

    assert draft.status_code == 200
    assert verdict.status_code == 503
    assert verdict.headers["retry-after"] == "5"
    assert verdict.json()["error"]["code"] == "records_unavailable"
    assert "inkladder_records_dropped_total 1.0" in metrics


async def test_every_status_of_the_routes_is_described() -> None:
    """And no other."""
    async with client_of(ScriptedAssistant()) as http:
        paths = (await http.get("/openapi.json")).json()["paths"]

    shown = paths["/v1/drafts/{id}"]["get"]["responses"]
    given = paths["/v1/drafts/{id}/feedback"]["post"]["responses"]
    assert shown.keys() == {"200", "401", "404", "405", "500", "503"}
    assert given.keys() == {"200", "400", "401", "404", "405", "413", "500", "503"}


def everything_in(valkey: Valkey) -> bytes:
    """All names and values of a store, one after the other."""
    names = valkey.run("KEYS", "*")
    assert isinstance(names, list)
    values = []
    for name in names:
        command = (
            ("GET", name) if valkey.run("TYPE", name) == b"string" else ("ZRANGE", name, 0, -1)
        )
        values.append(valkey.run(*command))
    return repr([names, values]).encode()


@pytest.mark.parametrize("compare_for_s", [0.0, 60.0])
async def test_what_was_written_stays_in_no_record_log_metric_or_store(
    compare_for_s: float, capfd: pytest.CaptureFixture[str]
) -> None:
    """Prompt, drafts and final text all hold the canary; the store holds digests at most."""
    texts = (f"{CANARY} falls on the roof.", f"{CANARY} falls on the old roof.")
    scores = MeasuringScorer({texts[0]: 0.7, texts[1]: 0.8})
    body = {"task": "rewrite", "instruction": f"About {CANARY}.", "text": CANARY}
    verdict = {"verdict": "edited", "final_text": f"{CANARY} is gone.", "edit_distance": 0.5}
    keeping = Keeping(keep_s=100.0, compare_for_s=compare_for_s)
    with running_valkey() as valkey:
        records = Recorder(RedisRecordStore(valkey.url, SECRET), secret=SECRET, keeping=keeping)
        policy = TWO_TIERS.format(share=1)
        assistant = assistant_over(tiers(*texts), scores, policy=policy, records=records)
        async with client_of(assistant) as http:
            draft = (await http.post("/v1/drafts", json=body)).json()
            path = f"/v1/drafts/{draft['id']}"
            given = await http.post(f"{path}/feedback", json=verdict)
            shown = await http.get(path)
            refused = await http.post(f"{path}/feedback", json=verdict | {CANARY: CANARY})
            metrics = await http.get("/metrics")
        await assistant.aclose()
        stored = everything_in(valkey)
    written = "".join(capfd.readouterr())

    assert CANARY in draft["text"]
    assert (given.status_code, shown.status_code, refused.status_code) == (200, 200, 400)
    assert shown.json()["path"][0]["revision"] > 0
    assert (given.json()["edit_distance"] == 0.5) is (compare_for_s == 0)
    assert (b":words:" in stored) is (compare_for_s > 0)
    assert draft["id"].encode() in stored
    assert '"request.served"' in written
    for place in (stored.decode(), written, metrics.text, given.text, shown.text):
        assert CANARY.lower() not in place.lower()
        assert "canary" not in place.lower()
