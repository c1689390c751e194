"""A day's trace against the real cache: hits by level, wrong hits, GPU time and money saved.

Keys, wording, verifier, embedder and Valkey are real; the tiers only cost what was measured. The day
passes at once: what the server would forget while it passes is erased when its time has come.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

import anyio
import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from assistant.bounded import Limits
from assistant.cache.base import CacheQuery, CacheRules, Hit, Miss, Stored
from assistant.cache.redis import RedisAnswerCache
from assistant.cache.semantic.labelled import shipped_counts, wording_fingerprint
from assistant.cache.semantic.level import SemanticAnswers
from assistant.cache.store.entries import EntryStore
from assistant.economics.measured import shipped_table
from assistant.economics.profile import Profile
from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder
from assistant.types import Answer, CacheInfo, Caller, Cost, DraftRequest, Provenance, Rung, Usage
from load.cache_trace import ESCALATED, SHARES, Asked, Kind, read_pairs, trace
from support.clock import ManualClock
from support.valkey import running_valkey

REQUESTS: Final = 2400
SEED: Final = 1
CARD: Final = "H200"
DRAFT: Final = "google/gemma-4-12B-it"
LARGE: Final = "google/gemma-4-31B-it"
IN_FLIGHT: Final = 8
USD_PER_HOUR: Final = 3.0
WRITTEN_TOKENS: Final = 330
"""250 words."""

TOKENS_PER_WORD: Final = 1.35
PROMPT_TOKENS: Final = 120
"""Of the prompt around an instruction."""

PATIENT: Final = Limits(timeout_s=5.0, connect_timeout_s=5.0)
"""A busy machine is not to look like a store that is down."""

RULES: Final[Mapping[str, CacheRules]] = {
    "exact": CacheRules(canonical_ttl_s=None, semantic="off"),
    "exact, canonical": CacheRules(semantic="off"),
    "exact, canonical, semantic": CacheRules(semantic="serve"),
}

Embed = Callable[[Sequence[str]], Awaitable[NDArray[np.float32]]]


@dataclass(kw_only=True)
class Result:
    """What became of a day. GPU time in seconds; `could` counts requests whose text was stored."""

    hits: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    could: int = 0
    gpu_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Profiles:
    draft: Profile
    large: Profile

    def gpu_s(self, asked: Asked) -> float:
        """Of writing it, by the draft model and, where it is not good enough, the large one too."""
        models = (self.draft, self.large) if asked.escalates else (self.draft,)
        prompt = PROMPT_TOKENS + TOKENS_PER_WORD * len(asked.text.split())
        return sum(
            model.prefill.at(IN_FLIGHT) * prompt + model.decode.at(IN_FLIGHT) * WRITTEN_TOKENS
            for model in models
        )


class Day:
    """One replay."""

    def __init__(
        self, cache: RedisAnswerCache, clock: ManualClock, rules: CacheRules, profiles: _Profiles
    ) -> None:
        self.result = Result()
        self._cache = cache
        self._clock = clock
        self._rules = rules
        self._profiles = profiles
        self._due: list[tuple[float, int, Callable[[], Awaitable[None]]]] = []
        self._order = count()
        self._means: dict[str, str] = {}
        self._alive: Counter[str] = Counter()
        self._accepted: set[str] = set()

    async def ask(self, asked: Asked) -> None:
        """One request, after what was due before it."""
        await self._pass_until(asked.at_s)
        self.result.could += self._alive[asked.means] > 0
        query = CacheQuery(
            caller=Caller(tenant="press", user=asked.user),
            request=DraftRequest(task=asked.task, instruction=asked.text),  # type: ignore[arg-type]
            shape="trace",
            rules=self._rules,
        )
        found = await self._cache.get(query)
        if isinstance(found, Miss) and self._rules.semantic == "serve":
            found = await self._cache.similar(query)
        if isinstance(found, Hit):
            self._served(asked, found, query.caller)
        else:
            await self._write(asked, query)

    def _served(self, asked: Asked, hit: Hit, caller: Caller) -> None:
        self.result.hits[hit.level] += 1
        self.result.by_kind[asked.kind] += 1
        if self._means[hit.answer.id] != asked.means:
            self.result.wrong[f"{hit.level} {asked.kind}"] += 1
        elif asked.accepted_s is not None:
            self._accept_later(asked.at_s + asked.accepted_s, hit.answer.id, hit.entry, caller)

    async def _write(self, asked: Asked, query: CacheQuery) -> None:
        self.result.gpu_s += self._profiles.gpu_s(asked)
        answer = _answer(f"draft_{next(self._order)}")
        put = await self._cache.put(query, answer)
        if not isinstance(put, Stored):
            return
        self._means[answer.id] = asked.means
        self._alive[asked.means] += 1
        if self._rules.semantic != "off":
            await self._cache.watch(query, answer, entry=put.entry, acceptable=_always)
        if asked.accepted_s is not None:
            self._accept_later(asked.at_s + asked.accepted_s, answer.id, put.entry, query.caller)

        async def expire() -> None:
            if answer.id not in self._accepted:
                self._alive[asked.means] -= 1
                await self._cache.forget(put.entry)

        self._later(asked.at_s + self._rules.provisional_s, expire)

    def _accept_later(self, at_s: float, answer_id: str, entry: str, caller: Caller) -> None:
        async def accept() -> None:
            self._accepted.add(answer_id)
            await self._cache.judged(entry, caller, accepted=True)

        self._later(at_s, accept)

    def _later(self, at_s: float, action: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._due, (at_s, next(self._order), action))

    async def _pass_until(self, at_s: float) -> None:
        while self._due and self._due[0][0] <= at_s:
            due_s, _, action = heapq.heappop(self._due)
            self._clock.now = due_s
            await action()
        self._clock.now = at_s


def replay_table() -> Table:
    """Each set of levels against no cache, over the same day."""
    return anyio.run(_replays)


async def _replays() -> Table:
    day = trace(read_pairs(), requests=REQUESTS, seed=SEED)
    embed = _at_hand({asked.text for asked in day})
    table = shipped_table()
    draft, large = (
        table.profile(model=model, card=CARD, quantization=None) for model in (DRAFT, LARGE)
    )
    assert draft is not None
    assert large is not None
    profiles = _Profiles(draft, large)
    results = {name: await _replayed(day, rules, profiles, embed) for name, rules in RULES.items()}
    return _table(day, results, without_s=sum(profiles.gpu_s(asked) for asked in day))


async def _replayed(
    day: Sequence[Asked], rules: CacheRules, profiles: _Profiles, embed: Embed
) -> Result:
    def level(store: EntryStore) -> SemanticAnswers:
        # Stale counts would have it watch only; the table tells that they are.
        counts = shipped_counts().model_copy(update={"wording": wording_fingerprint()})
        return SemanticAnswers(store, embed, embedder="MiniLM", labelled=counts)

    clock = ManualClock()
    with running_valkey() as valkey:
        cache = RedisAnswerCache(
            valkey.url, b"trace", semantic=level, limits=PATIENT, wall_clock=clock
        )
        replay = Day(cache, clock, rules, profiles)
        for asked in day:
            await replay.ask(asked)
        await cache.aclose()
    return replay.result


def _table(day: Sequence[Asked], results: Mapping[str, Result], *, without_s: float) -> Table:
    kinds = Counter(asked.kind for asked in day)
    mixed = ", ".join(f"{kinds[kind]} {kind}" for kind in sorted(kinds))
    table = Table(
        "levels",
        "hits",
        "canonical",
        "semantic",
        "could",
        "wrong",
        "GPU s",
        "USD",
        "saved",
        "ratio to exact",
        title=f"A day of {len(day)} requests ({mixed})",
    )
    table.add_row("none", "0", "", "", "", "", f"{without_s:.0f}", _usd(without_s), "", "")
    exact_s = results["exact"].gpu_s
    for name, one in results.items():
        hits = sum(one.hits.values())
        table.add_row(
            name,
            f"{hits / len(day):.1%}",
            f"{one.hits['canonical'] / len(day):.1%}",
            f"{one.hits['semantic'] / len(day):.1%}",
            f"{one.could / len(day):.1%}",
            f"{sum(one.wrong.values())}",
            f"{one.gpu_s:.0f}",
            _usd(one.gpu_s),
            f"{1 - one.gpu_s / without_s:.1%}",
            f"{one.gpu_s / exact_s:.3f}",
        )
    table.caption = _told(results, kinds)
    return table


def _told(results: Mapping[str, Result], kinds: Mapping[Kind, int]) -> str:
    full = results["exact, canonical, semantic"]
    served = ", ".join(f"{full.by_kind[kind] / kinds[kind]:.0%} of {kind}" for kind in SHARES)
    wrong = ", ".join(f"{number} {what}" for what, number in sorted(full.wrong.items())) or "none"
    counts = "current" if shipped_counts().current else "STALE"
    return (
        f"with all levels served: {served}; wrong: {wrong}; {ESCALATED:.0%} need {LARGE} after"
        f" {DRAFT} ({IN_FLIGHT} at once, {CARD} at {USD_PER_HOUR:g} USD an hour); counts of labelled"
        f" pairs are {counts}; same pairs as those counts: no estimate of errors"
    )


def _usd(gpu_s: float) -> str:
    return f"{gpu_s / 3600 * USD_PER_HOUR:.2f}"


def _at_hand(texts: set[str]) -> Embed:
    """The real vectors of these texts, made beforehand."""
    known = sorted(texts)
    rows = SentenceTransformerEmbedder().encode(known)
    vectors = dict(zip(known, rows, strict=True))

    async def embed(wanted: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([vectors[text] for text in wanted])

    return embed


async def _always(_text: str) -> bool:
    return True


def _answer(answer_id: str) -> Answer:
    rung = Rung(tier="draft", model=DRAFT, decision="accept", reason="score_ok", score=0.9)
    return Answer(
        id=answer_id,
        text=f"The text of {answer_id}.",
        finish="stop",
        checks=(),
        usage=Usage(),
        provenance=Provenance(
            tier="draft",
            model=DRAFT,
            score=0.9,
            path=(rung,),
            route="default",
            policy="trace",
            policy_revision="1",
            artefact="trace",
            cache=CacheInfo(status="miss"),
            cost=Cost(),
        ),
    )
