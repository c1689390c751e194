"""Tasks that change a given text in one way and in no other."""

from __future__ import annotations

from random import Random

from assistant.evaluation.verifiable import banks
from assistant.evaluation.verifiable.base import VerifiableTask
from assistant.evaluation.verifiable.errors import spoil, spoilable
from assistant.evaluation.verifiable.requirements import avoids, like, mentions
from assistant.evaluation.verifiable.scenes import scene
from assistant.types import DraftRequest, Sampling

_UNCHANGED = 0.75
"""Likeness to the wanted text, one sentence long, that leaves room for a word or two more."""

_EDIT = Sampling(max_tokens=80)


def proofread(generator: Random) -> VerifiableTask:
    """A sentence with one or two mistakes to be put right, nothing else changed."""
    # The shortest sentence, as small models tire of copying long ones.
    clean = min(filter(spoilable, scene(generator).sentences), key=len)
    spoiled = spoil(clean, generator.choice((1, 1, 2)), generator)
    return VerifiableTask(
        kind="proofread",
        request=DraftRequest(
            task="proofread",
            instruction="Reply with the corrected sentence only.",
            text=spoiled.text,
            sampling=_EDIT,
        ),
        requirements=(
            *(mentions(right, name=f"corrects {right.split()[0]}") for right in spoiled.right),
            *(avoids(wrong) for wrong in spoiled.wrong),
            like(clean, _UNCHANGED),
        ),
    )


def substitution(generator: Random) -> VerifiableTask:
    """The same sentence with one name replaced."""
    first, town = generator.choice(banks.FIRST_NAMES), generator.choice(banks.TOWNS)
    text = generator.choice(
        (
            f"{first} lives in {town}.",
            f"{first} bought a {generator.choice(banks.ANIMALS)} in {town}.",
            f"The bus to {town} is late, and {first} waits.",
        )
    )
    old = generator.choice((first, town))
    new = _other(old, generator)
    instruction = generator.choice(
        (
            f"Change {old} to {new}.",
            f"Replace {old} with {new} and change nothing else.",
        )
    )
    return VerifiableTask(
        kind="substitution",
        request=DraftRequest(task="rewrite", instruction=instruction, text=text, sampling=_EDIT),
        requirements=(
            mentions(new),
            avoids(old),
            like(text.replace(old, new), _UNCHANGED),
        ),
    )


def _other(old: str, generator: Random) -> str:
    bank = banks.TOWNS if old in banks.TOWNS else banks.FIRST_NAMES
    return generator.choice([name for name in bank if name != old])


def fill_in(generator: Random) -> VerifiableTask:
    """A line with one or two gaps to be filled in."""
    first, town = generator.choice(banks.FIRST_NAMES), generator.choice(banks.TOWNS)
    day, event = generator.choice(banks.WEEKDAYS), generator.choice(banks.EVENTS)
    values = {"[NAME]": first, "[DAY]": day, "[TOWN]": town}
    line = generator.choice(
        (
            f"Dear [NAME], the {event} is on {day}.",
            f"Hello {first}! See you at the {event} on [DAY].",
            f"Dear [NAME], the {event} takes place in {town} on [DAY].",
            f"Welcome to the {event} in [TOWN], {first}.",
        )
    )
    gaps = {gap: value for gap, value in values.items() if gap in line}
    wanted = line
    for gap, value in gaps.items():
        wanted = wanted.replace(gap, value)
    told = " and ".join(f"{gap} with {value}" for gap, value in gaps.items())
    return VerifiableTask(
        kind="fill_in",
        request=DraftRequest(
            task="rewrite",
            instruction=f"Replace {told}.",
            text=line,
            sampling=_EDIT,
        ),
        requirements=(
            *(mentions(value) for value in gaps.values()),
            like(wanted, _UNCHANGED),
        ),
    )
