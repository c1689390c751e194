"""Where a tier goes on with another tier's text: blanks, marks and repetitions are put right."""

from __future__ import annotations

from enum import Enum, auto

from assistant.workflow.segments.announcement import announced
from assistant.workflow.segments.echo import Echo
from assistant.workflow.segments.joint import joint_of


class _Stage(Enum):
    ANNOUNCEMENT = auto()
    REPETITION = auto()
    JOINT = auto()
    PASSED = auto()


class Seam:
    """Turns what a model writes to continue `before` into what stands behind it.

    An announcement of the continuation and a repetition of the text are dropped; a blank, line break
    or paragraph break that is missing is put in. What comes first is held back until it is sure, which
    takes a piece or two. `before` ends without blank; `gap`: the blank that stood behind it in the draft
    that is given up, empty where that is not known.
    """

    def __init__(self, *, before: str, gap: str) -> None:
        self._before = before
        self._gap = gap
        self._lead = ""
        self._blank = ""
        self._followed = 0
        self._echo: Echo | None = None
        self._stage = _Stage.ANNOUNCEMENT if before else _Stage.PASSED

    def feed(self, text: str) -> str:
        """What is sure by this further piece."""
        if self._stage is _Stage.PASSED:
            return text
        self._lead += text
        return self._advance(final=False)

    def finish(self) -> str:
        """The rest: nothing follows."""
        return "" if self._stage is _Stage.PASSED else self._advance(final=True)

    def _advance(self, *, final: bool) -> str:
        steps = {
            _Stage.ANNOUNCEMENT: self._drop_announcement,
            _Stage.REPETITION: self._drop_repetition,
            _Stage.JOINT: self._join,
        }
        while self._stage is not _Stage.PASSED:
            self._take_blank()
            if not self._lead or not steps[self._stage](final=final):
                return ""
        lead, self._lead = self._lead, ""
        return lead

    def _take_blank(self) -> None:
        """Sets the blank at the beginning of what is held apart."""
        rest = self._lead.lstrip()
        self._blank += self._lead[: len(self._lead) - len(rest)]
        self._lead = rest

    def _drop_announcement(self, *, final: bool) -> bool:
        announcement = announced(self._lead)
        # At the end of what is held, more of the blank behind it may follow.
        if announcement in (None, len(self._lead)) and not final:
            return False
        self._drop(announcement or 0)
        self._echo = Echo(self._before)
        self._stage = _Stage.REPETITION
        return True

    def _drop_repetition(self, *, final: bool) -> bool:
        echo = self._echo or Echo(self._before)
        repeated = echo.follow(self._lead[self._followed :])
        self._followed = len(self._lead)
        if repeated is None:
            if not final:
                return False
            repeated = echo.finish()
        self._drop(repeated)
        self._stage = _Stage.JOINT
        return True

    def _join(self, *, final: bool) -> bool:
        joint = joint_of(self._before, self._lead, blank=self._blank, gap=self._gap, final=final)
        if joint is None:
            return False
        self._lead = joint + self._lead
        self._stage = _Stage.PASSED
        return True

    def _drop(self, characters: int) -> None:
        if characters:
            self._lead = self._lead[characters:]
            self._blank = ""
