"""All kinds of verifiable tasks, and as many tasks of each as wanted, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from types import MappingProxyType

from assistant.evaluation.verifiable import (
    edit_kinds,
    format_kinds,
    free_kinds,
    message_kinds,
    source_kinds,
)
from assistant.evaluation.verifiable.base import Make, VerifiableTask

_MAKERS: tuple[Make, ...] = (
    free_kinds.required_terms,
    free_kinds.forbidden_terms,
    free_kinds.word_window,
    free_kinds.exact_sentences,
    free_kinds.list_of_items,
    free_kinds.given_beginning,
    free_kinds.given_end,
    free_kinds.titles,
    source_kinds.extractive_question,
    source_kinds.keep_numbers,
    source_kinds.keep_names,
    source_kinds.shorten,
    source_kinds.summary_facts,
    source_kinds.change_person,
    source_kinds.continuation,
    edit_kinds.proofread,
    edit_kinds.substitution,
    edit_kinds.fill_in,
    format_kinds.ordering,
    format_kinds.to_bullets,
    format_kinds.to_csv,
    format_kinds.to_json,
    format_kinds.from_record,
    message_kinds.email_slots,
    message_kinds.reply,
)

KINDS = MappingProxyType({make.__name__: make for make in _MAKERS})
"""How to make a task of each kind, by the kind's name."""


def task_of(kind: str, *, seed: int, number: int) -> VerifiableTask:
    """The task of this kind and number; each depends on its own number only.

    Raises:
        KeyError: no such kind in `KINDS`.
    """
    return KINDS[kind](Random(f"{seed}:{kind}:{number}"))  # noqa: S311 - repeatable, nothing secret


def tasks(
    kinds: Sequence[str], *, per_kind: int, seed: int
) -> Iterator[tuple[int, VerifiableTask]]:
    """Numbered tasks, one of each kind before the second of any: a part of them is balanced, too."""
    for number in range(per_kind):
        for kind in kinds:
            yield number, task_of(kind, seed=seed, number=number)
