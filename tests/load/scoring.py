"""What scoring costs: the arithmetic alone, and the wait from the last token of a stream to the score.

Run by `make bench`. Streams are paced by a clock, as an engine paces them; nothing else is simulated.
Beside each wait stands that of embedding the whole draft at its end, measured in turns with it. CPU is
what embedding adds to a draft, over the same stream scored by its text alone.
"""

from __future__ import annotations

import logging
import re
import statistics
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import anyio
from rich.console import Console
from rich.table import Table
from structlog import configure as configure_log
from structlog import make_filtering_bound_logger

from assistant.cache.off import NoCache
from assistant.confidence.artefact import load_artefact
from assistant.confidence.asked import Asked
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.scorer import Scorer
from assistant.confidence.text.words import sentences
from assistant.economics.meter import EngineMeter
from assistant.economics.pricing import TierPricing
from assistant.embedding.base import Embedder
from assistant.embedding.batching import BatchingEmbedder
from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder
from assistant.policy.load import load_policy
from assistant.service import Assistant
from assistant.tiers.base import Capabilities, End, GenerationRequest, Health, TierEvent, Token
from assistant.tiers.fake import FakeTier
from assistant.types import DraftRequest, RungJudged, Usage
from assistant.workflow.state import Context

DRAFT_250_WORDS = Path(__file__).with_name("ferry.txt").read_text(encoding="utf-8")
REQUEST = DraftRequest(instruction="Write about the ferry to Anholt.", entry="fast")

BEGINNINGS = (50, 250, 1000, 5000)
"""Words: a first segment, a short answer, a long one, and one of which only parts are read."""

SCORES = 400
"""Rounds of the arithmetic."""

DRAFTS = 10
"""Drafts of each pace: seconds each, as an engine takes them."""

TOGETHER = 8
"""Drafts written at the same time."""

COLOURS = ("red", "blue", "green", "white", "black", "grey", "brown", "yellow")

_TOKEN = re.compile(r"\s*\w+|\s*[^\w\s]+|\s+")


class PacedTier(FakeTier):
    """Writes one text, a token every `step_s` by its own clock; the end of text is a token, too."""

    def __init__(self, name: str, *, step_s: float, words: int | None = None) -> None:
        """With `words` the text is cut there, as by a token limit: the last word is the last token."""
        super().__init__(name=name, capabilities=Capabilities())
        self.step_s = step_s
        self.words = words
        self.cut = words is not None
        self.ended: list[float] = []

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[TierEvent, None]:
        """Token by token, and when the last one came."""
        due = anyio.current_time()
        # No two drafts of one engine share a passage.
        colour = COLOURS[len(self.requests) % len(COLOURS)]
        self.requests.append(request)
        text = DRAFT_250_WORDS.strip().replace(" the ", f" the {colour} ")
        tokens = _TOKEN.findall(text)[: self.words]
        for token in tokens:
            due += self.step_s
            await anyio.sleep_until(due)
            yield Token(text=token)
        if not self.cut:
            await anyio.sleep_until(due + self.step_s)
        self.ended.append(time.perf_counter())
        yield End(
            finish=("length" if self.cut else "stop",),
            usage=Usage(completion_tokens=len(tokens)),
        )

    async def health(self) -> Health:
        """Always well."""
        return Health(ok=True)


class AtTheEnd(BatchingEmbedder):
    """Embeds nothing before the draft is finished."""

    def ahead(self) -> _Deaf:  # type: ignore[override]
        """Takes no hints."""
        return _Deaf()


class _Deaf:
    def want(self, texts: object) -> None:
        """Ignores them."""

    def close(self) -> None:
        """Holds nothing."""


@dataclass
class Waits:
    """Milliseconds from the last token to the score, and of CPU for all that a draft took."""

    wait_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        """Median wait."""
        return statistics.median(self.wait_ms)

    @property
    def p95(self) -> float:
        """95th percentile of the waits."""
        return statistics.quantiles(self.wait_ms, n=20, method="inclusive")[18]


def assistant_over(tier: PacedTier, scorer: Scorer, embedder: Embedder | None) -> Assistant:
    """The real workflow over the paced stream."""
    policy = load_policy("embedded")
    return Assistant(
        Context(
            policy=policy,
            tiers=dict.fromkeys(policy.tiers, tier),
            scorer=scorer,
            embedder=embedder,
            cache=NoCache(),
            clock=time.monotonic,
            meters={name: EngineMeter(time.monotonic) for name in policy.tiers},
            pricing={name: TierPricing() for name in policy.tiers},
        )
    )


async def draft_once(assistant: Assistant, tier: PacedTier, waits: Waits) -> None:
    """One draft; the events of its stream say when it was scored."""
    async for event in assistant.stream(REQUEST):
        if isinstance(event, RungJudged):
            waits.wait_ms.append((time.perf_counter() - tier.ended.pop(0)) * 1000)


async def measure(
    tier: PacedTier, scorer: Scorer, embedder: Embedder | None, waits: Waits, *, together: int = 1
) -> None:
    """Some drafts at once; an embedder that has seen none of their passages before."""
    assistant = assistant_over(tier, scorer, embedder)
    before_s = time.process_time()
    async with anyio.create_task_group() as drafts:
        for _ in range(together):
            drafts.start_soon(draft_once, assistant, tier, waits)
    waits.cpu_ms.append((time.process_time() - before_s) * 1000 / together)


async def stream_alone(scorer: Scorer, step_s: float, words: int | None, together: int) -> float:
    """Milliseconds of CPU of a draft at this pace that is scored by its text alone."""
    waits = Waits()
    for _ in range(2):
        tier = PacedTier("draft", step_s=step_s, words=words)
        await measure(tier, scorer, None, waits, together=together)
    return min(waits.cpu_ms)


def bench_arithmetic(scorer: Scorer) -> str:
    """Text only, the request already read."""
    draft = ScoringInput(request=REQUEST, text=DRAFT_250_WORDS)
    asked = Asked(REQUEST)
    scorer.score(draft, None, asked)
    waits = Waits()
    for _ in range(SCORES):
        started_s, cpu_s = time.perf_counter(), time.thread_time()
        scorer.score(draft, None, asked)
        waits.wait_ms.append((time.perf_counter() - started_s) * 1000)
        waits.cpu_ms.append((time.thread_time() - cpu_s) * 1000)
    cpu_ms = statistics.median(waits.cpu_ms)
    return (
        f"score of 250 words without embeddings: p50 {waits.p50:.2f} ms, p95 {waits.p95:.2f} ms,"
        f" CPU {cpu_ms:.2f} ms"
    )


def longer(words: int) -> str:
    """So many words in sentences as long as the ferry's, in an order that repeats nothing."""
    generator = Random(words)  # noqa: S311 - repeatable, nothing secret
    shapes = [sentence.split() for sentence in sentences(DRAFT_250_WORDS)]
    pool = [word.strip(",.") for shape in shapes for word in shape]
    said: list[str] = []
    while sum(map(len, map(str.split, said))) < words:
        shape = generator.choice(shapes)
        said.append(" ".join(generator.choices(pool, k=len(shape))).capitalize() + ".")
    return "\n\n".join(" ".join(said[at : at + 5]) for at in range(0, len(said), 5))


def bench_beginnings(scorer: Scorer) -> Table:
    """Each segment of a stream is judged on all that is written so far."""
    table = Table("score of a beginning", "ms p50", "ms p95", "CPU ms")
    asked = Asked(REQUEST)
    for words in BEGINNINGS:
        draft = ScoringInput(request=REQUEST, text=longer(words))
        scorer.score_prefix(draft, asked)
        waits = Waits()
        for _ in range(SCORES // 4):
            started_s, cpu_s = time.perf_counter(), time.thread_time()
            scorer.score_prefix(draft, asked)
            waits.wait_ms.append((time.perf_counter() - started_s) * 1000)
            waits.cpu_ms.append((time.thread_time() - cpu_s) * 1000)
        cpu_ms = statistics.median(waits.cpu_ms)
        table.add_row(f"{words} words", f"{waits.p50:.2f}", f"{waits.p95:.2f}", f"{cpu_ms:.2f}")
    return table


async def bench_waits(scorer: Scorer, encoder: SentenceTransformerEmbedder) -> Table:
    """Each pace both ways."""
    table = Table(
        "last token to score", "ms p50", "ms p95", "CPU ms", "at the end", "CPU ms", "ratio"
    )
    paces = (
        ("12 ms a token", 0.012, None, 1, DRAFTS),
        ("30 ms a token", 0.030, None, 1, DRAFTS // 2),
        ("12 ms, cut off", 0.012, 255, 1, DRAFTS),
        (f"30 ms, {TOGETHER} drafts", 0.030, None, TOGETHER, 1),
    )
    for what, step_s, words, together, rounds in paces:
        early, late = Waits(), Waits()
        # What a stream costs by itself, which is the tier's business.
        alone_ms = {
            pace_s: await stream_alone(scorer, pace_s, words, together) for pace_s in (step_s, 0.0)
        }
        for _ in range(rounds):
            # Where all is done at the end, it does not matter how long the text took.
            for waits, kind, pace_s in ((early, BatchingEmbedder, step_s), (late, AtTheEnd, 0.0)):
                tier = PacedTier("draft", step_s=pace_s, words=words)
                embedder = kind(encoder)
                await measure(tier, scorer, embedder, waits, together=together)
                embedder.close()
        table.add_row(
            what,
            f"{early.p50:.1f}",
            f"{early.p95:.1f}",
            f"{statistics.median(early.cpu_ms) - alone_ms[step_s]:.0f}",
            f"{late.p50:.1f}",
            f"{statistics.median(late.cpu_ms) - alone_ms[0.0]:.0f}",
            f"{early.p50 / late.p50:.2f}",
        )
    return table


async def main() -> None:
    """Prints both."""
    console = Console()
    scorer = Scorer(load_artefact())
    scorer.warm()
    console.print(bench_arithmetic(scorer))
    console.print(bench_beginnings(scorer))
    encoder = SentenceTransformerEmbedder()
    encoder.encode(["Loaded and warm."])
    console.print(await bench_waits(scorer, encoder))


if __name__ == "__main__":
    # The log line of each draft would bury the table.
    configure_log(wrapper_class=make_filtering_bound_logger(logging.WARNING))
    anyio.run(main)
