"""What the engines alone would take, and what streaming is held to beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from load.steady_engine import SteadyPace
from load.streaming_mix import Mix, quantile
from load.streaming_run import PROMPT_WORDS, Job, Seen
from load.streaming_texts import SEGMENT_TOKENS, draft_of, good_text, judged_ends

ACCEPTED_WITHIN: Final = 1.3
"""First words of an accepted draft, over reading the prompt and writing a segment."""

DEFERRED_WITHIN: Final = 1.1
"""First words where the first segment is deferred, over reading the prompt, writing that segment, and the
larger tier's reading: a tenth for our own work and the one token that shows where a sentence ends."""

GPU_WITHIN: Final = 0.85
"""GPU-seconds, over those of a cascade that holds drafts back, where 30 % are deferred."""

_HALF: Final = 0.5
_MOST: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Pure:
    """Seconds until the first final words and the end, if nothing but the engines took time."""

    first_s: float
    total_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A ratio that must not exceed its bound."""

    what: str
    measured: float
    bound: float

    @property
    def met(self) -> bool:
        """Whether it does not."""
        return self.measured <= self.bound


def pure_times(job: Job, draft: SteadyPace, large: SteadyPace) -> Pure | None:
    """Those of a job; None for a draft that is deferred at its end, which is taken over or not."""
    fate, tokens = job.order.fate, len(good_text(job.order.number))
    match job.strategy:
        case "small" | "large":
            pace = draft if job.strategy == "small" else large
            # A word is known to be complete when the next one begins.
            return Pure(first_s=written_s(pace, 2), total_s=written_s(pace, tokens))
        case "whole":
            total_s = written_s(draft, tokens)
            if fate != "accepted":
                total_s += written_s(large, tokens)
            return Pure(first_s=total_s, total_s=total_s)
        case "gated":
            return _gated(job, draft, large)


def _gated(job: Job, draft: SteadyPace, large: SteadyPace) -> Pure | None:
    fate = job.order.fate
    if fate == "end":
        return None
    text = draft_of(job.order.number, fate)
    ends = judged_ends(text)
    # The end of a sentence shows in the token behind it.
    first_s = written_s(draft, ends[0] + 1)
    if fate == "accepted":
        return Pure(first_s=first_s, total_s=written_s(draft, len(text)))
    kept = ends[fate - 1] if fate else 0
    stopped_s = written_s(draft, ends[fate] + 1)
    taken_over_s = stopped_s + written_s(large, len(text) - kept, more=kept)
    if fate:
        return Pure(first_s=first_s, total_s=taken_over_s)
    return Pure(first_s=stopped_s + written_s(large, 2), total_s=taken_over_s)


def written_s(pace: SteadyPace, tokens: int, *, more: int = 0) -> float:
    """Seconds until so many tokens are written, `more` of a beginning being read with the prompt."""
    return pace.first_s * (PROMPT_WORDS + more) + pace.step_s * (tokens - 1)


def over_pure(seen: Sequence[Seen], draft: SteadyPace, large: SteadyPace) -> tuple[float, float]:
    """Median ratio of measured to pure seconds: of the first words, and of the whole."""
    pairs = [(one, pure) for one in seen if (pure := pure_times(one.job, draft, large)) is not None]
    return (
        quantile([(one.first_s / pure.first_s, 1.0) for one, pure in pairs], _HALF),
        quantile([(one.total_s / pure.total_s, 1.0) for one, pure in pairs], _HALF),
    )


def targets(
    seen: Sequence[Seen], draft: SteadyPace, large: SteadyPace, *, gated: Mix, whole: Mix
) -> Iterator[Target]:
    """All of them; `gated` and `whole` are the mixes of 30 % deferral."""
    streamed = [one for one in seen if one.job.strategy == "gated"]
    segment_s = written_s(draft, SEGMENT_TOKENS + 1)
    accepted = [
        (one.first_s / segment_s, 1.0) for one in streamed if one.job.order.fate == "accepted"
    ]
    deferred = [
        (one.first_s / _first_deferred_s(one.job, draft, large), 1.0)
        for one in streamed
        if one.job.order.fate == 0
    ]
    for name, share in (("p50", _HALF), ("p95", _MOST)):
        yield Target(
            what=f"accepted, first words {name}: over TTFT and {SEGMENT_TOKENS} tokens",
            measured=quantile(accepted, share),
            bound=ACCEPTED_WITHIN,
        )
    for name, share in (("p50", _HALF), ("p95", _MOST)):
        yield Target(
            what=f"deferred at once, first words {name}: over that segment and the large TTFT",
            measured=quantile(deferred, share),
            bound=DEFERRED_WITHIN,
        )
    for kind, ours, theirs in (
        ("spent", gated.spent_s, whole.spent_s),
        ("charged", gated.charged_s, whole.charged_s),
    ):
        yield Target(
            what=f"30 % deferred, GPU-seconds {kind}: over drafts held back",
            measured=ours / theirs,
            bound=GPU_WITHIN,
        )


def _first_deferred_s(job: Job, draft: SteadyPace, large: SteadyPace) -> float:
    first = judged_ends(good_text(job.order.number))[0]
    return written_s(draft, first) + written_s(large, 1)
