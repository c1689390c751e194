"""From measured requests to seconds per token. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.economics.curve import Curve
from assistant.economics.measurement import MeasuredKind, MeasuredRun, Measurement
from assistant.economics.profile import Profile

MS_PER_S = 1000.0

STANDARD_SHAPE = (512, 256)
"""Prompt and written tokens of the bench's usual request; of two shapes of one day it counts."""

LARGEST_PREFILL_SHARE = 0.95
"""Prefill and whole requests are measured apart; noise must not leave less than this for writing."""

ByLoad = Mapping[int, Measurement]
"""One measurement per number of requests in flight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A measurement and the run it belongs to."""

    run: MeasuredRun
    measurement: Measurement


def profile_of(rows: Sequence[Row]) -> Profile | None:
    """Seconds per token from the rows of one model, precision and card; None without generated text.

    Prefill is what reading alone took. Where nobody measured that, it is the time to the first token
    with the fewest requests in flight, shared among them. Decode is what remains of a whole request,
    so that a request like the measured one costs exactly what was measured. Our drafts always ask for
    log-probabilities: where only `generate` was measured, its seconds grow by the nearest ratio known.
    """
    newest = sorted(rows, key=_age)
    plain, logprobs = _by_load(newest, "generate"), _by_load(newest, "generate_logprobs")
    written = {**plain, **logprobs}
    if not written:
        return None
    extra = _extra(plain, logprobs)
    factors = {
        level: 1.0 if level in logprobs or extra is None else extra.nearest(level)
        for level in written
    }
    seconds = {level: row.gpu_s_per_request * factors[level] for level, row in written.items()}
    gpus = newest[-1].run.gpus
    prefill = _prefill(_by_load(newest, "score_text"), written, seconds, gpus=gpus)
    decode = {
        level: (seconds[level] - prefill.at(level) * row.prompt_tokens) / row.completion_tokens
        for level, row in written.items()
    }
    run = newest[-1].run
    return Profile(
        model=newest[-1].measurement.model,
        card=run.card,
        quantization=newest[-1].measurement.quantization,
        gpus=gpus,
        prefill=prefill,
        decode=Curve.of(decode),
        ttft=_curve(
            (level, (row.ttft_ms_p50 or 0.0) / MS_PER_S / row.prompt_tokens)
            for level, row in written.items()
        ),
        tpot=_curve(
            (level, (row.tpot_ms_p50 or 0.0) / MS_PER_S * factors[level])
            for level, row in written.items()
        ),
        source=run.source,
    )


def _age(row: Row) -> tuple[object, ...]:
    one, moment = row.measurement, row.run.moment
    return moment.date(), (one.prompt_tokens, one.completion_tokens) == STANDARD_SHAPE, moment


def _by_load(rows: Iterable[Row], kind: MeasuredKind) -> dict[int, Measurement]:
    """The last row of each load, the rows being sorted."""
    return {
        row.measurement.concurrency: row.measurement for row in rows if row.measurement.kind == kind
    }


def _extra(plain: ByLoad, logprobs: ByLoad) -> Curve | None:
    """How many times longer a request takes that tells its log-probabilities, where both are known."""
    ratios = {
        level: logprobs[level].gpu_s_per_request / row.gpu_s_per_request
        for level, row in plain.items()
        if level in logprobs and _shape(row) == _shape(logprobs[level])
    }
    return Curve.of(ratios) if ratios else None


def _shape(row: Measurement) -> tuple[int, int]:
    return row.prompt_tokens, row.completion_tokens


def _prefill(read: ByLoad, written: ByLoad, seconds: Mapping[int, float], *, gpus: int) -> Curve:
    if read:
        known = {level: row.gpu_s_per_request / row.prompt_tokens for level, row in read.items()}
    else:
        level = min(written)
        row = written[level]
        first_s = (row.ttft_ms_p50 or 0.0) / MS_PER_S * gpus / level
        known = {level: first_s / row.prompt_tokens}
    measured = Curve.of(known)
    at_most = {
        level: min(measured.at(level), LARGEST_PREFILL_SHARE * seconds[level] / row.prompt_tokens)
        for level, row in written.items()
    }
    return Curve.of({**known, **at_most})


def _curve(values: Iterable[tuple[int, float]]) -> Curve | None:
    positive = {level: value for level, value in values if value > 0}
    return Curve.of(positive) if positive else None
