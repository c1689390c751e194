"""Mutants of requests ask for another text: swapped, moved, lost, doubled and replaced words."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from assistant.cache.wording import Folded, Same, fold, verify
from support.request_mutants import mutants

PAIRS = Path(__file__).parents[3] / "data" / "cache_pairs" / "development.jsonl"
NEVER = {"swap_names", "swap_numbers", "swap_persons", "swap_objects", "move_word", "change_count"}
"""Kinds of mutation of which the sample holds no mutant that says the same."""
MOST = 0.01
"""Share of served mutants at most. A few do say the same: "card, short" for "short card"."""


def folded(text: str) -> Folded:
    """The folded request; it must be foldable."""
    result = fold(text)
    assert result is not None
    return result


def _same(stored: Folded, asked: Folded) -> bool:
    return isinstance(verify(stored, asked), Same)


@pytest.fixture(scope="module")
def tried() -> tuple[Counter[str], Counter[str]]:
    """How many mutants of each kind there were, and how many were taken for the request."""
    rows = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    pairs = [(row["a"], row["b"]) for row in rows if row["label"] == "same"]
    others = sorted({word for row in rows for word in row["a"].lower().split() if word.isalpha()})
    draw = random.Random(20)  # noqa: S311
    made: Counter[str] = Counter()
    served: Counter[str] = Counter()
    for a, b in pairs:
        stored, asked = fold(a), fold(b)
        if stored is None or asked is None or asked.source or not _same(stored, asked):
            continue
        for kind, text in mutants(b, others, draw):
            mutant = fold(text)
            if mutant is not None and mutant.canonical != asked.canonical:
                made[kind] += 1
                served[kind] += _same(stored, mutant)
    return made, served


def test_hardly_any_mutant_of_a_request_is_served_its_text(
    tried: tuple[Counter[str], Counter[str]],
) -> None:
    """Whatever is done to its words."""
    made, served = tried

    assert made.total() > 1000
    assert served.total() / made.total() <= MOST


@pytest.mark.parametrize("kind", sorted(NEVER))
def test_names_numbers_and_persons_in_other_places_are_another_text(
    tried: tuple[Counter[str], Counter[str]], kind: str
) -> None:
    """Who does what to whom is never lost."""
    made, served = tried

    assert made[kind] > 20
    assert served[kind] == 0


SWAPPED = [
    ("A fable with a heron and a kettle. The kettle is vain.", "A fable with a heron and a kettle. The heron is vain."),
    ("Write release notes for our app. Fixed: login. New: widget.", "Write release notes for our app. Fixed: widget. New: login."),
    ("Write the docstring of split_toll(trips, riders).", "Write the docstring of split_toll(riders, trips)."),
    ("An ad: I look for someone who can teach me to whistle.", "An ad: I look for someone I can teach to whistle."),
    ("A letter: I owned one dog, the second belongs to my lodger.", "A letter: my lodger owned one dog, the second belongs to me."),
    ("Write a card for our team. Max 40 words.", "Write a card for our team. Max 40 words. In Finnish."),
    ("Thank my aunt for the scarf and my uncle for the book.", "Thank my aunt for the book and my uncle for the scarf."),
    ("Write a note: the office has moved.", "Write a note: the office had moved."),
    ("Write an ad: we can deliver.", "Write an ad: we could deliver."),
    ("Write a slogan. No capitals and no English puns.", "Write a slogan. No capitals, but English puns."),
    ("Write an ad. A bit dry, warm.", "Write an ad. Dry, a bit warm."),
    ("Write a post for our street: I need a drill.", "Write a post for our street: I am looking for a drill."),
    ("Tell him that I sold it and that my wife kept it.", "Tell him that I kept it and that my wife sold it."),
    ("Write a story about a dog that barks and a cat that sings.", "Write a story about a dog that sings and a cat that barks."),
]  # fmt: skip


@pytest.mark.parametrize(("stored", "asked"), SWAPPED)
def test_the_same_words_in_other_places_are_another_text(stored: str, asked: str) -> None:
    """Labels, arguments, counts, persons and tenses bind."""
    assert not isinstance(verify(folded(stored), folded(asked)), Same)


MOVED = [
    ("Write a speech for the mayor. She should thank the crew.", "Write a speech for the mayor, who should thank the crew."),
    ("Write a poem about dogs. Mention rain and snow.", "Write a poem about dogs. Mention snow and rain."),
    ("Write an announcement for our readers: the press stays shut. Apologetic.", "Write an apologetic announcement for our readers: the press stays shut."),
    ("Write a letter: because of my exams I can't come.", "Write a letter: I can't come because of my exams."),
    ("Write a slogan. No capitals, no English puns.", "No English puns and no capitals: write a slogan."),
    ("Write a letter to my aunt. Warm, a bit rueful. One page.", "A bit rueful, warm, one page: write a letter to my aunt."),
    ("Tell him that I sold the car and that she kept the boat.", "Tell him that she kept the boat and that I sold the car."),
    ("Reply to this informally.\n\nHi Jo, are you free on Friday?", "Hi Jo, are you free on Friday?\n\nReply to the above, informally."),
    ("Turn this text into a news item. Neutral.\n\nA parrot was saved.", "Turn this text into a neutral news item.\n\nA parrot was saved."),
    ("Write an ad for a bakery. Third person, no prices.", "Write an ad for a bakery.\n\u2013 third person\n\u2013 no prices"),
]  # fmt: skip


@pytest.mark.parametrize(("stored", "asked"), MOVED)
def test_whole_phrases_may_be_moved(stored: str, asked: str) -> None:
    """Nothing is bound otherwise."""
    assert isinstance(verify(folded(stored), folded(asked)), Same)
