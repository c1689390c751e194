"""What a tier is: something that streams tokens for a conversation and can be asked how it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from assistant.types import Finish, Message, Sampling, TokenLogprob, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a tier can do beyond plain streaming."""

    samples: bool = True
    logprobs: bool = True
    continue_text: bool = True
    score_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRequest:
    """One call of a tier.

    `timeout_s` bounds the whole generation (seconds from the call to the last token).
    `samples` independent texts are written to one prompt; tokens carry the index of theirs.
    `continue_text` makes a trailing assistant message the start of the text, which is not repeated.
    """

    messages: tuple[Message, ...]
    sampling: Sampling
    samples: int = 1
    timeout_s: float
    continue_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Tokens of the prompt and, of these, cached ones, told early: so an aborted generation has a price.

    `usage` has no completion tokens. `estimated`: the engine told nothing, so it follows from the size of
    the prompt and from what others of this tier took; none of it counts as cached.
    """

    usage: Usage
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of text of sample `index`; `logprob` is None where the engine told none.

    An engine may send several tokens in one piece: `logprobs` then has one entry per token.
    """

    text: str
    logprobs: tuple[TokenLogprob, ...] = ()
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Last event of a complete generation: why each sample ended, and tokens counted by us."""

    finish: tuple[Finish, ...]
    usage: Usage


TierEvent: TypeAlias = Begun | Token | End


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTextRequest:
    """A given text to be read, not written: the answer to `messages` that is `text`.

    `timeout_s` bounds the whole call (seconds).
    """

    messages: tuple[Message, ...]
    text: str
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextScore:
    """How likely a tier finds a given text: one natural-log probability per token of it.

    `usage.prompt_tokens` counts all that was read, conversation and text, in tokens of this tier.
    """

    logprobs: tuple[float, ...]
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLoad:
    """What the engines behind a tier said last: requests per endpoint, averaged over those that answer.

    `endpoints` counts those that answer; `age_s` is the age of the oldest of these reports.
    """

    running: float
    waiting: float
    endpoints: int
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether a tier answers now; `detail` says why not."""

    ok: bool
    detail: str = ""


class Tier(Protocol):
    """A model at a place in the ladder."""

    @property
    def name(self) -> str:
        """The tier's name in the policy."""
        ...

    @property
    def model(self) -> str:
        """The model's name, as shown to users."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this tier can do."""
        ...

    def stream(self, request: GenerationRequest) -> AsyncGenerator[TierEvent, None]:
        """Tokens as they are written, then exactly one End; at most one Begun, before or among the tokens.

        A text may have no token: what was to be continued was complete.
        Closing the generator aborts the generation in the engine.

        Raises:
            TierTimeout, TierOverloaded, TierUnavailable, TierRejected, ContextTooLong.
        """
        ...

    async def score_text(self, request: ScoreTextRequest) -> TextScore:
        """Log-probabilities of a given text under this tier, by reading it, without generating.

        Only for a tier whose capabilities say so.

        Raises:
            TierTimeout, TierOverloaded, TierUnavailable, TierRejected, ContextTooLong.
        """
        ...

    def load(self) -> EngineLoad | None:
        """The last known load of the engines; None where they tell none or none recently.

        Asking never waits; it may start asking the engines in the background.
        """
        ...

    async def health(self) -> Health:
        """Asks the engine, within a second or two; never raises for a tier that is down."""
        ...

    async def aclose(self) -> None:
        """Closes connections; running streams are aborted."""
        ...
