"""A semantic level over a real store, with an embedder that does as it is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from assistant.bounded import Limits
from assistant.cache.base import CacheQuery, CacheRules, Lookup, Stored
from assistant.cache.cipher import Cipher
from assistant.cache.redis import RedisAnswerCache
from assistant.cache.semantic.control import LabelledLevel, LabelledStratum
from assistant.cache.semantic.labelled import Labelled, wording_fingerprint
from assistant.cache.semantic.level import Embed, SemanticAnswers
from assistant.errors import EmbedderUnavailable
from assistant.types import Answer, Caller, DraftRequest
from support.encoders import hashed

SECRET = b"secret"
PATIENT = Limits(timeout_s=2.0, connect_timeout_s=2.0)
"""For a machine that is busy with other tests."""

SERVE = CacheRules(semantic="serve", max_false_hit=0.01)
SHADOW = CacheRules(semantic="shadow", max_false_hit=0.01)

STORED = "Write a short poem about a parcel."
REWORDED = "Write a poem about a parcel. It should be short."
OTHER = "Write a short poem about a ladder."
"""Asks for another text than the two above, which ask for the same."""


@dataclass
class ScriptedEmbedder:
    """All texts are alike but those of `unlike`, each of which resembles nothing."""

    failure: str | None = None
    unlike: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    async def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row a text."""
        self.asked += texts
        if self.failure is not None:
            raise EmbedderUnavailable(self.failure)
        return np.array([self._vector(text) for text in texts], dtype=np.float32)

    def _vector(self, text: str) -> NDArray[np.float32]:
        own = hashed(text)
        mixed = own if text in self.unlike else np.full(32, 1.0, dtype=np.float32) + own
        unit: NDArray[np.float32] = mixed / np.linalg.norm(mixed)
        return unit


def counted(*, different: int = 400, false_hits: int = 0, task: str = "draft") -> Labelled:
    """Counts of the verifier installed here: without false hits they prove 1 %."""
    level = LabelledLevel(strength=1.0, false_hits=false_hits, hits=50)
    stratum = LabelledStratum(
        task=task, language="en", different=different, same=100, levels=(level,)
    )
    return Labelled(
        wording=wording_fingerprint(), data="", pairs=different + 100, strata=(stratum,)
    )


def cache_with(
    url: str,
    embed: Embed,
    *,
    labelled: Labelled | None = None,
    embedder: str = "scripted",
    wall_clock: Callable[[], float] = time.time,
    cipher: Cipher | None = None,
) -> RedisAnswerCache:
    """A cache as one worker has it."""
    known = labelled or counted()
    return RedisAnswerCache(
        url,
        SECRET,
        limits=PATIENT,
        semantic=lambda store: SemanticAnswers(store, embed, embedder=embedder, labelled=known),
        wall_clock=wall_clock,
        cipher=cipher,
    )


def asking(instruction: str, rules: CacheRules = SERVE, *, user: str = "u") -> CacheQuery:
    """Somebody asks for a draft."""
    request = DraftRequest(task="draft", instruction=instruction)
    caller = Caller(tenant="t", user=user)
    return CacheQuery(caller=caller, request=request, shape="shape", rules=rules)


async def yes(text: str) -> bool:
    """Any text will do."""
    del text
    return True


async def no(text: str) -> bool:
    """None will."""
    del text
    return False


async def written(
    cache: RedisAnswerCache, query: CacheQuery, answer: Answer, *, entry_id: str = "a-1"
) -> str:
    """Stores an answer, as if it had just been written for `query`, and makes it findable."""
    mine = replace(answer, id=entry_id)
    stored = await cache.put(query, mine)
    assert isinstance(stored, Stored)
    await cache.watch(query, mine, entry=stored.entry, acceptable=yes)
    return stored.entry


async def asked_anew(cache: RedisAnswerCache, query: CacheQuery) -> Lookup:
    """What the semantic level says once the others have missed."""
    await cache.get(query)
    return await cache.similar(query)
