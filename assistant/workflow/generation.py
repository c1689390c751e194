"""One generation of one tier, collected as it comes; what was written is kept if it breaks off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from statistics import fmean
from typing import Final

from assistant.errors import TierError, TierTimeout
from assistant.tiers.base import Begun, End, GenerationRequest, Tier, Token
from assistant.types import Finish, Progress, TokenLogprob, Usage

PROGRESS_EVERY_S: Final = 0.25
"""A progress event this often at most: it looks alive, and costs a busy server next to nothing."""

MS_PER_S: Final = 1000.0

Listener = Callable[[Token], Awaitable[bool]]
"""Takes in what was just written, and says whether the tier may write on."""


@dataclass(slots=True)
class Sample:
    """One text, piece by piece; `finish` is None until the engine has ended it."""

    pieces: list[str] = field(default_factory=list)
    logprobs: list[TokenLogprob] = field(default_factory=list)
    tokens: int = 0
    finish: Finish | None = None

    @property
    def text(self) -> str:
        """All of it, as the tier wrote it."""
        return "".join(self.pieces)

    def add(self, token: Token) -> int:
        """Keeps it; how many tokens it stands for."""
        tokens = max(1, len(token.logprobs))
        self.pieces.append(token.text)
        self.logprobs.extend(token.logprobs)
        self.tokens += tokens
        return tokens


@dataclass(slots=True)
class Generation:
    """What a tier writes to one prompt. `aborted`: a listener stopped it.

    `listen` hears every piece; times are those of `clock`, in seconds.
    """

    tier: Tier
    clock: Callable[[], float]
    progress: Callable[[Progress], None]
    listen: Listener
    samples: dict[int, Sample] = field(default_factory=dict)
    aborted: bool = False
    _told: Usage | None = None
    _begun: Usage | None = None
    _started_s: float = 0.0
    _first_token_s: float | None = None
    _ended_s: float = 0.0
    _tokens: int = 0
    _tokens_told: int = 0
    _progress_due_s: float = 0.0
    _loads: list[float] = field(default_factory=list)

    async def collect(self, request: GenerationRequest) -> None:
        """Lets the tier write until it ends, breaks, or a listener has heard enough.

        Raises:
            TierError: what broke it.
        """
        if not self._started_s:
            self._started_s = self.clock()
        self.samples = {}
        self._begun = None
        try:
            if request.timeout_s <= 0:
                raise TierTimeout(tier=self.tier.name, after_s=0.0)
            async with aclosing(self.tier.stream(request)) as events:
                async for event in events:
                    if isinstance(event, Token):
                        self._take(event)
                        if not await self.listen(event):
                            self.aborted = True
                            return
                    else:
                        self._note(event)
        finally:
            self._ended_s = self.clock()

    async def once_more(self, request: GenerationRequest) -> None:
        """Another generation in place of the last, which is kept where this one brings nothing."""
        before = self.samples
        try:
            await self.collect(request)
        except TierError:
            if self.samples:
                raise
            self.samples = before

    @property
    def engine_running(self) -> float:
        """Requests that the engine said it was serving meanwhile, their mean; 0 if it tells none."""
        return fmean(self._loads) if self._loads else 0.0

    @property
    def counted(self) -> Usage | None:
        """Tokens as far as the engine told them; None where it told nothing of the prompt.

        Of a generation that broke off or was aborted, what it wrote is counted here.
        """
        open_tokens = self._tokens - self._tokens_told
        if self._begun is not None and open_tokens:
            written = Usage(completion_tokens=open_tokens)
            return (self._told or Usage()) + self._begun + written
        return self._told

    @property
    def usage(self) -> Usage:
        """Tokens as well as they are known."""
        return self.counted or Usage(completion_tokens=self._tokens)

    @property
    def mean_logprob(self) -> float | None:
        """Per token of all samples, natural log; None where the engine told none."""
        told = [token.logprob for sample in self.samples.values() for token in sample.logprobs]
        return fmean(told) if told else None

    @property
    def ms(self) -> float:
        """From the call to the last token."""
        return (self._ended_s - self._started_s) * MS_PER_S

    @property
    def ttft_ms(self) -> float | None:
        """From the call to the first token; None where none came."""
        if self._first_token_s is None:
            return None
        return (self._first_token_s - self._started_s) * MS_PER_S

    @property
    def tpot_s(self) -> float | None:
        """Seconds per token of each text after the first one; None where too few came to tell."""
        later = self._tokens / max(1, len(self.samples)) - 1
        if self._first_token_s is None or later < 1:
            return None
        return (self._ended_s - self._first_token_s) / later

    def _note(self, event: Begun | End) -> None:
        if isinstance(event, Begun):
            self._begun = event.usage
            return
        self._told = (self._told or Usage()) + event.usage
        self._tokens_told = self._tokens
        for index, finish in enumerate(event.finish):
            self.samples.setdefault(index, Sample()).finish = finish

    def _take(self, token: Token) -> None:
        now_s = self.clock()
        if self._first_token_s is None:
            self._first_token_s = self._progress_due_s = now_s
        self._tokens += self.samples.setdefault(token.index, Sample()).add(token)
        if now_s >= self._progress_due_s:
            self._progress_due_s = now_s + PROGRESS_EVERY_S
            self.progress(Progress(tier=self.tier.name, tokens=self._tokens))
            self._look_at_load()

    def _look_at_load(self) -> None:
        load = self.tier.load()
        if load is not None:
            self._loads.append(load.running)
