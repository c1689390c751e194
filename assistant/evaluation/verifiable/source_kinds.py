"""Tasks about a given source whose facts are known."""

from __future__ import annotations

from random import Random

from assistant.evaluation.verifiable import banks
from assistant.evaluation.verifiable.base import VerifiableTask
from assistant.evaluation.verifiable.requirements import (
    avoids,
    mentions,
    not_repetitive,
    sentence_count,
    unlike,
    word_count,
)
from assistant.evaluation.verifiable.scenes import person, scene
from assistant.types import DraftRequest, Sampling

_ANSWER = Sampling(max_tokens=60)
_REWRITE = Sampling(max_tokens=130)

_SAME = 0.97
"""Likeness from which a rewrite is its source given back."""


def extractive_question(generator: Random) -> VerifiableTask:
    """A question that a few words of the source answer."""
    source = scene(generator)
    question, answer = generator.choice(source.questions)
    hint = generator.choice(("Answer in one short sentence.", "Answer briefly.", "Be brief."))
    others = [number for number in source.numbers if number != answer]
    return VerifiableTask(
        kind="extractive_question",
        request=DraftRequest(instruction=f"{question} {hint}", text=source.text, sampling=_ANSWER),
        requirements=(
            mentions(answer, answer.split()[-1], name="gives the answer"),
            avoids(*others, name="gives no other number"),
            word_count(1, 24),
        ),
    )


def keep_numbers(generator: Random) -> VerifiableTask:
    """A rewrite in which every number survives."""
    source = scene(generator)
    wish = generator.choice(
        (
            "Make it sound friendlier.",
            "Make it simpler.",
            "Make it livelier.",
            "Say it differently.",
        )
    )
    return VerifiableTask(
        kind="keep_numbers",
        request=DraftRequest(
            task="rewrite",
            instruction=wish,
            text=source.text,
            keep=("numbers",),
            sampling=_REWRITE,
        ),
        requirements=(
            *(mentions(number) for number in source.numbers),
            unlike(source.text, _SAME),
            not_repetitive(),
        ),
    )


def keep_names(generator: Random) -> VerifiableTask:
    """A change of tone in which every name survives."""
    source = scene(generator)
    tone = generator.choice(("formal", "friendly", "enthusiastic", "calm"))
    return VerifiableTask(
        kind="keep_names",
        request=DraftRequest(
            task="tone", tone=tone, text=source.text, keep=("names",), sampling=_REWRITE
        ),
        requirements=(
            *(mentions(name) for name in source.names),
            unlike(source.text, _SAME),
            not_repetitive(),
        ),
    )


def shorten(generator: Random) -> VerifiableTask:
    """A shorter text that still names the person or place and the day or number that count."""
    source = scene(generator)
    name, number = source.names[0], source.numbers[0]
    limit = round(len(source.text.split()) * 0.75)
    instruction = generator.choice(
        (
            f"Use at most {limit} words. Keep {name} and the number {number}.",
            f"At most {limit} words, and mention {name} and {number}.",
        )
    )
    return VerifiableTask(
        kind="shorten",
        request=DraftRequest(
            task="shorten", instruction=instruction, text=source.text, sampling=_REWRITE
        ),
        requirements=(
            word_count(6, limit),
            mentions(name, name.split()[-1]),
            mentions(number),
        ),
    )


def summary_facts(generator: Random) -> VerifiableTask:
    """One or two sentences that name the people and places of the source."""
    source = scene(generator)
    wanted = source.names[: generator.choice((1, 2))]
    instruction = generator.choice(
        (
            f"In one sentence that mentions {' and '.join(wanted)}.",
            f"Write one or two sentences. Mention {' and '.join(wanted)}.",
        )
    )
    return VerifiableTask(
        kind="summary_facts",
        request=DraftRequest(
            task="summarize", instruction=instruction, text=source.text, sampling=_REWRITE
        ),
        requirements=(
            *(mentions(name) for name in wanted),
            sentence_count(1, 2),
            word_count(6, round(len(source.text.split()) * 0.85)),
        ),
    )


def change_person(generator: Random) -> VerifiableTask:
    """A sentence in the first person told in the third."""
    name, pronoun = person(generator)
    first = name.split()[0]
    town, animal = generator.choice(banks.TOWNS), generator.choice(banks.ANIMALS)
    text = generator.choice(
        (
            f"I live in {town} with a {animal}.",
            f"I bought a {animal} in {town} last year.",
            f"Every morning I take the bus to {town}.",
            f"I work as a {generator.choice(('nurse', 'teacher', 'pilot'))} in {town}.",
        )
    )
    return VerifiableTask(
        kind="change_person",
        request=DraftRequest(
            task="rewrite",
            instruction=f'Write "{first}" instead of "I", in the third person.',
            text=text,
            sampling=_ANSWER,
        ),
        requirements=(
            avoids("I", "I'm", "my", "me", name="no first person"),
            mentions(first, pronoun, name="third person"),
            mentions(town),
            word_count(4, 24),
        ),
    )


def continuation(generator: Random) -> VerifiableTask:
    """The next sentences of a source, about the same person, without saying it again."""
    source = scene(generator)
    first = generator.choice(source.names).split()[0]
    return VerifiableTask(
        kind="continuation",
        request=DraftRequest(
            task="continue",
            instruction=f"Write one or two sentences more. Mention {first}.",
            before=source.text,
            sampling=Sampling(max_tokens=120),
        ),
        requirements=(
            mentions(first),
            word_count(6, 70),
            unlike(source.text, 0.6),
            not_repetitive(),
        ),
    )
