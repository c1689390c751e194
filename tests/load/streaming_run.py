"""Runs of the streaming bench: a cascade over two paced engines, read as a client of a stream reads it.

Door, graph, segment gate and the client of SGLang are the real ones, so that their work is part of every wait.
What is scripted is the verdict: the text says how it fares. The real scorer is asked all the same, for it
takes time. Nothing is cached, and nobody shares a generation.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, aclosing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import anyio
from numpy import float32
from numpy.typing import NDArray

from assistant.cache.off import NoCache
from assistant.confidence.artefact import load_artefact
from assistant.confidence.asked import Asked
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.scorer import Scorer
from assistant.economics.tables import measured_table
from assistant.policy.models import Policy
from assistant.policy.parse import parse_policy
from assistant.service import Assistant
from assistant.types import Answer, Delta, DraftCompleted, DraftRequest, Score
from assistant.wiring.tiers import meters_of, paces_of, pricing_of, tier_of
from assistant.workflow.state import Context
from load.gateway import started
from load.http_load import nearest_rank
from load.streaming_texts import FALLS_SHORT, FALTERS, SEGMENT_TOKENS, Order

CARD: Final = "H200"
PROMPT_WORDS: Final = 512
"""Of the measured requests."""

_OWN_WORDS: Final = 42
"""Of these, what the prompt says beside the text before."""

LANES: Final = 5
"""Requests written at the same time, each on connections and meters of its own."""

APART_S: Final = 0.37
"""Between the first requests of two lanes: people do not all begin at one moment."""

_FERRY: Final = Path(__file__).with_name("ferry.txt")
_GOOD, _BAD = 0.9, 0.1
_MOST: Final = 0.95

Strategy: TypeAlias = Literal["small", "large", "whole", "gated"]
"""Only the draft tier, only the large one, a cascade that holds drafts back, and one that streams them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """A draft tier and a larger one, each on a card of its own, among so many requests."""

    draft: str
    large: str
    in_flight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A text to ask for, by a strategy."""

    strategy: Strategy
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a reader saw of it: seconds until the first final words and until the end.

    `charged_s` are the GPU-seconds of its provenance, `spent_s` those that the engines had of it. `marked`:
    the answer says that it is below the bar, for too little of it was held back to be written anew.
    """

    job: Job
    first_s: float
    total_s: float
    charged_s: float
    spent_s: float
    marked: bool = False


_FIRST: Final = Job(strategy="gated", order=Order(number=0, fate="accepted", run="first"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """All of a ladder. `late_s`: how late the engines' tokens were, p95: a busy machine keeps no pace."""

    seen: Sequence[Seen]
    late_s: float


class FatedScorer:
    """The real scorer's work, and the verdict that the text carries."""

    def __init__(self, real: Scorer) -> None:
        self._real = real
        self.fingerprint = real.fingerprint
        self.allowance = real.allowance

    def warm(self) -> None:
        """Loads what scoring needs."""
        self._real.warm()

    def passages(self, draft: ScoringInput, asked: Asked | None = None) -> tuple[str, ...]:
        """As the real one."""
        return self._real.passages(draft, asked)

    def score(
        self, draft: ScoringInput, vectors: NDArray[float32] | None, asked: Asked | None = None
    ) -> Score:
        """Below the bar where the text falls short anywhere."""
        fallen = FALTERS in draft.text or FALLS_SHORT in draft.text
        return _said(self._real.score(draft, vectors, asked), good=not fallen)

    def score_prefix(self, draft: ScoringInput, asked: Asked | None = None) -> Score:
        """Below the bar where the beginning falls short."""
        return _said(self._real.score_prefix(draft, asked), good=FALTERS not in draft.text)


def _said(score: Score, *, good: bool) -> Score:
    return replace(score, value=_GOOD if good else _BAD, checks=())


def see(ladder: Ladder, jobs: Sequence[Job]) -> Runs:
    """Runs all jobs.

    Raises:
        RuntimeError: a text did not fare as it says.
    """
    with _engines(ladder) as urls:
        policy = _policy(ladder, urls)
        seen = anyio.run(_run, policy, jobs)
        spent = [_page(url, "spent") for url in urls]
        late = [late_s for url in urls for late_s in _page(url, "late")]
    return Runs(
        seen=[
            replace(one, spent_s=sum(each.get(one.job.order.key, 0.0) for each in spent))
            for one in seen
        ],
        late_s=nearest_rank(late, _MOST),
    )


@contextmanager
def _engines(ladder: Ladder) -> Iterator[list[str]]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = []
        for role, model in (("draft", ladder.draft), ("large", ladder.large)):
            command = (sys.executable, "-m", "load.steady_engine", model, CARD)
            engine = started(
                *command, str(ladder.in_flight), role,
                log=folder / f"{role}.log", environment=environment,
            )  # fmt: skip
            urls.append(f"http://127.0.0.1:{stack.enter_context(engine).strip()}")
        yield urls


def _policy(ladder: Ladder, urls: Sequence[str]) -> Policy:
    tiers = {
        name: {
            "engine": "sglang",
            "model": model,
            "endpoints": [url],
            "card": {"name": CARD, "usd_per_hour": 3.0},
        }
        for name, model, url in zip(
            ("draft", "large"), (ladder.draft, ladder.large), urls, strict=True
        )
    }
    both = ["draft", "large"]
    held, gated = {"gate": "whole"}, {"gate": "sentences", "tokens": SEGMENT_TOKENS}
    routes = [
        {"name": "small", "match": {"labels": "small"}, "ladder": ["draft"]},
        {"name": "large", "match": {"labels": "large"}, "ladder": ["large"]},
        {"name": "whole", "match": {"labels": "whole"}, "ladder": both, "stream": held},
        {"name": "gated", "ladder": both, "stream": gated},
    ]
    document = {
        "apiVersion": "inkladder/v1",
        "name": "streaming",
        "tiers": tiers,
        "confidence": {"artefact": "default", "embedder": None},
        "routes": routes,
    }
    return parse_policy(json.dumps(document), source="streaming.yaml")


async def _run(policy: Policy, jobs: Sequence[Job]) -> list[Seen]:
    scorer = FatedScorer(Scorer(load_artefact()))
    scorer.warm()
    # What is loaded with the first request of a process is no part of any wait.
    await _read(Assistant(_context(policy, scorer)), _FIRST)
    waiting = list(reversed(jobs))
    seen: list[Seen] = []

    async def lane(number: int) -> None:
        context = _context(policy, scorer)
        assistant = Assistant(context)
        for tier in context.tiers.values():
            tier.load()
        # By then the engines have told their load.
        await anyio.sleep((number + 1) * APART_S)
        while waiting:
            seen.append(await _read(assistant, waiting.pop()))
        await assistant.aclose()

    async with anyio.create_task_group() as lanes:
        for number in range(LANES):
            lanes.start_soon(lane, number)
    return seen


def _context(policy: Policy, scorer: FatedScorer) -> Context:
    table = measured_table(None)
    return Context(
        policy=policy,
        tiers={name: tier_of(name, tier, None) for name, tier in policy.tiers.items()},
        scorer=scorer,
        embedder=None,
        cache=NoCache(),
        clock=time.monotonic,
        meters=meters_of(policy.tiers),
        pricing=pricing_of(policy.tiers, table),
        paces=paces_of(policy.tiers, table),
    )


def request_of(job: Job) -> DraftRequest:
    """A prompt of PROMPT_WORDS words that names the text."""
    words = _FERRY.read_text(encoding="utf-8").split()
    instruction = f"Write {job.order.words}."
    before = [words[at % len(words)] for at in range(PROMPT_WORDS - _OWN_WORDS)]
    return DraftRequest(
        instruction=instruction, before=" ".join(before), labels=(job.strategy,), language="en"
    )


async def _read(assistant: Assistant, job: Job) -> Seen:
    began = time.perf_counter()
    first_s = total_s = 0.0
    answer: Answer | None = None
    async with aclosing(assistant.stream(request_of(job), live=True)) as events:
        async for event in events:
            if isinstance(event, Delta) and not first_s:
                first_s = time.perf_counter() - began
            elif isinstance(event, DraftCompleted):
                total_s = time.perf_counter() - began
                answer = event.answer
    _refuse_other_fates(job, answer)
    assert answer is not None
    return Seen(
        job=job,
        first_s=first_s,
        total_s=total_s,
        charged_s=answer.provenance.cost.gpu_s,
        spent_s=0.0,
        marked="below_bar" in answer.provenance.degraded,
    )


def _refuse_other_fates(job: Job, answer: Answer | None) -> None:
    """A bench that measures something else than it says would be worse than none."""
    fate, path = job.order.fate, () if answer is None else answer.provenance.path
    gated, alone = job.strategy == "gated", job.strategy in ("small", "large")
    early = gated and isinstance(fate, int)
    steps = {1} if alone or fate == "accepted" else {1, 2} if gated and fate == "end" else {2}
    if (
        len(path) not in steps
        or path[0].aborted != early
        or (early and (path[0].segments, path[1].how) != (fate, "continue" if fate else "fresh"))
    ):
        message = f"{job} took another way: {path}"
        raise RuntimeError(message)


def _page(url: str, name: str) -> Any:  # noqa: ANN401 - JSON of an engine of ours
    with urllib.request.urlopen(f"{url}/{name}") as reply:  # noqa: S310
        return json.load(reply)
