"""Short invented sources whose names, numbers and answers are known. Pure, from a passed generator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from assistant.evaluation.verifiable import banks


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A few sentences, the first naming `names`; `questions` come with the words of their answer."""

    sentences: tuple[str, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The source as one paragraph."""
        return " ".join(self.sentences)


def scene(generator: Random) -> Scene:
    """A scene of any kind."""
    return generator.choice(_SCENES)(generator)


def person(generator: Random) -> tuple[str, str]:
    """A full name, and the pronoun that stands for it."""
    first = generator.choice(banks.FIRST_NAMES)
    pronoun = "she" if first in banks.WOMEN else "he"
    return f"{first} {generator.choice(banks.LAST_NAMES)}", pronoun


def clock(generator: Random) -> str:
    """A time of day."""
    return f"{generator.randint(8, 19)}:{generator.choice(('15', '30', '45'))}"


def _event(generator: Random) -> Scene:
    name, pronoun = person(generator)
    event, town = generator.choice(banks.EVENTS), generator.choice(banks.TOWNS)
    day, time = generator.choice(banks.WEEKDAYS), clock(generator)
    guests, price = str(generator.randrange(40, 400, 10)), str(generator.randint(3, 24))
    opening = generator.choice(
        (
            f"{name} is organising a {event} in {town}.",
            f"In {town}, {name} is preparing a {event}.",
            f"A {event} will take place in {town}, organised by {name}.",
        )
    )
    when = generator.choice(
        (f"It starts on {day} at {time}.", f"The doors open at {time} on {day}.")
    )
    who = generator.choice(
        (f"About {guests} guests are expected.", f"There is room for {guests} people.")
    )
    cost = generator.choice(
        (f"A ticket costs {price} dollars.", f"Visitors pay {price} dollars at the door.")
    )
    closing = f"If it rains, {pronoun} will move everything into the town hall."
    return Scene(
        sentences=(opening, when, who, cost, closing),
        names=(name, town),
        numbers=(time, guests, price),
        questions=(
            (f"Who organises the {event}?", name),
            ("On which day does it start?", day),
            ("How much does a ticket cost?", price),
            (f"In which town is the {event}?", town),
        ),
    )


def _shop(generator: Random) -> Scene:
    name, pronoun = person(generator)
    kind = generator.choice(sorted(banks.SHOPS))
    goods, speciality, fittings = banks.SHOPS[kind]
    street, town = generator.choice(banks.STREETS), generator.choice(banks.TOWNS)
    year, count = str(generator.randint(1988, 2021)), str(generator.randint(6, 60))
    opening = generator.choice(
        (
            f"{name} opened a {kind} on {street} in {town} in {year}.",
            f"In {year}, {name} opened a small {kind} on {street} in {town}.",
        )
    )
    known = f"The shop sells {goods} and is known for its {speciality}."
    inside = f"Inside, {pronoun} has {count} {fittings}."
    closing = generator.choice(
        ("On Sundays the shop is closed.", "Most customers come early in the morning.")
    )
    return Scene(
        sentences=(opening, known, inside, closing),
        names=(name, town),
        numbers=(year, count),
        questions=(
            (f"Who opened the {kind}?", name),
            ("In which year did the shop open?", year),
            ("On which street is the shop?", street),
            ("What is the shop known for?", speciality),
        ),
    )


def _project(generator: Random) -> Scene:
    name, pronoun = person(generator)
    town, project = generator.choice(banks.TOWNS), generator.choice(banks.PROJECTS)
    cost, months = str(generator.randint(2, 48)), str(generator.randint(5, 30))
    votes, start = str(generator.randint(11, 39)), generator.choice(banks.MONTHS)
    opening = generator.choice(
        (
            f"The council of {town} has decided to build {project}.",
            f"{town} will get {project}, the council decided.",
        )
    )
    vote = f"The plan, presented by {name}, won {votes} votes."
    money = f"It will cost {cost} million dollars and take {months} months."
    closing = f"Work begins in {start}, and {pronoun} will report on it every week."
    return Scene(
        sentences=(opening, vote, money, closing),
        names=(town, name),
        numbers=(votes, cost, months),
        questions=(
            ("Who presented the plan?", name),
            ("How many votes did the plan win?", votes),
            ("When does the work begin?", start),
            ("How many months will it take?", months),
        ),
    )


def _life(generator: Random) -> Scene:
    name, pronoun = person(generator)
    job, town = generator.choice(banks.JOBS), generator.choice(banks.TOWNS)
    age, years = str(generator.randint(24, 71)), str(generator.randint(2, 19))
    animal, colour = generator.choice(banks.ANIMALS), generator.choice(banks.COLOURS)
    hobby = generator.choice(banks.HOBBIES)
    article = "an" if job == "engineer" else "a"
    opening = f"{name} is {age} years old and works as {article} {job} in {town}."
    home = f"For {years} years {pronoun} has lived in a {colour} house with a {animal}."
    closing = generator.choice(
        (f"After work, {pronoun} enjoys {hobby}.", f"On weekends {pronoun} loves {hobby}.")
    )
    return Scene(
        sentences=(opening, home, closing),
        names=(name, town),
        numbers=(age, years),
        questions=(
            (f"How old is {name}?", age),
            (f"What is the job of {name}?", job),
            ("What colour is the house?", colour),
            ("Which animal lives in the house?", animal),
        ),
    )


def _journey(generator: Random) -> Scene:
    name, pronoun = person(generator)
    start, end = generator.sample(banks.TOWNS, 2)
    day, time = generator.choice(banks.WEEKDAYS), clock(generator)
    hours, platform = str(generator.randint(2, 9)), str(generator.randint(1, 14))
    opening = f"On {day}, {name} will travel from {start} to {end} by train."
    leaving = f"The train leaves at {time} from platform {platform}."
    closing = f"The journey takes {hours} hours, and {pronoun} will come back by bus."
    return Scene(
        sentences=(opening, leaving, closing),
        names=(name, start, end),
        numbers=(time, platform, hours),
        questions=(
            ("From which platform does the train leave?", platform),
            ("How many hours does the journey take?", hours),
            (f"Where does {name} travel to?", end),
            (f"On which day will {name} travel?", day),
        ),
    )


_SCENES: tuple[Callable[[Random], Scene], ...] = (_event, _shop, _project, _life, _journey)
