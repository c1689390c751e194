"""Tasks that write a message with given particulars."""

from __future__ import annotations

from random import Random

from assistant.evaluation.verifiable import banks
from assistant.evaluation.verifiable.base import Requirement, VerifiableTask
from assistant.evaluation.verifiable.requirements import mentions, word_count
from assistant.evaluation.verifiable.scenes import clock, person
from assistant.types import DraftRequest, Sampling

_MESSAGE = Sampling(max_tokens=160)


def email_slots(generator: Random) -> VerifiableTask:
    """An invitation with the name, day, time and place it needs, and no gap left open."""
    first = generator.choice(banks.FIRST_NAMES)
    slots = [
        generator.choice(banks.WEEKDAYS),
        clock(generator),
        generator.choice(banks.TOWNS),
    ][: generator.choice((1, 2, 2, 3))]
    event = generator.choice(banks.EVENTS)
    said = ", ".join(slots)
    instruction = generator.choice(
        (
            f"Write a short email to {first}: invitation to the {event} ({said}).",
            f"Invite {first} to our {event} in three sentences. Details: {said}.",
        )
    )
    return VerifiableTask(
        kind="email_slots",
        request=DraftRequest(instruction=instruction, sampling=_MESSAGE),
        requirements=(
            mentions(first),
            *(mentions(slot) for slot in slots),
            _no_gaps(),
            word_count(10, 120),
        ),
    )


def reply(generator: Random) -> VerifiableTask:
    """A reply that proposes another day."""
    name, _ = person(generator)
    first = name.split()[0]
    day, other = generator.sample(banks.WEEKDAYS, 2)
    text = generator.choice(
        (
            f"Hi, can we meet on {day} to talk about the {generator.choice(banks.EVENTS)}?\n{first}",
            f"Hello, are you free for lunch on {day}?\nBest, {first}",
        )
    )
    instruction = generator.choice(
        (
            f"Propose to meet on {other} instead.",
            f"Say that {other} would be better.",
        )
    )
    return VerifiableTask(
        kind="reply",
        request=DraftRequest(task="reply", instruction=instruction, text=text, sampling=_MESSAGE),
        requirements=(mentions(other), _no_gaps(), word_count(6, 120)),
    )


def _no_gaps() -> Requirement:
    """No "[Name]" where the name was given; who writes was not, so "[Your Name]" is no mistake."""

    def met(text: str) -> bool:
        return text.count("[") == text.casefold().count("[your")

    return Requirement(name="no open gap", met=met)
