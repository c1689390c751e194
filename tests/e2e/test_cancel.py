"""A writer who leaves frees the real engine, through the real graph."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import anyio
import httpx2
import pytest

from assistant.embedded.spec import Addresses, EngineAddress
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.types import CacheControl, DraftRequest, Progress
from assistant.wiring import open_assistant

PATIENCE_S = 60.0
"""Only keeps a broken test from hanging: the story takes ten seconds."""

LOOKS = 20
"""A busy engine answers between two tokens: this is twenty tokens later, of five hundred."""

LONG = DraftRequest(instruction="Write a long story about the sea and everybody who lives by it.")
FRESH = CacheControl(no_store=True)


async def busy_slots(engine: EngineAddress) -> int:
    """Generations the engine works on now."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        headers = {"authorization": f"Bearer {engine.api_key}"}
        slots = (await client.get(f"{engine.url}/slots", headers=headers)).json()
    return sum(bool(slot["is_processing"]) for slot in slots)


async def idle_soon(engine: EngineAddress) -> bool:
    """Whether the engine is idle within some looks, long before it could have written the text."""
    for _ in range(LOOKS):
        if not await busy_slots(engine):
            return True
    return False


POLICY = """
apiVersion: inkladder/v1
name: strict
tiers:
  draft: {engine: llamacpp, model: smollm2-135m-instruct}
  large: {engine: llamacpp, model: smollm2-135m-instruct}
routes:
  - {name: default, ladder: [draft, large], accept: {min_score: 0.999}, stream: {tokens: 8, min_score: 0.999}}
"""
"""No beginning of this model's is good enough: the second tier takes over after the first segment."""


async def until_written(
    assistant: Assistant, *, live: bool, tier: str, writing: anyio.Event | None = None
) -> None:
    """Reads until the tier has written its first tokens; with `writing`, tells so and reads on."""
    async with aclosing(assistant.stream(LONG, control=FRESH, live=live)) as events:
        async for event in events:
            if isinstance(event, Progress) and event.tier == tier:
                if writing is None:
                    return
                writing.set()


@pytest.mark.parametrize("how", ["cancelled", "closed"])
@pytest.mark.parametrize(("live", "tier"), [(False, "draft"), (True, "draft"), (True, "large")])
async def test_the_engine_is_idle_once_nobody_waits(
    tmp_path: Path,
    embedded_addresses: Addresses,
    embedded_engine: EngineAddress,
    *,
    how: str,
    live: bool,
    tier: str,
) -> None:
    """Whether the waiting task is cancelled, or the reader of the events stops reading."""
    policy = tmp_path / "strict.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    settings = Settings(data_dir=tmp_path, policy=str(policy)).model_copy(
        update={"host_addresses": embedded_addresses.to_json()}
    )
    with anyio.fail_after(PATIENCE_S):
        async with open_assistant(settings) as assistant:
            if how == "cancelled":
                writing = anyio.Event()
                async with anyio.create_task_group() as group:
                    group.start_soon(
                        lambda: until_written(assistant, live=live, tier=tier, writing=writing)
                    )
                    await writing.wait()
                    assert await busy_slots(embedded_engine) == 1
                    group.cancel_scope.cancel()
            else:
                await until_written(assistant, live=live, tier=tier)
            # Still inside: leaving the assistant would close every connection anyway.
            assert await idle_soon(embedded_engine)
