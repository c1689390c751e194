"""The policy room is light: anything may import it."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("torch", "redis", "fastapi", "langgraph", "httpx2", "numpy", "asyncio")

PROGRAM = f"""
import sys
import assistant.policy.load, assistant.policy.schema
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""


def test_importing_the_policy_room_pulls_in_nothing_heavy() -> None:
    """Validating a file must not wait for a model library."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == ""
