"""How long an answered request can be taken up again for a better text."""

from __future__ import annotations

from assistant.policy.base import Strict
from assistant.policy.duration import DurationOrZero


class UpgradePolicy(Strict):
    """`POST /v1/drafts/{id}/escalate`: a larger tier writes what a smaller one has answered."""

    keep: DurationOrZero = 600.0
    """How long a request and its text are kept for that, sealed as cached answers are; `0`: not at all."""
