"""Tasks that bring given things into a format or an order."""

from __future__ import annotations

import csv
import json
from random import Random

from assistant.confidence.text.words import lines
from assistant.evaluation.verifiable import banks
from assistant.evaluation.verifiable.base import Requirement, VerifiableTask
from assistant.evaluation.verifiable.requirements import (
    avoids,
    holds,
    in_order,
    item_count,
    items_at_most,
    mentions,
    sentence_count,
)
from assistant.types import DraftRequest, Sampling

_BRIEF = Sampling(max_tokens=80)

_OFTEN = 0.7
"""Share of questions about numbers; there are fewer about days."""

_THINGS = (banks.FRUITS, banks.OBJECTS, banks.ANIMALS, banks.COLOURS)


def ordering(generator: Random) -> VerifiableTask:
    """The largest, smallest, first or last of a few things."""
    numbers = sorted(generator.sample(range(2, 99), generator.choice((2, 3))))
    days = sorted(generator.sample(range(len(banks.WEEKDAYS)), 2))
    places = {"smallest": 0, "largest": -1}
    which, at = generator.choice(sorted(places.items()))
    if generator.random() < _OFTEN:
        things, question = [str(one) for one in numbers], f"Which of these numbers is the {which}?"
    else:
        things = [banks.WEEKDAYS[day] for day in days]
        which, at = generator.choice((("first", 0), ("last", -1)))
        question = f"Which of these days comes {which} in a week that begins on Monday?"
    shown = generator.sample(things, len(things))
    return VerifiableTask(
        kind="ordering",
        request=DraftRequest(
            instruction=f"{question} Answer with it alone.",
            text=", ".join(shown),
            sampling=Sampling(max_tokens=40),
        ),
        requirements=(
            mentions(things[at]),
            avoids(*(one for one in things if one != things[at]), name="no other"),
        ),
    )


def to_bullets(generator: Random) -> VerifiableTask:
    """An enumeration to be made a list, one word a line."""
    chosen = generator.sample(generator.choice(_THINGS), generator.randint(2, 4))
    listed = ", ".join(chosen)
    instruction = generator.choice(
        (
            f"Write {listed} as a numbered list that begins like this:\n1. {chosen[0]}",
            f"Write {listed} as a list, each on a line of its own, like this:\n- {chosen[0]}",
        )
    )
    return VerifiableTask(
        kind="to_bullets",
        request=DraftRequest(instruction=instruction, sampling=Sampling(max_tokens=60)),
        requirements=(in_order(chosen), item_count(len(chosen)), items_at_most(3)),
    )


def to_csv(generator: Random) -> VerifiableTask:
    """A thing and its number as comma-separated values."""
    thing = generator.choice((*banks.FRUITS, *banks.OBJECTS))
    number = str(generator.randint(2, 90))
    instruction = generator.choice(
        (
            f"Write this as one row of CSV: {thing}, {number}",
            f"Repeat this row of CSV and write nothing else: {thing}, {number}",
        )
    )
    return VerifiableTask(
        kind="to_csv",
        request=DraftRequest(instruction=instruction, sampling=Sampling(max_tokens=40)),
        requirements=(
            _has_row((thing, number)),
            Requirement(name="one row", met=lambda text: len(lines(text)) == 1),
        ),
    )


def to_json(generator: Random) -> VerifiableTask:
    """A person in a sentence as a JSON object with two or three keys."""
    name, town = generator.choice(banks.FIRST_NAMES), generator.choice(banks.TOWNS)
    age = generator.randint(19, 80)
    wanted = {"name": name, "age": str(age), "town": town}
    text = generator.choice(
        (f"{name} is {age} years old and lives in {town}.", f"{name} from {town} is {age}.")
    )
    keys = generator.sample(sorted(wanted), generator.choice((2, 3)))
    listed = " and ".join(f'"{key}"' for key in keys)
    return VerifiableTask(
        kind="to_json",
        request=DraftRequest(
            instruction=f"Write a JSON object with the keys {listed} for this person.",
            text=text,
            sampling=_BRIEF,
        ),
        requirements=(
            *(_has_field(key, wanted[key]) for key in keys),
            Requirement(name="object", met=lambda text: _object(text) is not None),
        ),
    )


def from_record(generator: Random) -> VerifiableTask:
    """A few particulars told in a sentence."""
    name, town = generator.choice(banks.FIRST_NAMES), generator.choice(banks.TOWNS)
    age, job = str(generator.randint(20, 70)), generator.choice(("nurse", "teacher", "carpenter"))
    told = [name, *generator.sample((town, age, job), generator.choice((2, 3)))]
    shown = ", ".join(f"{one} years old" if one == age else one for one in told)
    return VerifiableTask(
        kind="from_record",
        request=DraftRequest(
            instruction=generator.choice(
                (
                    f"Write one sentence that introduces this person: {shown}.",
                    f"Write one sentence with all of this: {shown}.",
                )
            ),
            sampling=_BRIEF,
        ),
        requirements=(*(mentions(one) for one in told), sentence_count(1, 2)),
    )


def _has_row(row: tuple[str, str]) -> Requirement:
    def met(text: str) -> bool:
        try:
            found = [[cell.strip() for cell in one] for one in csv.reader(lines(text.casefold()))]
        except csv.Error:
            return False
        return [row[0], row[1]] in found

    return Requirement(name=f"row of {row[0]}", met=met)


def _has_field(key: str, value: str) -> Requirement:
    def met(text: str) -> bool:
        found = _object(text)
        return found is not None and holds(str(found.get(key, "")), value)

    return Requirement(name=f"field {key}", met=met)


def _object(text: str) -> dict[str, object] | None:
    """The first JSON object of a text, None where what its first brace opens is none."""
    try:
        found, _ = json.JSONDecoder().raw_decode(text[max(0, text.find("{")) :])
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
