"""Early abort: what dooms a draft before its segment ends."""

from __future__ import annotations

from assistant.confidence.running.doom import Cause, Doom
from assistant.confidence.running.limits import DEFAULT, AbortLimits
from assistant.confidence.running.running import RunningMargin

__all__ = ["DEFAULT", "AbortLimits", "Cause", "Doom", "RunningMargin"]
