"""What log-probabilities add, on drafts made so that the answer is known."""

from __future__ import annotations

from functools import cache
from random import Random

import numpy as np
import pytest

from assistant.confidence.fitting.rows import JudgedRow
from assistant.errors import DataError
from assistant.evaluation.logprob_gain import TEXT, GainReport, logprob_gain

SENTENCES = (
    "The harbour was quiet.",
    "Two boats lay side by side in the morning sun, and a man painted one of them blue.",
    "Nobody spoke about the storm.",
    "At noon the ferry came in with the mail and a crate of oranges.",
)
KINDS = {"easy": 0.8, "hard": 0.3}


def rows(count: int, *, telling: bool) -> list[JudgedRow]:
    """Drafts that all read alike; if `telling`, the good ones have the higher log-probabilities."""
    generator = Random(11)  # noqa: S311 - repeatable
    made: list[JudgedRow] = []
    for number in range(count):
        kind = generator.choice(sorted(KINDS))
        good = generator.random() < KINDS[kind]
        level = (-0.5 if good else -1.0) if telling else -0.75
        made.append(
            JudgedRow(
                prompt=f"Write about the harbour, part {number // 2}.",
                response=" ".join(generator.choices(SENTENCES, k=generator.randint(1, 5))),
                score=float(good),
                task="draft",
                id=str(number),
                acceptable=good,
                kind=kind,
                temperature=generator.choice((0.2, 1.0)),
                logprobs=tuple((level + generator.gauss(0, 0.1), None) for _ in range(20)),
            )
        )
    return made


@cache
def reports(*, telling: bool) -> tuple[GainReport, ...]:
    """One report that several tests look at: fits take a moment."""
    return logprob_gain(rows(200, telling=telling), np.random.default_rng(1), resamples=40)


def test_log_probabilities_that_tell_are_found_to_tell() -> None:
    """Pooled, within kinds and at each temperature, with an interval above nothing."""
    found = reports(telling=True)

    assert [report.temperature for report in found] == [None, 0.2, 1.0]
    assert sum(report.drafts for report in found[1:]) == found[0].drafts == 200
    for report in found:
        lines = {line.name: line for line in report.lines}
        both = lines["text + logprobs"]
        assert both.pooled.value > 0.95
        assert both.gain.low > 0.2
        assert both.within is not None
        assert both.within.value > 0.95
        assert lines["kind mean"].within is None
        assert lines[TEXT].gain.value == 0


def test_log_probabilities_that_tell_nothing_add_nothing() -> None:
    """Out of fold, noise cannot look like a gain."""
    lines = {line.name: line for line in reports(telling=False)[0].lines}

    assert abs(lines["mean logprob"].pooled.value - 0.5) < 0.15
    assert lines["text + logprobs"].gain.low < 0.1
    assert lines["kind mean"].pooled.value > 0.65


def test_the_same_seed_gives_the_same_report() -> None:
    """Nothing depends on anything but rows and generator."""
    again = logprob_gain(rows(200, telling=True), np.random.default_rng(1), resamples=40)

    assert again == reports(telling=True)


def test_too_few_or_unlabelled_or_silent_drafts_are_refused() -> None:
    """Each with the way out."""
    made = rows(120, telling=True)

    with pytest.raises(DataError, match="--per-kind"):
        logprob_gain(made[:20], np.random.default_rng(1))
    with pytest.raises(DataError, match="not whether it is `acceptable`"):
        logprob_gain([made[0].model_copy(update={"acceptable": None})], np.random.default_rng(1))
    with pytest.raises(DataError, match="no draft has log-probabilities"):
        logprob_gain(
            [row.model_copy(update={"logprobs": None}) for row in made], np.random.default_rng(1)
        )
