"""Small measurements with round figures."""

from __future__ import annotations

import datetime as dt

from assistant.economics.curve import Curve
from assistant.economics.estimate import Served
from assistant.economics.ladders import Ladder, PricedTier
from assistant.economics.measured import MeasuredKind, MeasuredRun, Measurement, Quantization
from assistant.economics.profile import Profile

MODEL = "lab/model"
DAY = dt.date(2026, 11, 21)


def measurement(
    gpu_s: float,
    *,
    kind: MeasuredKind = "generate",
    concurrency: int = 1,
    prompt_tokens: int = 100,
    completion_tokens: int = 50,
    quantization: Quantization | None = None,
) -> Measurement:
    """So many GPU-seconds per request; the first token after a tenth of them."""
    return Measurement(
        model=MODEL,
        quantization=quantization,
        kind=kind,
        concurrency=concurrency,
        requests=2 * concurrency,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        wall_s=2 * concurrency * gpu_s,
        gpu_s_per_request=gpu_s,
        ttft_ms_p50=100 * gpu_s,
        tpot_ms_p50=10.0,
    )


def run_of(
    *rows: Measurement, card: str = "H200", gpus: int = 1, date: dt.date = DAY
) -> MeasuredRun:
    """A run of these measurements."""
    return MeasuredRun(
        date=date,
        card=card,
        gpus=gpus,
        engine="sglang",
        engine_version="0.5.17",
        weights="random",
        method="made up for a test",
        measurements=rows,
    )


def flat_profile(*, read_s: float, write_s: float, estimated: bool = False) -> Profile:
    """So many GPU-seconds per token at every load."""
    return Profile(
        model=MODEL,
        card="H200",
        quantization=None,
        gpus=1,
        prefill=Curve.of({1: read_s}),
        decode=Curve.of({1: write_s}),
        ttft=None,
        tpot=None,
        source="a test",
        estimated=estimated,
    )


def tier(
    name: str, *, draft_s: float, usd_per_hour: float = 3600.0, read_s: float = 1e-9
) -> PricedTier:
    """A tier whose draft of one token takes `draft_s`; at 3,600 dollars an hour a second is one."""
    return PricedTier(
        name=name,
        served=Served(model=MODEL, card="H200"),
        profile=flat_profile(read_s=read_s, write_s=draft_s),
        usd_per_hour=usd_per_hour,
        max_concurrency=64,
    )


def ladder(*costs: float) -> Ladder:
    """Tiers a, b, c ... whose drafts of one token cost that many seconds, and dollars."""
    return Ladder(
        tiers=tuple(tier("abcdefgh"[place], draft_s=cost) for place, cost in enumerate(costs))
    )
