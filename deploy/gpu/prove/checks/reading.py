"""Reading a given text where the server cannot tell the tokens of a conversation."""

from __future__ import annotations

from assistant.tiers.base import ScoreTextRequest
from assistant.tiers.sglang import SGLangTier
from assistant.types import Message
from deploy.gpu.prove.journal import Evidence
from deploy.gpu.prove.proof import expect
from deploy.gpu.prove.scene import GOOD_TEXT

_TIMEOUT_S = 30.0


async def a_text_is_read_without_tokenize(server: tuple[str, str]) -> Evidence:
    """Each token has its value with a tokenizer that, as Gemma's, names no longest text.

    SGLang 0.5.17 answers `/v1/tokenize` with a 500 then. `server` is its address and model.
    """
    url, model = server
    tier = SGLangTier(name="large", model=model, endpoints=(url,), retries=0)
    asked = Message(role="user", content="What is a library?")
    request = ScoreTextRequest(messages=(asked,), text=GOOD_TEXT, timeout_s=_TIMEOUT_S)
    try:
        first, again = await tier.score_text(request), await tier.score_text(request)
    finally:
        await tier.aclose()
    seen = {"tokens": len(first.logprobs), "read": first.usage.prompt_tokens}
    seen |= {"cached": first.usage.cached_tokens, "cached again": again.usage.cached_tokens}
    expect(len(first.logprobs) > len(GOOD_TEXT.split()), "every word has its tokens", seen)
    expect(len(again.logprobs) == len(first.logprobs), "it is read the same way again", seen)
    return seen
