"""What is served never scores below what it replaced."""

from __future__ import annotations

import anyio
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import AllTiersFailed, TierUnavailable
from assistant.tiers.fake import FakeTier, Script
from assistant.types import Answer, DraftRequest
from support.cascade import ScriptedScorer, assistant_over

NAMES = ("draft", "large", "best")

rungs = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.sampled_from([(), ("loop",), ("length",)]),
        st.sampled_from(["whole", "down", "broken"]),
    ),
    min_size=3,
    max_size=3,
)


def script(name: str, kind: str) -> Script:
    """A tier that writes its text, cannot be reached, or breaks off after a word."""
    error = TierUnavailable(tier=name, detail="gone")
    match kind:
        case "down":
            return Script(error=error)
        case "broken":
            return Script(texts=(f"Broken by {name}.",), error=error, error_after=1)
        case _:
            return Script(texts=(f"Text of {name}.",))


@given(ladder=rungs)
def test_the_served_text_never_scores_below_a_whole_text_that_was_written(
    ladder: list[tuple[float, tuple[str, ...], str]],
) -> None:
    """Whatever the scores, the failed checks and the failures."""
    texts = {f"Text of {name}.": rung for name, rung in zip(NAMES, ladder, strict=True)}
    scorer = ScriptedScorer(
        {text: score for text, (score, _, _) in texts.items()},
        failing={text: failed for text, (_, failed, _) in texts.items()},
    )
    tiers = [
        FakeTier(script(name, kind), name=name)
        for name, (_, _, kind) in zip(NAMES, ladder, strict=True)
    ]
    assistant = assistant_over(tiers, scorer)

    try:
        answer: Answer = anyio.run(
            assistant.draft, DraftRequest(instruction="Write."), backend="asyncio"
        )
    except AllTiersFailed:
        assert all(kind == "down" for _, _, kind in ladder)
        return

    whole = [rung.score for rung in answer.provenance.path if rung.decision != "failed"]
    if whole:
        assert answer.provenance.score == max(score for score in whole if score is not None)
        assert answer.text.startswith("Text of")
    accepted = [rung for rung in answer.provenance.path if rung.decision == "accept"]
    assert (not accepted) == bool({"below_bar", "partial"} & set(answer.provenance.degraded))
