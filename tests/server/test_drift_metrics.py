"""/metrics and /readyz say when the drafts are no longer like those of the calibration."""

from __future__ import annotations

import numpy as np

from assistant.confidence.drift import LEAST_DRAFTS, Drift, reference_of
from assistant.confidence.drift_monitor import DriftMonitor
from assistant.tiers.fake import FakeTier, Script
from assistant.types import Score
from support.cascade import ScriptedScorer, assistant_over
from support.server_app import ScriptedAssistant, client_of

DRAFT = {"task": "draft", "instruction": "a letter"}
TYPING = {"task": "continue", "before": "Once upon a time"}


def monitor_of(*, seen: int, score: float) -> DriftMonitor:
    """Calibrated on scores all over the scale; has seen some drafts that all score the same."""
    generator = np.random.default_rng(1)
    monitor = DriftMonitor(
        reference_of(
            generator.random(2000), {"loop": (generator.random(2000) < 0.1).astype(np.float64)}
        )
    )
    for _ in range(seen):
        monitor.observe(Score(value=score, features=(("loop", 0.0),)))
    return monitor


async def test_the_gauges_tell_the_indices_as_of_now() -> None:
    """The score's, each feature's, and over how many drafts."""
    drift = Drift(drafts=450, score=0.31, features={"loop": 0.125, "length": 0.5})
    async with client_of(ScriptedAssistant(drift_of=drift)) as client:
        lines = (await client.get("/metrics")).text.splitlines()

    for line in (
        "# TYPE inkladder_score_drift_psi gauge",
        "inkladder_score_drift_psi 0.31",
        'inkladder_feature_drift_psi{feature="loop"} 0.125',
        'inkladder_feature_drift_psi{feature="length"} 0.5',
        "inkladder_drift_drafts 450.0",
    ):
        assert line in lines


async def test_nothing_is_said_while_too_few_drafts_are_known() -> None:
    """An index of 0 would say that nothing had moved."""
    async with client_of(ScriptedAssistant()) as client:
        lines = (await client.get("/metrics")).text.splitlines()

    assert "# TYPE inkladder_score_drift_psi gauge" in lines
    assert not any(line.startswith("inkladder_score_drift_psi ") for line in lines)
    assert not any(line.startswith("inkladder_drift_drafts ") for line in lines)


async def test_a_draft_through_the_whole_server_is_counted() -> None:
    """The one that makes them enough; its score is the one before any check lowered it."""
    monitor = monitor_of(seen=LEAST_DRAFTS - 1, score=0.7)
    tiers = [FakeTier(Script(texts=("Good.",)), name=name) for name in ("draft", "large", "best")]
    scorer = ScriptedScorer({"Good.": 0.7}, failing={})
    async with client_of(assistant_over(tiers, scorer, drift=monitor)) as client:
        before = (await client.get("/metrics")).text
        ready = (await client.get("/readyz")).json()
        # A ladder of one decides nothing, so its drafts are not watched.
        await client.post("/v1/drafts", json=TYPING)
        still = (await client.get("/metrics")).text
        await client.post("/v1/drafts", json=DRAFT)
        after = (await client.get("/metrics")).text
        told = (await client.get("/readyz")).json()

    assert "inkladder_drift_drafts 1" not in before + still
    assert ready["status"] == "ready"
    assert f"inkladder_drift_drafts {LEAST_DRAFTS}.0" in after
    assert told["status"] == "degraded"
    assert told["degraded"] == ["calibration"]
    assert "run `inkladder confidence calibrate" in told["components"]["calibration"]["detail"]


async def test_a_failed_check_does_not_move_the_scores() -> None:
    """It lowers what the route shows of a draft; the calibration is about the score before."""
    monitor = monitor_of(seen=LEAST_DRAFTS - 1, score=0.7)
    tiers = [FakeTier(Script(texts=("Good.",)), name=name) for name in ("draft", "large", "best")]
    scorer = ScriptedScorer({"Good.": 0.7}, failing={"Good.": ["loop"]})
    assistant = assistant_over(tiers, scorer, drift=monitor)
    same = monitor_of(seen=LEAST_DRAFTS - 1, score=0.7)
    async with client_of(assistant) as client:
        await client.post("/v1/drafts", json=DRAFT)
    # Larger models' texts, on the rungs behind, are not what the calibration drafts were.
    same.observe(Score(value=0.7))

    assert monitor.drift() == same.drift()
