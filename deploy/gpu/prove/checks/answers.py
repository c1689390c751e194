"""Answers of the cascade: escalation, streams, log-probabilities, second opinions, prefix reuse."""

from __future__ import annotations

import random
import statistics
from typing import Any

from assistant.tiers.base import ScoreTextRequest
from assistant.tiers.sglang import SGLangTier
from assistant.types import Message
from deploy.gpu.prove.journal import Evidence
from deploy.gpu.prove.proof import expect
from deploy.gpu.prove.scene import DOCUMENT, GOOD_TEXT, SHORT_TEXT, Cascade
from deploy.gpu.prove.wire import Gateway, Reply

_SCORE_TIMEOUT_S = 30.0
_BOTH = 2
_SHUFFLE_SEED = 6
_REUSED_TOKENS = 64
"""Less than half of the document: prompts begin with it, after a short system message."""

_LOWEST_OPINION = -10.0
"""Mean log-probability per token below which a model was not reading its own language."""


async def a_draft_below_the_bar_escalates(scene: Cascade) -> Evidence:
    """A bar that nothing reaches sends the JSON draft through both tiers, and the answer says so."""
    reply = await scene.gateway.draft({"task": "draft", "instruction": SHORT_TEXT})
    seen = _seen(reply)
    expect(reply.ok, "the draft is answered", seen)
    rungs = reply.provenance["path"]
    expect(len(rungs) == _BOTH and rungs[0]["decision"] == "defer", "both tiers wrote", seen)
    expect(all(rung["usage"]["completion_tokens"] > 0 for rung in rungs), "tokens counted", seen)
    expect(all(rung["cost"]["gpu_s"] > 0 for rung in rungs), "each rung has its cost", seen)
    expect(reply.body["text"] != "", "there is a text", seen)
    return seen


async def every_rung_has_log_probabilities(scene: Cascade) -> Evidence:
    """Each tier that wrote told how sure it was of its tokens."""
    reply = await scene.gateway.draft({"task": "draft", "instruction": SHORT_TEXT})
    means = [rung["mean_logprob"] for rung in reply.provenance["path"]]
    seen = {"mean_logprobs": means}
    expect(bool(means) and all(mean is not None and mean < 0 for mean in means), "present", seen)
    return seen


async def the_deltas_of_a_stream_are_the_text(scene: Cascade) -> Evidence:
    """A chat stream through both tiers, then the stored answer as JSON: one text, not a word more."""
    asked: dict[str, Any] = {
        "model": "draft-auto",
        "messages": [{"role": "user", "content": SHORT_TEXT}],
        "max_tokens": 120,
        # The same text is wanted: without a seed a repeat would ask for another.
        "seed": 7,
    }
    streamed = await scene.gateway.stream(asked, fresh=False)
    whole = await scene.gateway.chat(asked, fresh=False)
    text = whole.body["choices"][0]["message"]["content"]
    seen = {
        "deltas": streamed.deltas,
        "path": streamed.cascade.get("path"),
        "degraded": streamed.cascade.get("degraded"),
        "usage": streamed.usage,
        "first_ms": streamed.first_ms,
        "stream_ms": streamed.ms,
        "json_ms": whole.ms,
        "json_cache": whole.headers.get("x-cache"),
        "characters": (len(streamed.text), len(text)),
    }
    expect(streamed.error is None and streamed.text != "", "the stream ends without error", seen)
    expect("," in str(streamed.cascade.get("path")), "both tiers wrote", seen)
    expect(str(seen["json_cache"]).startswith("hit"), "the JSON answer is the stored one", seen)
    expect(streamed.text == text, "stream and JSON give the same text", seen)
    return seen


async def a_stored_answer_is_served_word_for_word(scene: Cascade) -> Evidence:
    """The same request again is answered from the store, with the very text that was written."""
    asked = {"task": "draft", "instruction": f"{SHORT_TEXT} Mention soup.", "labels": ["accept"]}
    first = await scene.gateway.draft(asked, fresh=False)
    again = await scene.gateway.draft(asked, fresh=False)
    cache = again.provenance["cache"]
    seen = {"first_ms": first.ms, "again_ms": again.ms, "cache": cache, "path": first.path}
    expect(cache["status"] == "hit", "the second request is a hit", seen)
    expect(first.body["text"] == again.body["text"], "both texts are the same", seen)
    return seen


async def a_second_opinion_is_given(scene: Cascade) -> Evidence:
    """The large tier reads an accepted draft, and its mean log-probability is plausible."""
    reply = await scene.gateway.draft(
        {"task": "draft", "instruction": SHORT_TEXT, "labels": ["opinion"]}
    )
    first = reply.provenance["path"][0]
    opinion = first["second_opinion"] or {}
    seen = {"path": reply.path, "opinion": opinion, "written_logprob": first["mean_logprob"]}
    mean = opinion.get("mean_logprob")
    plausible = mean is not None and _LOWEST_OPINION < mean < 0
    expect(plausible, "the large tier read the draft, and its opinion is plausible", seen)
    return seen


async def a_poor_second_opinion_defers_the_draft(scene: Cascade) -> Evidence:
    """Where the large tier must be nearly certain of each token, it writes the text itself."""
    reply = await scene.gateway.draft(
        {"task": "draft", "instruction": SHORT_TEXT, "labels": ["doubt"]}
    )
    seen = _seen(reply) | {"reason": reply.provenance["path"][0]["reason"]}
    expect(reply.path.startswith("draft:defer,large:"), "the draft is deferred", seen)
    return seen


async def a_good_text_scores_above_its_shuffled_words(scene: Cascade) -> Evidence:
    """Reading tells a text from the same words in random order."""
    words = GOOD_TEXT.split()
    # Seeded, not secret: the same words in the same disorder on every host.
    random.Random(_SHUFFLE_SEED).shuffle(words)  # noqa: S311
    tier = SGLangTier(name="large", model=scene.model, endpoints=(scene.large.url,))
    try:
        good = await _mean_logprob(tier, GOOD_TEXT)
        shuffled = await _mean_logprob(tier, " ".join(words))
    finally:
        await tier.aclose()
    seen = {"good": good, "shuffled": shuffled}
    expect(good["mean_logprob"] > shuffled["mean_logprob"], "order is seen", seen)
    return seen


async def a_document_is_read_once(scene: Cascade) -> Evidence:
    """A second request about a document finds the beginning of its prompt in the engine."""
    return await _read_once(scene.gateway, ["single"], DOCUMENT)


async def requests_about_a_document_meet_where_it_was_read(scene: Cascade) -> Evidence:
    """With two endpoints, each document is read by one of them and found there again."""
    seen = {}
    for number in range(4):
        document = f"Report {number} of the harbour office. {DOCUMENT}"
        seen[f"document {number}"] = await _read_once(scene.pair, [], document)
    return seen


async def _read_once(gateway: Gateway, labels: list[str], document: str) -> dict[str, Any]:
    cached = []
    for words in (40, 30, 20):
        reply = await gateway.draft(
            {
                "task": "summarize",
                "text": document,
                "length": {"words": words},
                "labels": labels,
            }
        )
        cached.append(reply.body["usage"]["cached_tokens"])
    seen = {"cached_tokens": cached, "prompt_tokens": reply.body["usage"]["prompt_tokens"]}
    expect(min(cached[1:]) >= _REUSED_TOKENS, "the document is not read again", seen)
    return seen


async def _mean_logprob(tier: SGLangTier, text: str) -> dict[str, Any]:
    asked = Message(role="user", content="What is a library?")
    score = await tier.score_text(
        ScoreTextRequest(messages=(asked,), text=text, timeout_s=_SCORE_TIMEOUT_S)
    )
    return {
        "mean_logprob": round(statistics.fmean(score.logprobs), 4),
        "tokens": len(score.logprobs),
        "prompt_tokens": score.usage.prompt_tokens,
    }


def _seen(reply: Reply) -> dict[str, Any]:
    made = reply.provenance
    return {
        "code": reply.code,
        "ms": reply.ms,
        "path": reply.path,
        "tier": made.get("tier"),
        "score": made.get("score"),
        "degraded": made.get("degraded"),
        "cost": made.get("cost"),
        "usage": reply.body.get("usage"),
    }


ANSWERS = (
    a_draft_below_the_bar_escalates,
    every_rung_has_log_probabilities,
    the_deltas_of_a_stream_are_the_text,
    a_stored_answer_is_served_word_for_word,
    a_second_opinion_is_given,
    a_poor_second_opinion_defers_the_draft,
    a_good_text_scores_above_its_shuffled_words,
    a_document_is_read_once,
    requests_about_a_document_meet_where_it_was_read,
)
"""In the order in which they are checked."""

NEED_THE_STORE = frozenset(
    {the_deltas_of_a_stream_are_the_text, a_stored_answer_is_served_word_for_word}
)
"""Of these, what cannot be seen without one."""
