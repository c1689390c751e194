"""What an answer says about its cost where its model was measured on this kind of card."""

from __future__ import annotations

from deploy.gpu.prove.journal import Evidence
from deploy.gpu.prove.proof import expect
from deploy.gpu.prove.scene import SHORT_TEXT
from deploy.gpu.prove.wire import Gateway

_WORDS = 20


async def an_answer_costs_what_was_measured(gateway: Gateway) -> Evidence:
    """The cost of an answer is its tokens times measured seconds, beside the time that it took."""
    body = {"task": "draft", "instruction": SHORT_TEXT, "length": {"words": _WORDS}}
    reply = await gateway.draft(body)
    rung = reply.provenance["path"][0]
    seen = {
        "cost": reply.provenance["cost"],
        "usage": rung["usage"],
        "rung_s": rung["ms"] / 1000,
        "ttft_ms": rung["ttft_ms"],
    }
    expect(reply.provenance["cost"]["basis"] == "measured", "the basis is measured", seen)
    expect(reply.provenance["cost"]["gpu_s"] > 0, "it is not free", seen)
    return seen
