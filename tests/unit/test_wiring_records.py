"""Where the records of a policy lie."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.errors import RequestError
from assistant.records.base import Given
from assistant.settings import Settings
from assistant.types import DraftRequest
from assistant.wiring import open_assistant, open_record_store
from support.sglang_replay import SGLangReplay, sglang_replay, stream_of, text_event
from support.valkey import running_valkey

POLICY = """
apiVersion: inkladder/v1
name: recorded
tiers: {{draft: {{engine: sglang, model: small, endpoints: ["{url}"], retries: 0, max_tokens: 64}}}}
confidence: {{embedder: null}}
cache: {{exact: {{enabled: false}}}}
feedback: {{enabled: {enabled}}}
routes: [{{name: default, ladder: [draft]}}]
"""
REQUEST = DraftRequest(instruction="Move the meeting to Thursday at three.")
WORDS = stream_of(
    text_event("Dear team, the meeting moves to Thursday. "),
    text_event("See you at three.", finish_reason="stop"),
    "[DONE]",
)


def settings_for(folder: Path, server: SGLangReplay, redis_url: str, *, enabled: str) -> Settings:
    """Settings over one tier, without an answer cache."""
    policy = folder / "policy.yaml"
    policy.write_text(POLICY.format(url=server.url, enabled=enabled), encoding="utf-8")
    return Settings(policy=str(policy), data_dir=folder / "data").model_copy(
        update={"redis_url": SecretStr(redis_url)}
    )


async def test_a_record_outlives_the_process_and_can_be_exported(tmp_path: Path) -> None:
    """Real scorer, real features, a real store; a ladder of one is scored, too."""
    with running_valkey() as store:
        async with sglang_replay() as server:
            settings = settings_for(tmp_path, server, store.url, enabled="true")
            server.script.append(WORDS)
            async with open_assistant(settings) as assistant:
                answer = await assistant.draft(REQUEST)
            async with open_assistant(settings) as assistant:
                given = Given(verdict="edited", final_text=answer.text + " Thanks.")
                outcome = await assistant.feedback(answer.id, given)
                kept = await assistant.record(answer.id)
            async with open_record_store(settings) as records:
                exported = [one async for one in records.scored(since=0.0)]

    (step,) = kept.record.path
    assert outcome.edit_distance is not None
    assert 0 < outcome.edit_distance < 0.2
    assert kept.outcome == outcome
    assert exported == [kept]
    assert step.log_odds is not None
    assert step.score == answer.provenance.score
    assert len(step.features) > 10


async def test_a_policy_may_keep_no_records(tmp_path: Path) -> None:
    """Then nobody is asked for a store, and verdicts are not taken."""
    async with sglang_replay() as server:
        settings = settings_for(tmp_path, server, "unix:///none", enabled="false")
        server.script.append(WORDS)
        async with open_assistant(settings) as assistant:
            answer = await assistant.draft(REQUEST)
            with pytest.raises(RequestError, match=r"feedback\.enabled"):
                await assistant.record(answer.id)
            dropped = assistant.records_dropped

    assert dropped == 0
