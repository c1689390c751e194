"""Reads a given text with SGLang: its tokens, then one prefill that tells what each was worth.

`logprob_start_len` is where the conversation ends, so the computed prefix of the conversation is reused
up to there, and only the text itself is read anew.

The tokens come from `/v1/tokenize`, which costs the card nothing. SGLang 0.5.17 fails there with a 500
for a tokenizer that names no longest text: transformers then says 10^30, and that is no 64-bit number.
A chat of one token tells its prompt's tokens as well, for one more prefill of the text. Its server closes
the connection a moment after that 500, without having said so: a call that follows at once on the same
connection is lost. So what asks `/v1/tokenize` is kept for no other call until it is known to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Protocol

import httpx2
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import TierRejected, TierUnavailable
from assistant.tiers.base import ScoreTextRequest, TextScore
from assistant.tiers.http import raise_for_refusal
from assistant.tiers.wire import Reported
from assistant.types import Message, Usage

IMPOSSIBLE_LOGPROB = -100.0
"""For a token that the tier finds impossible: minus infinity, which SGLang writes as null, would leave
no mean over the text."""

_NO_TOKENS = (400, 404, 422, 500)
"""A server without a chat template, one too old, a router, and one without a tokenizer or with one that
names no longest text; no engine takes part in this, so none of it means that the server is down."""

FAILURES_IN_A_ROW = 2
"""Failures of `/v1/tokenize` after which it is not asked again: the two calls of one score."""

_WITHOUT_TOKENIZER = (
    "neither /v1/tokenize nor a chat tells the tokens of the conversation; serve the model without"
    " --skip-tokenizer-init and with a chat template, or leave `second_opinion` out"
)


class Post(Protocol):
    """How the server is spoken to."""

    async def __call__(
        self, path: str, body: Mapping[str, Any], *, keep: bool = True
    ) -> httpx2.Response:
        """The answer of a path to a body; with `keep` its connection is used for a next call.

        Raises:
            TierUnavailable: there is none.
        """
        ...


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Tokens(_Told):
    """What `/v1/tokenize` says."""

    tokens: tuple[int, ...]


class ChatChoice(_Told):
    """A sample of a chat; the tokens of the prompt are there if asked for."""

    prompt_token_ids: tuple[int, ...]


class Chat(_Told):
    """A chat that is not streamed."""

    choices: tuple[ChatChoice, ...] = Field(min_length=1)
    usage: Reported


class Meta(_Told):
    """What `/generate` says about a generation: for each token its log-probability, id and text."""

    prompt_tokens: int = Field(ge=0)
    cached_tokens: int | None = None
    input_token_logprobs: tuple[tuple[float | None, int, str | None], ...]


class Generated(_Told):
    """The answer of `/generate`."""

    meta_info: Meta


@dataclass(slots=True)
class TokenSource:
    """What is known of a tier's servers.

    `tokenizes`: the last that was asked at `/v1/tokenize` told tokens. `failures`: so many in a row did
    not, where a chat did.
    """

    tokenizes: bool = False
    failures: int = 0

    @property
    def only_chats(self) -> bool:
        """Whether `/v1/tokenize` is not worth asking: one failure may be chance."""
        return self.failures >= FAILURES_IN_A_ROW


class TextReader:
    """Scores texts at one server; `fields` are those of a chat, given whether its end is continued."""

    def __init__(
        self,
        post: Post,
        *,
        tier: str,
        fields: Callable[[bool], Mapping[str, Any]],
        source: TokenSource,
    ) -> None:
        self._post = post
        self._tier = tier
        self._fields = fields
        self._source = source
        self._spent = Usage()

    async def score(self, request: ScoreTextRequest) -> TextScore:
        """One log-probability per token of the text; none, at no cost, for a text without tokens.

        Where the first token of the text takes in the end of what it continues, that whole token counts.

        Raises:
            TierError: the server refused, or broke off.
        """
        # The longer one first: where a chat reads it, the shorter one is then known to the engine.
        whole = await self._tokens(_with_text(request.messages, request.text))
        before = await self._tokens(request.messages)
        known = sum(1 for _ in takewhile(_equal, zip(before, whole, strict=False)))
        if known == len(whole):
            return TextScore(logprobs=(), usage=self._spent)
        # The first token asked for has no log-probability: one before the text is asked for.
        start = max(0, known - 1)
        told = await self._read(whole, start)
        logprobs = [entry[0] for entry in told.input_token_logprobs[1:]]
        if len(logprobs) != len(whole) - start - 1:
            detail = f"told {len(logprobs)} log-probabilities for {len(whole) - start - 1} tokens"
            raise TierUnavailable(tier=self._tier, detail=detail)
        return TextScore(
            logprobs=tuple(_finite(logprob) for logprob in logprobs),
            usage=self._spent
            + Usage(prompt_tokens=told.prompt_tokens, cached_tokens=told.cached_tokens or 0),
        )

    async def _tokens(self, messages: Sequence[Message]) -> tuple[int, ...]:
        continued = bool(messages) and messages[-1].role == "assistant"
        body = {
            "messages": [
                {"role": message.role, "content": message.content} for message in messages
            ],
            **self._fields(continued),
        }
        if self._source.only_chats:
            return await self._tokens_of_chat(body)
        response = await self._post("/v1/tokenize", body, keep=self._source.tokenizes)
        self._source.tokenizes = response.status_code == httpx2.codes.OK
        if response.status_code in _NO_TOKENS:
            tokens = await self._tokens_of_chat(body)
            self._source.failures += 1
            return tokens
        self._source.failures = 0
        await raise_for_refusal(response, tier=self._tier)
        try:
            return Tokens.model_validate_json(response.content).tokens
        except ValidationError:
            raise self._invalid() from None

    async def _tokens_of_chat(self, body: Mapping[str, Any]) -> tuple[int, ...]:
        asked = {**body, "max_tokens": 1, "temperature": 0, "return_prompt_token_ids": True}
        response = await self._post("/v1/chat/completions", asked)
        try:
            await raise_for_refusal(response, tier=self._tier)
            chat = Chat.model_validate_json(response.content)
        except (TierRejected, ValidationError):
            status = response.status_code
            raise TierRejected(tier=self._tier, status=status, detail=_WITHOUT_TOKENIZER) from None
        self._spent += chat.usage.counted()
        return chat.choices[0].prompt_token_ids

    async def _read(self, tokens: Sequence[int], start: int) -> Meta:
        body = {
            "input_ids": list(tokens),
            # The one token comes out of the prefill itself; with none, SGLang skips no more than
            # choosing it.
            "sampling_params": {"max_new_tokens": 1, "temperature": 0},
            "return_logprob": True,
            "logprob_start_len": start,
        }
        response = await self._post("/generate", body)
        await raise_for_refusal(response, tier=self._tier)
        try:
            return Generated.model_validate_json(response.content).meta_info
        except ValidationError:
            raise self._invalid() from None

    def _invalid(self) -> TierUnavailable:
        # Without the answer: it holds the writer's words as numbers.
        return TierUnavailable(
            tier=self._tier, detail="sent no valid answer to a text to be scored"
        )


def _with_text(messages: tuple[Message, ...], text: str) -> tuple[Message, ...]:
    """The conversation with `text` as its answer, or as what continues its last, begun answer."""
    last = messages[-1] if messages else None
    if last is not None and last.role == "assistant":
        return (*messages[:-1], replace(last, content=last.content + text))
    return (*messages, Message(role="assistant", content=text))


def _equal(pair: tuple[int, int]) -> bool:
    return pair[0] == pair[1]


def _finite(logprob: float | None) -> float:
    return IMPOSSIBLE_LOGPROB if logprob is None else max(min(logprob, 0.0), IMPOSSIBLE_LOGPROB)
