"""A scripted tier for tests and demonstrations: no engine, no network, no waiting."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

import anyio
import anyio.lowlevel

from assistant.errors import ContextTooLong, TierError, TierTimeout
from assistant.tiers.base import (
    Begun,
    Capabilities,
    End,
    EngineLoad,
    GenerationRequest,
    Health,
    ScoreTextRequest,
    TextScore,
    TierEvent,
    Token,
)
from assistant.types import Finish, TokenLogprob, Usage

_WORD = re.compile(r"\s*\S+|\s+")
_SURE = TokenLogprob(-0.1, -3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What happens in one call.

    `texts` holds one text per sample, used again in turn where more are asked for; a text is
    written word by word, or in the given tokens. With `write`, every sample is what that makes of the
    request, such as of the text to be continued. `error` is raised after `error_after` tokens.
    Before the token numbered n, counted over all samples from 0, the call waits for `gates[n]`;
    the gate after the last token stands before the End. `started` is set when the call begins.
    """

    texts: tuple[str | tuple[Token, ...], ...] = ("A scripted text.",)
    write: Callable[[GenerationRequest], str] | None = None
    logprob: TokenLogprob = _SURE
    finish: Finish = "stop"
    error: TierError | None = None
    error_after: int = 0
    gates: Mapping[int, anyio.Event] = field(default_factory=dict)
    started: anyio.Event | None = None


class FakeTier:
    """Writes what its scripts say: one a call, the last one again when they are used up.

    It obeys `max_tokens`, `stop`, `samples`, `timeout_s` and `continue_text` (a scripted text that
    begins with the given one is not repeated) and refuses prompts over `context_tokens` words, which it
    tells with the first token.
    Texts to be read get `text_scores` in the same way, an error being raised; without any, each word is
    as likely as a written one. `engine_load` is what `load()` tells.
    `requests` and `score_requests` are the calls seen; `aborted` counts those closed before their End or error.
    """

    def __init__(
        self,
        *scripts: Script,
        name: str = "fake",
        model: str = "fake-model",
        context_tokens: int | None = None,
        capabilities: Capabilities | None = None,
        text_scores: Sequence[TextScore | TierError] = (),
    ) -> None:
        self.requests: list[GenerationRequest] = []
        self.score_requests: list[ScoreTextRequest] = []
        self.engine_load: EngineLoad | None = None
        self.aborted = 0
        self.healthy = True
        self.closed = False
        self._scripts = deque(scripts or (Script(),))
        self._text_scores = deque(text_scores)
        self._name = name
        self._model = model
        self._context_tokens = context_tokens
        self._capabilities = capabilities or Capabilities(score_text=bool(text_scores))

    @property
    def name(self) -> str:
        """The tier's name in the policy."""
        return self._name

    @property
    def model(self) -> str:
        """The model's name, as shown to users."""
        return self._model

    @property
    def capabilities(self) -> Capabilities:
        """What the test said it can do."""
        return self._capabilities

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[TierEvent, None]:
        """The next script, event by event."""
        script = self._scripts.popleft() if len(self._scripts) > 1 else self._scripts[0]
        self.requests.append(request)
        if script.started is not None:
            script.started.set()
        prompt_tokens = self._prompt_tokens(request)
        samples = [_write(script, request, index) for index in range(request.samples)]
        tokens = _interleaved(tokens for tokens, _ in samples)
        deadline = anyio.current_time() + request.timeout_s
        try:
            for number, token in enumerate(tokens):
                await self._before(number, script, request, deadline)
                if not number:
                    yield Begun(usage=Usage(prompt_tokens=prompt_tokens))
                yield token
            await self._before(len(tokens), script, request, deadline)
        except (GeneratorExit, anyio.get_cancelled_exc_class()):
            self.aborted += 1
            raise
        yield End(
            finish=tuple(finish for _, finish in samples),
            usage=Usage(prompt_tokens=prompt_tokens, completion_tokens=_count(tokens)),
        )

    async def score_text(self, request: ScoreTextRequest) -> TextScore:
        """The next scripted score."""
        self.score_requests.append(request)
        await anyio.lowlevel.checkpoint()
        if not self._text_scores:
            words = len(_WORD.findall(request.text))
            return TextScore(logprobs=(_SURE.logprob,) * words, usage=Usage(prompt_tokens=words))
        scores = self._text_scores
        score = scores.popleft() if len(scores) > 1 else scores[0]
        if isinstance(score, TierError):
            raise score
        return score

    def load(self) -> EngineLoad | None:
        """As the test set `engine_load`."""
        return self.engine_load

    async def health(self) -> Health:
        """As the test set `healthy`."""
        return Health(ok=self.healthy, detail="" if self.healthy else "scripted to be down")

    async def aclose(self) -> None:
        """Notes that it was closed."""
        self.closed = True

    def _prompt_tokens(self, request: GenerationRequest) -> int:
        count = sum(len(message.content.split()) for message in request.messages)
        if self._context_tokens is not None and count > self._context_tokens:
            raise ContextTooLong(
                tier=self._name, context_tokens=self._context_tokens, prompt_tokens=count
            )
        return count

    async def _before(
        self, number: int, script: Script, request: GenerationRequest, deadline: float
    ) -> None:
        if script.error is not None and number >= script.error_after:
            raise script.error
        gate = script.gates.get(number)
        with anyio.CancelScope(deadline=deadline):
            # Others run between the tokens of a real tier, too.
            await (anyio.lowlevel.checkpoint() if gate is None else gate.wait())
            return
        raise TierTimeout(tier=self._name, after_s=request.timeout_s)


def _write(script: Script, request: GenerationRequest, index: int) -> tuple[list[Token], Finish]:
    text = script.write(request) if script.write else script.texts[index % len(script.texts)]
    if isinstance(text, str):
        words = _WORD.findall(_cut(_continued(text, request), request.sampling.stop))
        tokens = [Token(text=word, logprobs=(script.logprob,), index=index) for word in words]
    else:
        tokens = [replace(token, index=index) for token in text]
    most = request.sampling.max_tokens
    if most is not None and len(tokens) > most:
        return tokens[:most], "length"
    return tokens, script.finish


def _continued(text: str, request: GenerationRequest) -> str:
    last = request.messages[-1] if request.messages else None
    if request.continue_text and last is not None and last.role == "assistant":
        return text.removeprefix(last.content)
    return text


def _cut(text: str, stops: tuple[str, ...]) -> str:
    for stop in stops:
        text, _, _ = text.partition(stop)
    return text


def _interleaved(samples: Iterable[list[Token]]) -> list[Token]:
    rounds = zip_longest(*samples)
    return [token for round_ in rounds for token in round_ if token is not None]


def _count(tokens: list[Token]) -> int:
    return sum(len(token.logprobs) or 1 for token in tokens)
