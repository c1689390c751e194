"""What judges drafts besides the scorer: an embedder that suits it, and scores for bounded risks."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.confidence.artefact import Artefact
from assistant.confidence.scorer import Scorer
from assistant.confidence.threshold import NoSafeThreshold
from assistant.embedding.batching import BatchingEmbedder
from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder
from assistant.errors import PolicyError
from assistant.policy.models import Policy
from assistant.telemetry import get_logger
from assistant.workflow.bars import risk_bars, thresholds_of

_log = get_logger("wiring")


def embedder_for(policy: Policy, scorer: Scorer) -> BatchingEmbedder | None:
    """The embedder that the policy names; None where it names none.

    Raises:
        PolicyError: the artefact was fitted on another one.
    """
    if policy.confidence.embedder is None:
        return None
    embedder = BatchingEmbedder(SentenceTransformerEmbedder(policy.confidence.embedder))
    if embedder.name.casefold() != scorer.embedder.casefold():
        message = (
            f"confidence.embedder: {embedder.name!r} is not {scorer.embedder!r}, which the artefact"
            f" {policy.confidence.artefact!r} was fitted on; name that one, or null for none"
        )
        raise PolicyError([message])
    return embedder


def thresholds_for(policy: Policy, artefact: Artefact) -> Mapping[str, float]:
    """Least scores of the routes that bound the risk; those that will accept nothing are told."""
    bars = risk_bars(policy, artefact.counts)
    for bar in bars:
        if isinstance(bar.compiled, NoSafeThreshold):
            _log.warning(
                "route.no_safe_threshold",
                route=bar.route,
                max_risk=bar.rule.max_risk,
                confidence_level=bar.rule.confidence_level,
                artefact=artefact.fingerprint,
                reason=bar.compiled.why,
                lowest_risk=round(bar.compiled.lowest_risk, 3),
                drafts=bar.compiled.drafts,
            )
    return thresholds_of(bars)
