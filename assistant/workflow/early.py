"""Stops a draft that is sure to be deferred, before its segment or its text is complete."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, Literal

from assistant.confidence.asked import Asked
from assistant.confidence.running import RunningMargin
from assistant.tiers.base import Token
from assistant.types import CheckResult
from assistant.workflow.decide import Why
from assistant.workflow.release import Deferral

_WHY: Final[dict[Literal["loop", "refusal", "language", "margin"], Why]] = {
    "loop": Why.EARLY_LOOP,
    "refusal": Why.EARLY_REFUSAL,
    "language": Why.EARLY_LANGUAGE,
    "margin": Why.EARLY_MARGIN,
}


class EarlyAbort:
    """Watches one text. `may_defer` says whether anybody could still write a better one."""

    def __init__(
        self,
        asked: Asked,
        *,
        before: str,
        required_checks: Collection[str],
        may_defer: Callable[[], bool],
    ) -> None:
        """`before` stands before the text: what it goes on from, whoever wrote that.

        A check that is not among `required_checks` does not defer a whole text, and so no beginning.
        """
        self._running = RunningMargin(asked, before=before)
        self._causes = {"margin", *required_checks}
        self._may_defer = may_defer

    def hear(self, token: Token) -> Deferral | None:
        """Why the text is to be stopped after this piece; None while it may go on."""
        doom = self._running.hear(token.text, token.logprobs)
        if doom is None or doom.cause not in self._causes or not self._may_defer():
            return None
        check = CheckResult(name=doom.cause, passed=False, evidence=doom.evidence)
        return Deferral(why=_WHY[doom.cause], check=check)
