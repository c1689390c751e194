"""Fitting on made-up rows: the same every time, honest about itself, and of use."""

from __future__ import annotations

from functools import cache

import pytest

from assistant.confidence.artefact import Artefact
from assistant.confidence.features import FEATURES
from assistant.confidence.fitting.assemble import examples_of, passages_of
from assistant.confidence.fitting.defects import KINDS
from assistant.confidence.fitting.examples import NATURAL
from assistant.confidence.fitting.fit import Source, fit
from assistant.confidence.fitting.rows import JudgedRow, data_fingerprint, parse_rows
from assistant.errors import DataError
from support.drafts import hashed_vectors, judged_rows

SOURCE = Source(name="made up", licence="none")


def fitted(rows: list[JudgedRow]) -> Artefact:
    """An artefact with vectors that need no model."""
    passages = passages_of(examples_of(rows).examples)
    vectors = dict(zip(passages, hashed_vectors(passages), strict=True))
    return fit(rows, vectors, embedder="hashed", source=SOURCE)


@cache
def small() -> Artefact:
    """One fit that several tests look at."""
    return fitted(judged_rows(90))


def test_the_same_rows_in_any_order_give_the_same_bytes() -> None:
    """A fit is a function of its data."""
    assert fitted(list(reversed(judged_rows(90)))).dump() == small().dump()


def test_a_data_fingerprint_knows_rows_not_their_order() -> None:
    """One changed score is another data set."""
    rows = judged_rows(12)
    changed = [rows[0].model_copy(update={"score": 0.123}), *rows[1:]]

    assert data_fingerprint(rows) == data_fingerprint(rows[::-1])
    assert data_fingerprint(rows) != data_fingerprint(changed)


def test_no_weight_contradicts_its_known_sign() -> None:
    """A failed check can never raise a score."""
    signs = {feature.name: feature.sign for feature in FEATURES}

    for head in (small().full, small().text):
        assert all(signs[weight.feature] * weight.weight >= 0 for weight in head.weights)
        assert head.slope > 0


def test_the_text_head_needs_no_vectors() -> None:
    """It must work while the embedder is down."""
    needs = {feature.name for feature in FEATURES if feature.needs_vectors}

    assert not needs & {weight.feature for weight in small().text.weights}


def test_a_fit_tells_where_it_comes_from() -> None:
    """Counts, fingerprint, label and metrics are in the file."""
    origin = small().origin

    assert (origin.rows, origin.prompts, origin.source) == (90, 30, "made up")
    assert origin.data_fingerprint == data_fingerprint(judged_rows(90))
    assert set(small().held_out.full.planted) <= {kind.name for kind in KINDS}
    assert 0.5 < small().held_out.text.auroc <= 1


def test_planted_examples_weigh_what_they_are_said_to() -> None:
    """However many there are, a kind has its share of the judged drafts' weight."""
    examples = examples_of(judged_rows(60)).examples
    natural = sum(example.kind == NATURAL for example in examples)

    for kind in KINDS:
        weight = sum(example.weight for example in examples if example.kind == kind.name)
        assert weight == pytest.approx(kind.weight * natural) or weight == 0


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"prompt": "p"', "row: Invalid JSON"),
        ('{"prompt": "p", "response": "r", "task": "chat", "id": "1"}', "score: Field required"),
        (
            '{"prompt": "p", "response": "r", "score": 1.5, "task": "chat", "id": "1"}',
            "score: Input should be less than or equal to 1, got 1.5",
        ),
        (
            '{"prompt": "p", "response": "r", "score": 1, "task": "sing", "id": "1"}',
            "task: use one of draft, rewrite",
        ),
        (
            '{"prompt": "p", "response": "r", "score": 1, "task": "chat"}',
            "row: name the row by `id`",
        ),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(line: str, problem: str) -> None:
    """The message leads to the place and to the way out."""
    good = '{"prompt": "p", "response": "r", "score": 1, "task": "chat", "id": "1"}'

    with pytest.raises(DataError) as caught:
        parse_rows([good, "", line], file="drafts.jsonl")

    assert str(caught.value).startswith(f"drafts.jsonl:3: {problem}")


def test_an_empty_file_is_no_data() -> None:
    """Nothing can be fitted to nothing."""
    with pytest.raises(DataError, match="no rows"):
        parse_rows(["\n"], file="drafts.jsonl")
