"""From a finished answer to OpenAI's chat completion, whole or in chunks. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.types import Answer, Usage
from server.answer_headers import cache_summary, path_summary
from server.pieces import pieces
from server.schemas.chat import (
    CascadeOut,
    ChatChunk,
    ChatOut,
    Choice,
    ChunkChoice,
    Delta,
    MessageOut,
    PromptTokensDetails,
    UsageOut,
)


def whole(answer: Answer, *, created: int) -> ChatOut:
    """The answer as one completion."""
    return ChatOut(
        id=_completion_id(answer),
        created=created,
        model=answer.provenance.model,
        choices=(Choice(message=MessageOut(content=answer.text), finish_reason=answer.finish),),
        usage=_usage(answer.usage),
        system_fingerprint=_fingerprint(answer),
    )


def chunks(answer: Answer, *, created: int, include_usage: bool) -> Iterator[ChatChunk]:
    """The answer as a stream: role and first words, more words, why it ended, usage if wanted.

    The last chunk with words carries `x_cascade`.
    """
    texts = list(pieces(answer.text))
    last = len(texts) - 1
    for index, text in enumerate(texts):
        delta = Delta(role="assistant" if index == 0 else None, content=text)
        cascade = _cascade(answer) if index == last else None
        yield _chunk(answer, ChunkChoice(delta=delta), created=created, cascade=cascade)
    yield _chunk(answer, ChunkChoice(delta=Delta(), finish_reason=answer.finish), created=created)
    if include_usage:
        yield _chunk(answer, created=created, usage=_usage(answer.usage))


def _chunk(
    answer: Answer,
    *choices: ChunkChoice,
    created: int,
    cascade: CascadeOut | None = None,
    usage: UsageOut | None = None,
) -> ChatChunk:
    return ChatChunk(
        id=_completion_id(answer),
        created=created,
        model=answer.provenance.model,
        choices=choices,
        system_fingerprint=_fingerprint(answer),
        x_cascade=cascade,
        usage=usage,
    )


def _completion_id(answer: Answer) -> str:
    return f"chatcmpl-{answer.id}"


def _fingerprint(answer: Answer) -> str:
    return f"{answer.provenance.policy}@{answer.provenance.policy_revision}"


def _usage(usage: Usage) -> UsageOut:
    return UsageOut(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
        prompt_tokens_details=PromptTokensDetails(cached_tokens=usage.cached_tokens),
    )


def _cascade(answer: Answer) -> CascadeOut:
    made = answer.provenance
    return CascadeOut(
        id=answer.id,
        tier=made.tier,
        model=made.model,
        score=made.score,
        route=made.route,
        policy=_fingerprint(answer),
        path=path_summary(made),
        cost_gpu_s=made.cost.gpu_s,
        cost_usd=made.cost.usd,
        cache=cache_summary(made.cache),
        degraded=made.degraded,
    )
