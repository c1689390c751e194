"""What both of OpenAI's protocols tell of a finished answer. Pure."""

from __future__ import annotations

from itertools import chain, repeat

from assistant.types import Answer, Finish, Usage
from server.answer_headers import cache_summary, path_summary
from server.schemas.chat import ChatOut, Choice, MessageOut
from server.schemas.completions import CompletionChoice, CompletionOut
from server.schemas.ids import CHAT_PREFIX, COMPLETION_PREFIX
from server.schemas.openai import CascadeOut, PromptTokensDetails, UsageOut


def chat_out(answer: Answer, *, n: int, created: int) -> ChatOut:
    """The answer as one chat completion."""
    return ChatOut(
        id=CHAT_PREFIX + answer.id,
        created=created,
        model=answer.provenance.model,
        choices=tuple(
            Choice(index=index, message=MessageOut(content=text), finish_reason=finish)
            for index, (text, finish) in enumerate(texts_of(answer, n=n))
        ),
        usage=usage_out(answer.usage),
        system_fingerprint=_fingerprint(answer),
    )


def completion_out(answer: Answer, *, n: int, opening: str, created: int) -> CompletionOut:
    """The answer as one completion; each text begins with `opening`."""
    return CompletionOut(
        id=COMPLETION_PREFIX + answer.id,
        created=created,
        model=answer.provenance.model,
        choices=tuple(
            CompletionChoice(index=index, text=opening + text, finish_reason=finish)
            for index, (text, finish) in enumerate(texts_of(answer, n=n))
        ),
        usage=usage_out(answer.usage),
        system_fingerprint=_fingerprint(answer),
    )


def texts_of(answer: Answer, *, n: int) -> tuple[tuple[str, Finish], ...]:
    """`n` texts, best first, and why each ended.

    Where fewer are there, because some came out alike or failed a check, the best one stands for those
    that are missing: clients take the texts by their number, and engines, too, give some twice.
    """
    best = (answer.text, answer.finish)
    ends: chain[Finish] = chain(answer.variants_finish, repeat("stop"))
    others = zip(answer.variants, ends, strict=False)
    return tuple(chain([best], others, repeat(best, n)))[:n]


def usage_out(usage: Usage) -> UsageOut:
    """Token counts in OpenAI's words."""
    return UsageOut(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
        prompt_tokens_details=PromptTokensDetails(cached_tokens=usage.cached_tokens),
    )


def cascade_out(answer: Answer) -> CascadeOut:
    """What made the answer."""
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


def _fingerprint(answer: Answer) -> str:
    return f"{answer.provenance.policy}@{answer.provenance.policy_revision}"
