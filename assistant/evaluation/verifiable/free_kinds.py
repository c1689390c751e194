"""Tasks that ask for a new text with given properties."""

from __future__ import annotations

from random import Random

from assistant.evaluation.verifiable import banks
from assistant.evaluation.verifiable.base import VerifiableTask
from assistant.evaluation.verifiable.requirements import (
    avoids,
    begins,
    ends,
    item_count,
    items_at_most,
    items_differ,
    mentions,
    not_repetitive,
    sentence_count,
    word_count,
)
from assistant.types import DraftRequest, Length, Sampling, Style

_SHORT = Sampling(max_tokens=120)
_PARAGRAPH = Sampling(max_tokens=130)
"""About twice what is asked for: who needs more is not about to end."""


def required_terms(generator: Random) -> VerifiableTask:
    """A short text with two or three given words in it."""
    topic = generator.choice(sorted(banks.TOPICS))
    terms = generator.sample(banks.TOPICS[topic], generator.choice((1, 2, 2, 3)))
    shown = ", ".join(f'"{term}"' for term in terms)
    instruction = generator.choice(
        (
            f"Write two sentences about {topic}. Use these words: {shown}.",
            f"Describe {topic} in two or three sentences that contain {shown}.",
            f"I need a short text about {topic}. It must mention {shown}.",
        )
    )
    return VerifiableTask(
        kind="required_terms",
        request=DraftRequest(instruction=instruction, sampling=_SHORT),
        requirements=(*(mentions(term) for term in terms), word_count(8, 90), not_repetitive()),
    )


def forbidden_terms(generator: Random) -> VerifiableTask:
    """A description without the words that come to mind first."""
    thing = generator.choice(sorted(banks.TEMPTING))
    banned = generator.sample(banks.TEMPTING[thing], generator.choice((1, 2, 2)))
    instruction = generator.choice(
        (f"Describe {thing} in two sentences.", f"Write a short paragraph about {thing}.")
    )
    return VerifiableTask(
        kind="forbidden_terms",
        request=DraftRequest(
            instruction=instruction, style=Style(banned=tuple(banned)), sampling=_PARAGRAPH
        ),
        requirements=(
            *(avoids(term) for term in banned),
            mentions(thing.split()[-1], f"{thing.split()[-1]}s"),
            word_count(10, 110),
            not_repetitive(),
        ),
    )


def word_window(generator: Random) -> VerifiableTask:
    """A text of about so many words."""
    topic = generator.choice(sorted(banks.TOPICS))
    target = generator.choice((30, 40, 50, 60))
    instruction = generator.choice(
        (f"Write a short paragraph about {topic}.", f"Describe {topic} to a friend.")
    )
    return VerifiableTask(
        kind="word_window",
        request=DraftRequest(
            instruction=instruction,
            length=Length(words=target, tolerance=0.4),
            sampling=_PARAGRAPH,
        ),
        requirements=(word_count(round(target * 0.6), round(target * 1.4)), not_repetitive()),
    )


def exact_sentences(generator: Random) -> VerifiableTask:
    """A text of exactly so many sentences."""
    topic = generator.choice(sorted(banks.TOPICS))
    count = generator.choice((1, 1, 2))
    said = ("one sentence", "exactly two sentences")[count - 1]
    instruction = generator.choice((f"Write {said} about {topic}.", f"Describe {topic} in {said}."))
    return VerifiableTask(
        kind="exact_sentences",
        request=DraftRequest(instruction=instruction, sampling=_SHORT),
        requirements=(sentence_count(count, count), word_count(5 * count, 40 * count)),
    )


def list_of_items(generator: Random) -> VerifiableTask:
    """A list of so many different short items."""
    count, what = generator.randint(3, 5), generator.choice(banks.LISTABLE)
    instruction = generator.choice(
        (
            f"List {count} {what}. One per line, a few words each.",
            f"Make a list of {count} {what}, one per line.",
            f"Give me {count} {what} as a list of short items.",
        )
    )
    return VerifiableTask(
        kind="list_of_items",
        request=DraftRequest(instruction=instruction, sampling=_PARAGRAPH),
        requirements=(item_count(count, count + 1), items_differ(count - 1), items_at_most(30)),
    )


def given_beginning(generator: Random) -> VerifiableTask:
    """One or two sentences with a given first word."""
    opening = generator.choice(banks.OPENINGS)
    topic = generator.choice(sorted(banks.TOPICS))
    instruction = generator.choice(
        (
            f'Write one sentence about {topic}. The first word must be "{opening}".',
            f'Write two sentences about {topic}. Begin with the word "{opening}".',
        )
    )
    return VerifiableTask(
        kind="given_beginning",
        request=DraftRequest(instruction=instruction, sampling=_SHORT),
        requirements=(begins(opening), word_count(5, 80), not_repetitive()),
    )


def given_end(generator: Random) -> VerifiableTask:
    """A sentence of its own and a given one after it."""
    closing = generator.choice(banks.CLOSINGS)
    topic = generator.choice(sorted(banks.TOPICS))
    instruction = generator.choice(
        (
            f'Write one sentence about {topic}. Then write: "{closing}"',
            f'Write one sentence about {topic}. The last sentence must be: "{closing}"',
        )
    )
    return VerifiableTask(
        kind="given_end",
        request=DraftRequest(instruction=instruction, sampling=_SHORT),
        requirements=(ends(closing), word_count(8, 80)),
    )


def titles(generator: Random) -> VerifiableTask:
    """Five short titles."""
    topic = generator.choice(sorted(banks.TOPICS))
    instruction = generator.choice((f"For a story about {topic}.", f"For an essay on {topic}."))
    return VerifiableTask(
        kind="titles",
        request=DraftRequest(task="titles", instruction=instruction, sampling=_PARAGRAPH),
        requirements=(item_count(4, 8), items_differ(3), items_at_most(16)),
    )
