"""Samples of one rung are judged beside one another."""

from __future__ import annotations

from assistant.tiers.fake import FakeTier, Script
from assistant.types import DraftRequest
from support.cascade import ScriptedScorer, assistant_over

POLICY = """
apiVersion: inkladder/v1
name: samples
tiers:
  draft: {engine: sglang, model: small, endpoints: ["http://draft:1"], samples: 3}
routes: [{name: default, ladder: [draft]}]
"""


async def test_each_sample_is_scored_with_the_others_as_its_siblings() -> None:
    """Agreement can only be measured by a scorer that sees all of them."""
    said = ("One.", "Two.", "Three.")
    scorer = ScriptedScorer({})
    tier = FakeTier(Script(texts=said), name="draft")
    assistant = assistant_over([tier], scorer, policy=POLICY)

    await assistant.draft(DraftRequest(instruction="Count."))

    assert {one.text: set(one.siblings) for one in scorer.seen} == {
        one: set(said) - {one} for one in said
    }
