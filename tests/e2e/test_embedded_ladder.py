"""The embedded ladder through a real server, as clients meet it."""

from __future__ import annotations

import os
import select
import signal
from pathlib import Path

import httpx2
import pytest
from openai import OpenAI

from support.serving import Served, descendants, serving
from support.valkey import running_valkey

PATIENCE_S = 120.0
"""Two busy cores need a minute for a text; this only keeps a broken test from hanging."""


def client_of(server: Served) -> OpenAI:
    """The official client, pointed at our server."""
    return OpenAI(base_url=f"{server.url}/v1", api_key="unused", timeout=PATIENCE_S, max_retries=0)


def test_the_openai_client_gets_a_real_text(served: Served) -> None:
    """Written by the model, judged by the scorer, with tokens counted."""
    answer = client_of(served).chat.completions.create(
        model="draft-auto",
        messages=[{"role": "user", "content": "Write one sentence about rain."}],
        max_tokens=60,
    )

    assert answer.choices[0].message.content
    assert answer.model == "smollm2-135m-instruct"
    assert answer.usage is not None
    assert answer.usage.completion_tokens > 0


def test_the_openai_client_streams_the_text_it_would_get_whole(served: Served) -> None:
    """The deltas add up, the role comes first, one finish reason, usage last."""
    chunks = list(
        client_of(served).chat.completions.create(
            model="draft-fast",
            messages=[{"role": "user", "content": "Name three colours."}],
            max_tokens=40,
            stream=True,
            stream_options={"include_usage": True},
        )
    )

    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    finishes = [c.choices[0].finish_reason for c in chunks if c.choices]
    assert text.strip()
    assert chunks[0].choices[0].delta.role == "assistant"
    assert len([reason for reason in finishes if reason]) == 1
    assert chunks[-1].usage is not None
    assert chunks[-1].choices == []


def test_a_draft_tells_its_whole_story(served: Served) -> None:
    """Path, score, reasons, checks and cost of a text that a real model wrote."""
    reply = httpx2.post(
        f"{served.url}/v1/drafts",
        json={
            "task": "draft",
            "instruction": "Write a short email that moves Monday's meeting to Thursday.",
            "length": {"words": 60},
        },
        timeout=PATIENCE_S,
    )

    assert reply.status_code == 200, reply.text
    draft = reply.json()
    made = draft["provenance"]
    assert draft["text"]
    assert [rung["tier"] for rung in made["path"]] in (["draft"], ["draft", "large"])
    assert 0 < made["score"] < 1
    # A draft that loops is stopped before it has a score.
    assert all(rung["reasons"] or rung["failed_checks"] for rung in made["path"])
    assert {check["name"] for check in draft["checks"]} >= {"empty", "length"}
    assert made["cost"]["gpu_s"] > 0
    assert made["path"][0]["mean_logprob"] < 0


def test_an_accepted_text_is_remembered(served: Served) -> None:
    """On a ladder of one every complete text is accepted: the second answer is the first, free.

    With a seed the same text is asked for; without one, a repeat would ask for another.
    """
    body = {
        "model": "draft-fast",
        "messages": [{"role": "user", "content": "Write one sentence about cats."}],
        "stop": ["."],
        "seed": 7,
    }

    first, second = [
        httpx2.post(f"{served.url}/v1/chat/completions", json=body, timeout=PATIENCE_S)
        for _ in range(2)
    ]

    assert first.json()["choices"][0]["finish_reason"] == "stop"
    assert second.json()["choices"] == first.json()["choices"]
    assert first.headers["x-cache"].startswith("miss")
    assert second.headers["x-cache"].startswith("hit")
    assert float(second.headers["x-cascade-cost-gpu-s"]) == 0


def test_a_store_that_is_killed_costs_no_request(tmp_path: Path) -> None:
    """The answer comes, and says that the cache was passed over."""
    body = {"task": "titles", "instruction": "Titles for an essay about dogs."}
    with (
        running_valkey() as store,
        serving(tmp_path, environment={"REDIS_URL": store.url}) as server,
    ):
        before = httpx2.post(f"{server.url}/v1/drafts", json=body, timeout=PATIENCE_S)
        store.kill()
        after = httpx2.post(f"{server.url}/v1/drafts", json=body, timeout=PATIENCE_S)

    assert (before.status_code, after.status_code) == (200, 200)
    assert after.json()["text"]
    told = after.json()["provenance"]["cache"]
    assert (told["status"], told["reason"], told["level"]) == ("bypass", "redis-down", None)
    assert "cache_down" in after.json()["provenance"]["degraded"]


def test_what_a_writer_wrote_is_in_no_log_and_no_metric(served: Served) -> None:
    """Through the real graph, tiers, scorer and cache, well and badly formed."""
    canary = "Zugspitzbahn"
    for body in (
        {"task": "titles", "instruction": f"Titles about the {canary}."},
        {"task": canary, "instruction": canary},
        {"task": "rewrite", "text": canary, "deadline_ms": 1},
    ):
        httpx2.post(f"{served.url}/v1/drafts", json=body, timeout=PATIENCE_S)

    assert canary not in served.log.read_text(encoding="utf-8")
    assert canary not in httpx2.get(f"{served.url}/metrics").text


def test_a_server_whose_engine_is_gone_leaves_with_a_word(tmp_path: Path) -> None:
    """A supervisor can start it again; it does not go on refusing everybody."""
    with serving(tmp_path) as server:
        httpx2.get(f"{server.url}/healthz", timeout=PATIENCE_S)
        guard = next(
            pid
            for pid in descendants(server.process.pid)
            if "guard" in Path(f"/proc/{pid}/cmdline").read_text("utf-8")
        )
        os.kill(guard, signal.SIGKILL)

        assert server.process.wait(PATIENCE_S) == 2
        assert "start the server again" in server.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_running(tmp_path: Path, workers: str, how: signal.Signals) -> None:
    """However the server ends: no engine, no store, no worker."""
    with serving(tmp_path, "--workers", workers) as server:
        httpx2.get(f"{server.url}/healthz", timeout=PATIENCE_S)
        below = descendants(server.process.pid)
        handles = [os.pidfd_open(pid) for pid in below]
        assert len(handles) >= 2, "the guard and the store run below the server"

        server.process.send_signal(how)
        server.process.wait(PATIENCE_S)

        for handle in handles:
            ended, _, _ = select.select([handle], [], [], PATIENCE_S)
            os.close(handle)
            assert ended
