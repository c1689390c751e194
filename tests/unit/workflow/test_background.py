"""Work behind the answers is bounded, is waited for, and fails alone."""

from __future__ import annotations

import anyio
import pytest
from structlog.testing import capture_logs

from assistant.errors import AssistantError
from assistant.workflow.background import Background


async def test_what_was_begun_is_waited_for() -> None:
    """A closing process loses nothing that only takes a moment."""
    done: list[int] = []

    async def work() -> None:
        await anyio.lowlevel.checkpoint()
        done.append(1)

    background = Background()
    assert background.start("work", work())
    await background.aclose()

    assert done == [1]


async def test_more_than_it_holds_is_dropped_and_counted() -> None:
    """Rather than queued without end."""
    release = anyio.Event()
    background = Background(most=1)

    assert background.start("first", release.wait())
    with capture_logs() as lines:
        assert not background.start("second", release.wait())
    release.set()
    await background.settled()

    assert background.dropped == 1
    assert lines[0]["work"] == "second"


async def test_a_failure_is_counted_and_harms_nobody() -> None:
    """The name of the error is told, and not what it says."""

    async def fail() -> None:
        message = "a writer's words"
        raise AssistantError(message)

    background = Background()
    with capture_logs() as lines:
        background.start("failing", fail())
        await background.settled()

    assert background.dropped == 1
    assert "words" not in str(lines)


async def test_what_hangs_is_cancelled_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process can always stop."""
    monkeypatch.setattr("assistant.workflow.background.SETTLE_S", 0.0)
    stopped = anyio.Event()

    async def hang() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            stopped.set()

    background = Background()
    background.start("hanging", hang())
    await anyio.lowlevel.checkpoint()
    await background.aclose()

    assert stopped.is_set()
