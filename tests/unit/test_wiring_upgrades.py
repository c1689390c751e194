"""Where drafts are kept for a larger tier."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.cache.admin import CacheAdmin, Which
from assistant.errors import RequestError
from assistant.policy.parse import parse_policy
from assistant.settings import Settings
from assistant.types import DraftCompleted, DraftRequest
from assistant.wiring import open_assistant
from assistant.wiring.secret import cache_secret
from assistant.wiring.upgrades import upgrades_for
from support.cached import ANNA
from support.sglang_replay import Answer, SGLangReplay, sglang_replay, stream_of, text_event
from support.upgrades import keeping
from support.valkey import Valkey, running_valkey

POLICY = """
apiVersion: inkladder/v1
name: kept
tiers:
  draft: {{engine: sglang, model: small, endpoints: ["{url}"], retries: 0, max_tokens: 64}}
  large: {{engine: sglang, model: big, endpoints: ["{url}"], retries: 0, max_tokens: 64}}
confidence: {{embedder: null}}
upgrade: {{keep: {keep}}}
routes: [{{name: default, ladder: [draft, large], accept: {{min_score: 0.01}}}}]
"""
REQUEST = DraftRequest(instruction="Move the meeting to Thursday at three.")
KEY = base64.b64encode(b"k" * 32).decode()


def words(text: str) -> Answer:
    """A tier that writes that text."""
    return stream_of(text_event(text, finish_reason="stop"), "[DONE]")


def settings_for(
    folder: Path, server: SGLangReplay, store: Valkey, *, keep: str = "10m"
) -> Settings:
    """Settings over two tiers that the replaying server plays, and a store with a key."""
    policy = folder / "policy.yaml"
    policy.write_text(POLICY.format(url=server.url, keep=keep), encoding="utf-8")
    return Settings(policy=str(policy), data_dir=folder / "data").model_copy(
        update={
            "redis_url": SecretStr(store.url),
            "cache_encryption_keys": SecretStr(KEY),
        }
    )


async def test_another_process_takes_up_what_one_has_answered(tmp_path: Path) -> None:
    """Whichever of several a client reaches; what is kept is sealed, and erased with the answers."""
    with running_valkey() as store:
        async with sglang_replay() as server:
            settings = settings_for(tmp_path, server, store)
            server.script.extend(
                [words("The meeting is on Thursday at three."), words("We meet on Thursday.")]
            )
            async with open_assistant(settings) as assistant:
                first = await assistant.draft(REQUEST, caller=ANNA)
            async with open_assistant(settings) as assistant:
                events = [one async for one in assistant.escalate(first.id, caller=ANNA)]
                standing = await assistant.upgrade(first.id, caller=ANNA)
            stored = store_content(store)
            admin = CacheAdmin(store.url, cache_secret(settings))
            await admin.erase(Which(user=ANNA))
            await admin.aclose()
            async with open_assistant(settings) as assistant:
                with pytest.raises(RequestError, match=r"upgrade\.keep"):
                    await anext(assistant.escalate(first.id, caller=ANNA))

    assert standing is not None
    assert standing.status == "ready"
    completed = events[-1]
    assert isinstance(completed, DraftCompleted)
    assert completed.answer.id == standing.id
    assert len(server.bodies) == 2
    assert b":kept:" in stored
    assert b"Thursday" not in stored


def store_content(store: Valkey) -> bytes:
    """All names, and the values of those that are kept for a larger tier."""
    names = store.run("KEYS", "ink:*")
    assert isinstance(names, list)
    kept = [name for name in names if {b"kept", b"upgrade", b"better"} & {*name.split(b":")}]
    return b" ".join([*names, *(store.text("GET", name) for name in kept)])


async def test_a_policy_may_keep_nothing(tmp_path: Path) -> None:
    """Then the message says so, and the store holds nothing of the kind."""
    with running_valkey() as store:
        async with sglang_replay() as server:
            settings = settings_for(tmp_path, server, store, keep="0")
            server.script.append(words("The meeting is on Thursday at three."))
            async with open_assistant(settings) as assistant:
                first = await assistant.draft(REQUEST, caller=ANNA)
                with pytest.raises(RequestError, match="keeps no drafts"):
                    await anext(assistant.escalate(first.id, caller=ANNA))
            stored = store_content(store)

    assert b":kept:" not in stored


async def test_without_a_store_a_process_keeps_drafts_itself(tmp_path: Path) -> None:
    """For as long as it lives."""
    policy = parse_policy(POLICY.format(url="http://none:1", keep="10m"), source="test.yaml")
    upgrades = upgrades_for(policy, Settings(data_dir=tmp_path), None)
    upgrades.note(keeping())

    found = await upgrades.read(ANNA, "draft_1")
    await upgrades.aclose()

    assert found is not None
    assert found.draft == keeping().draft
