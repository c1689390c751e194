"""Passages are embedded while the tier still writes; the scores are those of embedding at the end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest
from threading import Condition

import anyio
import anyio.lowlevel
import anyio.to_thread
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.confidence.artefact import load_artefact
from assistant.confidence.asked import Asked
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.passages import draft_passages
from assistant.confidence.scorer import Scorer
from assistant.embedding.batching import BatchingEmbedder
from assistant.tiers.fake import FakeTier, Script
from assistant.types import DraftRequest, Score
from assistant.workflow.ahead import ScoringAhead
from support.cascade import THREE_TIERS, ScriptedScorer, assistant_over
from support.encoders import GUARD_S, HashingEncoder, hashed

FIRST = (
    "The ferry leaves the old harbour at seven and nobody on the pier knows when it will be back."
)
SECOND = "A dog barks twice at the gulls on the roof while the last of the cars is waved on board."
TURNS = 5
"""Of the event loop while something else goes on."""

LAST = "Then the ramp goes up with a groan, and the island is a little further away than before."
DRAFT = f"{FIRST} {SECOND} {LAST}"
REQUEST = DraftRequest(
    task="rewrite", instruction="Make it livelier, please.", text="The ferry leaves at seven today."
)


class PassageScorer(ScriptedScorer):
    """Asks for the vectors that the real scorer asks for, and keeps those it was given."""

    def __init__(self, values: Mapping[str, float]) -> None:
        super().__init__(values)
        self.given: list[NDArray[np.float32] | None] = []

    def passages(self, draft: ScoringInput, asked: Asked | None = None) -> tuple[str, ...]:
        """Of the request and the draft."""
        asked = asked or Asked(draft.request)
        return asked.ask_passages + asked.source_passages + draft_passages(draft.text)

    def score(
        self,
        draft: ScoringInput,
        vectors: NDArray[np.float32] | None,
        asked: Asked | None = None,
    ) -> Score:
        """As scripted."""
        self.given.append(vectors)
        return super().score(draft, vectors, asked)


def words_before(text: str) -> int:
    """Tokens the fake tier writes before this text of the draft begins."""
    return len(DRAFT[: DRAFT.index(text)].split())


async def test_what_is_settled_is_embedded_before_the_draft_ends() -> None:
    """After the last token one passage is left, here none: its sentence had ended."""
    encoder = HashingEncoder()
    embedder = BatchingEmbedder(encoder)
    at_last = anyio.Event()
    tier = FakeTier(Script(texts=(DRAFT,), gates={len(DRAFT.split()): at_last}), name="draft")
    scorer = PassageScorer({DRAFT: 0.9})
    before_the_end: list[str] = []

    async def watch() -> None:
        while len(encoder.encoded) < 5:
            await anyio.lowlevel.checkpoint()
        before_the_end.extend(encoder.encoded)
        at_last.set()

    with anyio.fail_after(GUARD_S):
        async with anyio.create_task_group() as group:
            group.start_soon(watch)
            answer = await assistant_over([tier], scorer, embedder=embedder).draft(
                replace(REQUEST, entry="fast")
            )

    wanted = scorer.passages(ScoringInput(request=REQUEST, text=DRAFT))
    assert sorted(before_the_end) == sorted(wanted)
    assert encoder.encoded == before_the_end
    (vectors,) = scorer.given
    assert vectors is not None
    assert np.array_equal(vectors, [hashed(passage) for passage in wanted])
    assert answer.provenance.degraded == ()
    embedder.close()


async def test_a_sentence_still_open_is_not_embedded() -> None:
    """Only what no further token can change."""
    encoder = HashingEncoder()
    embedder = BatchingEmbedder(encoder)

    with anyio.fail_after(GUARD_S), ScoringAhead(Asked(DraftRequest()), embedder) as ahead:
        for word in DRAFT.split()[: words_before(LAST) + 5]:
            ahead.hear(0, word + " ")
        while len(encoder.encoded) < 2:
            await anyio.lowlevel.checkpoint()

    assert encoder.encoded == [FIRST, SECOND]
    embedder.close()


async def test_samples_grow_apart_and_share_what_they_have_in_common() -> None:
    """Each is followed by its own index, and each passage embedded once."""
    encoder = HashingEncoder()
    embedder = BatchingEmbedder(encoder)

    with anyio.fail_after(GUARD_S), ScoringAhead(Asked(DraftRequest()), embedder) as ahead:
        for one, other in zip_longest(f"{FIRST} {SECOND} ", f"{FIRST} {LAST} ", fillvalue=""):
            ahead.hear(0, one)
            ahead.hear(1, other)
        while len(encoder.encoded) < 3:
            await anyio.lowlevel.checkpoint()

    assert sorted(encoder.encoded) == sorted([FIRST, SECOND, LAST])
    embedder.close()


async def test_a_cancelled_draft_takes_its_work_back() -> None:
    """Nothing is embedded for a writer who has left."""
    encoder = HashingEncoder()
    encoder.gate.clear()
    embedder = BatchingEmbedder(encoder)
    forever = anyio.Event()
    tier = FakeTier(Script(texts=(DRAFT,), gates={len(DRAFT.split()): forever}), name="draft")
    assistant = assistant_over([tier], PassageScorer({}), embedder=embedder)

    with anyio.fail_after(GUARD_S):
        async with anyio.create_task_group() as group:
            group.start_soon(assistant.draft, replace(REQUEST, entry="fast"))
            await anyio.to_thread.run_sync(encoder.begun.wait, GUARD_S)
            group.cancel_scope.cancel()
        encoder.gate.set()
        await embedder.embed(["asked for afterwards"])

    assert len(encoder.passes) == 2
    assert encoder.passes[1] == ["asked for afterwards"]
    assert tier.aborted == 1
    embedder.close()


async def test_an_embedder_that_is_down_changes_no_answer() -> None:
    """It is found out at the end, as it always was, and the text head decides."""
    embedder = BatchingEmbedder(HashingEncoder(failure="the model is missing"))
    tier = FakeTier(Script(texts=(DRAFT,)), name="draft")
    scorer = PassageScorer({DRAFT: 0.9})

    with anyio.fail_after(GUARD_S):
        answer = await assistant_over([tier], scorer, embedder=embedder).draft(
            replace(REQUEST, entry="fast")
        )

    assert answer.text == DRAFT
    assert answer.provenance.degraded == ("embedder_down",)
    assert scorer.given == [None]
    embedder.close()


async def test_the_request_is_read_once_for_all_rungs() -> None:
    """Scorers of the second rung find it read."""
    seen: list[Asked | None] = []

    class Notes(PassageScorer):
        """Keeps the request's half of each reading."""

        def score(
            self,
            draft: ScoringInput,
            vectors: NDArray[np.float32] | None,
            asked: Asked | None = None,
        ) -> Score:
            """As scripted."""
            seen.append(asked)
            return super().score(draft, vectors, asked)

    embedder = BatchingEmbedder(HashingEncoder())
    tiers = [
        FakeTier(Script(texts=(text,)), name=name)
        for name, text in (("draft", FIRST), ("large", SECOND), ("best", LAST))
    ]

    with anyio.fail_after(GUARD_S):
        scorer = Notes({FIRST: 0.1, SECOND: 0.2, LAST: 0.3})
        await assistant_over(tiers, scorer, policy=THREE_TIERS, embedder=embedder).draft(REQUEST)

    assert len(seen) == 3
    assert seen[0] is seen[1] is seen[2] is not None
    embedder.close()


@pytest.mark.parametrize("pieces", [1, 7, 10_000])
@given(text=st.text(st.sampled_from("ab .!\n\u3002\"'"), max_size=300))
def test_only_passages_of_the_finished_text_are_foreseen(pieces: int, text: str) -> None:
    """Or of its beginning where it looked finished, but never half a sentence."""
    wanted: list[str] = []

    class Ahead:
        """Keeps what it is told."""

        def want(self, texts: tuple[str, ...]) -> None:
            """Notes them."""
            wanted.extend(texts)

        def close(self) -> None:
            """Nothing to drop."""

    class Listening(HashingEncoder):
        """An embedder that embeds nothing."""

        def ahead(self) -> Ahead:
            """As above."""
            return Ahead()

    ahead = ScoringAhead(Asked(DraftRequest()), Listening())  # type: ignore[arg-type]
    for start in range(0, len(text), pieces):
        ahead.hear(0, text[start : start + pieces])

    ends = [text[:at] for at in range(len(text) + 1)]
    possible = {passage for beginning in ends for passage in draft_passages(beginning)}
    assert set(wanted) <= possible


async def test_scoring_a_long_draft_leaves_the_event_loop_its_turns() -> None:
    """Splitting and scoring go on beside it: each waits here until the loop has had its turns."""
    turns = 0
    enough = Condition()
    long_draft = f"{DRAFT}\n\n" * 30
    real = Scorer(load_artefact())

    def loop_goes_on() -> bool:
        with enough:
            aim = turns + TURNS
            return enough.wait_for(lambda: turns >= aim, GUARD_S)

    class Patient(ScriptedScorer):
        """The real scorer, which goes on only after turns of the loop."""

        def passages(self, draft: ScoringInput, asked: Asked | None = None) -> tuple[str, ...]:
            """The real one's."""
            assert loop_goes_on()
            return real.passages(draft, asked)

        def score(
            self,
            draft: ScoringInput,
            vectors: NDArray[np.float32] | None,
            asked: Asked | None = None,
        ) -> Score:
            """The real one's."""
            assert loop_goes_on()
            score = real.score(draft, vectors, asked)
            assert loop_goes_on()
            return score

    async def tick() -> None:
        nonlocal turns
        while True:
            with enough:
                turns += 1
                enough.notify_all()
            await anyio.lowlevel.checkpoint()

    embedder = BatchingEmbedder(HashingEncoder())
    tier = FakeTier(Script(texts=(long_draft,)), name="draft")
    request = DraftRequest(instruction="Tell of the ferry.", entry="fast")

    with anyio.fail_after(4 * GUARD_S):
        async with anyio.create_task_group() as group:
            group.start_soon(tick)
            answer = await assistant_over([tier], Patient({}), embedder=embedder).draft(request)
            group.cancel_scope.cancel()

    assert answer.provenance.score is not None
    assert turns >= 3 * TURNS
    embedder.close()


def test_scoring_without_embeddings_loads_no_torch() -> None:
    """The whole way of a draft, in a fresh interpreter."""
    program = """
import sys, anyio
sys.path.insert(0, "tests")
from assistant.confidence.artefact import load_artefact
from assistant.confidence.scorer import Scorer
from assistant.tiers.fake import FakeTier
from assistant.types import DraftRequest
from support.cascade import assistant_over
import assistant.wiring

tier = FakeTier(name="draft")
request = DraftRequest(instruction="Write a line.", entry="fast")
answer = anyio.run(assistant_over([tier], Scorer(load_artefact())).draft, request)
assert answer.provenance.score is not None
sys.exit(bool({"torch", "sentence_transformers", "transformers"} & set(sys.modules)))
"""

    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)

    assert done.returncode == 0, done.stderr.decode()
