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


TierEvent: TypeAlias = Token | End


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
        """Tokens as they are written, then exactly one End.

        Closing the generator aborts the generation in the engine.

        Raises:
            TierTimeout, TierOverloaded, TierUnavailable, TierRejected, ContextTooLong.
        """
        ...

    async def health(self) -> Health:
        """Asks the engine, within a second or two; never raises for a tier that is down."""
        ...

    async def aclose(self) -> None:
        """Closes connections; running streams are aborted."""
        ...
