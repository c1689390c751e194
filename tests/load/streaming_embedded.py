"""Streaming on the embedded model, end to end: real texts, real scores, no card.

Each request is asked with the same seed of the cascade that streams by segments, of the one that holds drafts
back, and, some of them, by a client that does not stream. Both tiers are the same small model: how often the
larger one helps is not what is measured here.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Final, Literal, TypeAlias

import anyio
from rich.table import Table

from assistant.service import Assistant
from assistant.settings import Settings
from assistant.types import Answer, Delta, DraftCompleted, DraftRequest, Sampling
from assistant.wiring.build import open_assistant
from load.http_load import nearest_rank
from load.streaming_texts import SEGMENT_TOKENS

TOPICS: Final = (
    "a ferry that leaves late", "the smell of a bakery", "moving to a new town", "a garden in March",
    "why bread needs time", "an old bicycle", "the first day at school", "a walk in the rain",
    "keeping bees", "a library at night", "learning to swim", "a market on Saturday",
    "how to make tea", "a lost umbrella", "the view from a train", "a birthday letter",
    "a quiet office", "repairing a chair", "a night bus", "the harbour in winter",
)  # fmt: skip

UNSTREAMED: Final = 3
"""Requests that are asked without streaming, too: the same run as one that is held back, less one event."""

QUICK: Final = 4
"""Requests of a quick bench."""

MAX_TOKENS: Final = 160
"""A text that reaches it is cut off, and deferred for that."""

Mode: TypeAlias = Literal["streamed", "held back", "not streamed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a request: seconds until the first words and until the end, and the answer."""

    first_s: float
    total_s: float
    answer: Answer

    @property
    def deferred(self) -> bool:
        """Whether the draft fell short."""
        return self.answer.provenance.path[0].decision == "defer"

    @property
    def taken_over(self) -> bool:
        """Whether the larger tier went on from words that were out."""
        return any(rung.how == "continue" for rung in self.answer.provenance.path)

    @property
    def tokens(self) -> int:
        """Written by both tiers."""
        return self.answer.usage.completion_tokens

    @property
    def draft_score(self) -> float:
        """Of what the draft tier wrote."""
        return self.answer.provenance.path[0].score or 0.0

    @property
    def score(self) -> float:
        """Of the text that was served."""
        return self.answer.provenance.score or 0.0


def embedded_tables(*, quick: bool) -> Sequence[Table]:
    """Waits, and what became of the texts."""
    return anyio.run(_tables, TOPICS[:QUICK] if quick else TOPICS)


async def _tables(topics: Sequence[str]) -> Sequence[Table]:
    told: dict[Mode, list[Told]] = {"streamed": [], "held back": [], "not streamed": []}
    with tempfile.TemporaryDirectory() as folder:
        policy = Path(folder) / "streaming.yaml"
        policy.write_text(json.dumps(_policy()), encoding="utf-8")
        settings = Settings(policy=str(policy), data_dir=Path(folder) / "data")
        async with open_assistant(settings) as assistant:
            await assistant.warm()
            await ask(assistant, _request("a warm stove", "streamed", seed=0), live=True)
            for seed, topic in enumerate(topics, start=1):
                for mode, seen in told.items():
                    if mode == "not streamed" and seed > UNSTREAMED:
                        continue
                    request = _request(topic, mode, seed=seed)
                    seen.append(await ask(assistant, request, live=mode != "not streamed"))
    return waits_table(told), outcome_table(told["streamed"], told["held back"])


def _policy() -> dict[str, object]:
    """The shipped policy of the embedded model without a store, the larger tier writing one text."""
    tier = {"engine": "llamacpp", "model": "smollm2-135m-instruct", "samples": 1}
    both = ["draft", "large"]
    return {
        "apiVersion": "inkladder/v1",
        "name": "streaming",
        "tiers": {"draft": tier, "large": tier},
        "confidence": {"artefact": "default", "embedder": "all-minilm-l6-v2"},
        "routes": [
            {
                "name": "held",
                "match": {"labels": "held back"},
                "ladder": both,
                "stream": {"gate": "whole"},
            },
            {
                "name": "default",
                "ladder": both,
                "stream": {"gate": "sentences", "tokens": SEGMENT_TOKENS},
            },
        ],
        "cache": {
            "exact": {"enabled": False},
            "canonical": {"enabled": False},
            "semantic": {"mode": "off"},
        },
        "feedback": {"enabled": False},
    }


def _request(topic: str, mode: Mode, *, seed: int) -> DraftRequest:
    return DraftRequest(
        instruction=f"Write one short paragraph about {topic}.",
        labels=(mode,),
        sampling=Sampling(seed=seed, max_tokens=MAX_TOKENS),
    )


async def ask(assistant: Assistant, request: DraftRequest, *, live: bool) -> Told:
    """Reads the whole answer, along with its writing or not."""
    began = time.perf_counter()
    first_s: float | None = None
    answer: Answer | None = None
    async with aclosing(assistant.stream(request, live=live)) as events:
        async for event in events:
            if isinstance(event, Delta) and first_s is None:
                first_s = time.perf_counter() - began
            elif isinstance(event, DraftCompleted):
                answer = event.answer
    total_s = time.perf_counter() - began
    assert answer is not None
    # Who does not stream has the first words with the last.
    return Told(first_s=total_s if first_s is None else first_s, total_s=total_s, answer=answer)


def waits_table(told: Mapping[Mode, Sequence[Told]]) -> Table:
    """Seconds of each way."""
    table = Table(
        "embedded, seconds", "requests", "first p50", "p95", "total p50", "p95", "deferred",
        "taken over", "tokens", "score",
    )  # fmt: skip
    for mode, seen in told.items():
        firsts, totals = [one.first_s for one in seen], [one.total_s for one in seen]
        quantiles = [
            nearest_rank(times, share) for times in (firsts, totals) for share in (0.5, 0.95)
        ]
        table.add_row(
            mode,
            f"{len(seen)}",
            *(f"{value:.2f}" for value in quantiles),
            f"{fmean(one.deferred for one in seen):.0%}",
            f"{fmean(one.taken_over for one in seen):.0%}",
            f"{fmean(one.tokens for one in seen):.0f}",
            f"{fmean(one.score for one in seen):.2f}",
        )
    return table


def outcome_table(streamed: Sequence[Told], held: Sequence[Told]) -> Table:
    """What streaming costs in quality and saves in tokens, request by request beside the whole drafts."""
    pairs = list(zip(streamed, held, strict=True))
    over = [(ours, whole) for ours, whole in pairs if ours.taken_over]
    worse = [ours.score < whole.draft_score for ours, whole in over]
    saved = 1 - sum(one.tokens for one in streamed) / sum(one.tokens for one in held)
    table = Table("embedded, streamed beside held back", "", show_edge=False)
    table.add_row("first words, median of ratios", f"{_ratio(pairs):.2f}")
    table.add_row("tokens saved, both tiers", f"{saved:.0%}")
    table.add_row("drafts deferred in other cases", f"{_differing(pairs)} of {len(pairs)}")
    table.add_row(
        "taken over, and scored below the draft tier's own whole text",
        f"{sum(worse)} of {len(over)}",
    )
    table.add_row(
        "served with a lower score than when held back",
        f"{sum(ours.score < whole.score for ours, whole in pairs)} of {len(pairs)}",
    )
    return table


def _ratio(pairs: Sequence[tuple[Told, Told]]) -> float:
    return nearest_rank([ours.first_s / whole.first_s for ours, whole in pairs], 0.5)


def _differing(pairs: Sequence[tuple[Told, Told]]) -> int:
    return sum(ours.deferred != whole.deferred for ours, whole in pairs)
