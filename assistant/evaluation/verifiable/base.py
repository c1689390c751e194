"""What a verifiable task is: a request, and requirements that a program can judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from assistant.types import DraftRequest, Finish

ENDED = "ended"
"""The requirement every task has: the text ends by itself within a generous number of tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing asked for; `met` judges a text and never raises."""

    name: str
    met: Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Which requirements a draft meets, by name, in the order of its task."""

    requirements: tuple[tuple[str, bool], ...]

    @property
    def score(self) -> float:
        """Share of the requirements met, in [0, 1]."""
        return sum(met for _, met in self.requirements) / len(self.requirements)

    @property
    def acceptable(self) -> bool:
        """Whether all of them are met."""
        return all(met for _, met in self.requirements)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiableTask:
    """A request of one kind with all that its draft must fulfil."""

    kind: str
    request: DraftRequest
    requirements: tuple[Requirement, ...]

    @property
    def prompt(self) -> str:
        """The request as a person would say it: what to do, then the text to do it with."""
        parts = (self.request.instruction, self.request.text, self.request.before)
        return "\n\n".join(part for part in parts if part)

    def verify(self, text: str, finish: Finish) -> Verdict:
        """The verdict on a draft; one that ran out of tokens is not acceptable."""
        found = [(one.name, one.met(text)) for one in self.requirements]
        return Verdict(requirements=(*found, (ENDED, finish == "stop")))


Make: TypeAlias = Callable[[Random], VerifiableTask]
"""A new task of one kind; equal generators give equal tasks."""
