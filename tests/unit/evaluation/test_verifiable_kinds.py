"""The generated tasks: enough kinds, varied, repeatable, and solvable."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.verifiable.errors import spoil
from assistant.evaluation.verifiable.generate import KINDS, task_of, tasks
from assistant.evaluation.verifiable.scenes import scene

SEEDS = st.integers(min_value=0, max_value=10_000)


def test_there_are_kinds_for_most_of_what_writers_ask_for() -> None:
    """More than fourteen kinds, of at least eight tasks."""
    asked = {task.request.task for _, task in tasks(tuple(KINDS), per_kind=3, seed=1)}

    assert len(KINDS) >= 20
    assert len(asked) >= 8


@pytest.mark.parametrize("kind", KINDS)
def test_tasks_of_a_kind_are_named_by_it_varied_and_repeatable(kind: str) -> None:
    """The same number gives the same task, another one hardly ever."""
    made = [task_of(kind, seed=5, number=number) for number in range(40)]
    again = task_of(kind, seed=5, number=7)

    assert {task.kind for task in made} == {kind}
    assert len({task.prompt for task in made}) >= 20
    assert (again.prompt, again.request) == (made[7].prompt, made[7].request)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_and_the_source_given_back_are_not_acceptable(kind: str) -> None:
    """A task that doing nothing fulfils would teach nothing."""
    for number in range(30):
        task = task_of(kind, seed=2, number=number)

        assert not task.verify("", "stop").acceptable
        assert not task.request.text or not task.verify(task.request.text, "stop").acceptable


@pytest.mark.parametrize("kind", KINDS)
def test_every_task_bounds_its_length(kind: str) -> None:
    """Collecting is quick: no draft is longer than a paragraph."""
    limit = task_of(kind, seed=1, number=0).request.sampling.max_tokens

    assert limit is not None
    assert 40 <= limit <= 160


def test_a_careful_writer_solves_what_can_be_solved_by_rule() -> None:
    """The clean text, the replaced word and the row are acceptable."""
    for number in range(20):
        row = task_of("to_csv", seed=3, number=number)
        thing, count = (one.name for one in row.requirements[:2])
        assert thing.startswith("row of ")
        assert count == "one row"
        swap = task_of("substitution", seed=3, number=number)
        names = [one.name.removeprefix("mentions ") for one in swap.requirements[:1]]
        old = swap.requirements[1].name.removeprefix("avoids ")
        assert swap.verify(swap.request.text.replace(old, names[0]), "stop").acceptable


@given(SEEDS)
def test_a_source_holds_its_names_numbers_and_answers(seed: int) -> None:
    """Otherwise a faithful draft would be called wrong."""
    made = scene(Random(seed))  # noqa: S311 - repeatable

    assert all(fact in made.text for fact in (*made.names, *made.numbers))
    assert all(answer in made.text for _, answer in made.questions)


@given(SEEDS, st.integers(min_value=1, max_value=3))
def test_mistakes_can_be_put_right(seed: int, count: int) -> None:
    """The spoiled text lost the right words, the clean one holds none of the wrong ones."""
    generator = Random(seed)  # noqa: S311 - repeatable
    clean = scene(generator).text

    spoiled = spoil(clean, count, generator)

    assert spoiled.text != clean
    assert 1 <= len(spoiled.wrong) == len(spoiled.right) <= count
    assert all(wrong in spoiled.text and wrong not in clean for wrong in spoiled.wrong)
    assert all(right in clean for right in spoiled.right)
