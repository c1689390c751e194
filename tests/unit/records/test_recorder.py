"""Records are kept behind the answers, and verdicts are measured and forgotten."""

from __future__ import annotations

import anyio
import pytest

from assistant.errors import RequestError
from assistant.records import recorder as recorder_module
from assistant.records.base import Given, Held, Outcome, Record, Revised
from assistant.records.distance import LONGEST_WORDS
from assistant.records.memory import MemoryRecordStore
from assistant.records.off import NoRecords
from assistant.records.recorder import Keeping, Recorder
from support.clock import ManualClock
from support.records import ANNA, BEN, KEEPING, SECRET, note, step

SERVED = "The ferry leaves at nine."


class SlowStore(MemoryRecordStore):
    """Waits before it writes; `full` refuses to."""

    def __init__(self, *, full: bool = False) -> None:
        super().__init__(wall_clock=ManualClock())
        self.go_on = anyio.Event()
        self.full = full

    async def write(self, record: Record, *, keep_s: float, held: Held | None) -> bool:
        """Once it may go on."""
        await self.go_on.wait()
        return not self.full and await super().write(record, keep_s=keep_s, held=held)


def recorder(
    store: MemoryRecordStore | None = None,
    *,
    keeping: Keeping = KEEPING,
    clock: ManualClock | None = None,
    most_pending: int = 256,
) -> Recorder:
    """A recorder over memory."""
    clock = clock or ManualClock()
    return Recorder(
        store or MemoryRecordStore(wall_clock=clock),
        secret=SECRET,
        keeping=keeping,
        wall_clock=clock,
        most_pending=most_pending,
    )


async def test_a_verdict_waits_for_its_record() -> None:
    """A client that is faster than the store is not told that its draft is unknown."""
    store = SlowStore()
    records = recorder(store)
    outcomes = []

    async def judge() -> None:
        outcomes.append(await records.give(ANNA, "draft_1", Given(verdict="accepted")))

    records.note(note(SERVED))
    async with anyio.create_task_group() as group:
        group.start_soon(judge)
        await anyio.wait_all_tasks_blocked()
        assert outcomes == []
        store.go_on.set()

    assert [one.outcome for one in outcomes] == [
        Outcome(verdict="accepted", edit_distance=None, created=1000.0)
    ]


async def test_records_that_cannot_be_kept_are_counted() -> None:
    """Those that the store does not take, and those beyond what may be on its way."""
    store = SlowStore(full=True)
    records = recorder(store, most_pending=2)

    for number in range(5):
        records.note(note(SERVED, record_id=f"draft_{number}"))
    at_once = records.dropped
    store.go_on.set()
    await records.aclose()

    assert at_once == 3
    assert records.dropped == 5


async def test_a_process_that_ends_does_not_wait_for_a_stuck_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is then still on its way is dropped, and counted."""
    monkeypatch.setattr(recorder_module, "SETTLE_S", 0.0)
    records = recorder(SlowStore())

    records.note(note(SERVED))
    await records.aclose()

    assert records.dropped == 1


async def test_the_recorder_stamps_time_and_group() -> None:
    """Equal requests share a group that tells nothing of them."""
    records = recorder()
    for name in ("draft_1", "draft_2"):
        records.note(note(SERVED, record_id=name, created=0.0, group=""))

    first = (await records.read(ANNA, "draft_1")).record
    second = (await records.read(ANNA, "draft_2")).record

    assert first.created == 1000.0
    assert first.group == second.group
    assert len(first.group) == 32
    assert "Write" not in first.group


@pytest.mark.parametrize("shown", ["draft_1", "chatcmpl-draft_1"])
async def test_a_completion_id_names_its_draft(shown: str) -> None:
    """OpenAI's clients know no other id."""
    records = recorder()
    records.note(note(SERVED))

    assert (await records.read(ANNA, shown)).record.id == "draft_1"


@pytest.mark.parametrize("shown", ["draft_2", "", "a" * 65, "draft 1", "ünknown", "x:y", "\ud800"])
async def test_an_id_that_names_nothing_is_not_found(shown: str) -> None:
    """Whatever stands in the path."""
    records = recorder()
    records.note(note(SERVED))

    with pytest.raises(RequestError, match="no draft of yours has this id") as refused:
        await records.read(ANNA, shown)

    assert refused.value.code == "not_found"


async def test_nobody_judges_the_draft_of_another() -> None:
    """It is not even there for them."""
    records = recorder()
    records.note(note(SERVED))

    with pytest.raises(RequestError, match="no draft of yours") as refused:
        await records.give(BEN, "draft_1", Given(verdict="rejected"))

    assert refused.value.code == "not_found"
    assert (await records.read(ANNA, "draft_1")).outcome is None


async def test_the_final_text_is_measured_and_repeated_verdicts_agree() -> None:
    """Idempotent; the server's own measurement goes before the client's."""
    records = recorder()
    records.note(note(SERVED))
    edited = Given(verdict="edited", final_text="The ferry leaves at ten.", edit_distance=0.9)

    outcomes = [await records.give(ANNA, "draft_1", edited) for _ in range(2)]
    kept = await records.read(ANNA, "draft_1")

    assert [one.outcome.edit_distance for one in outcomes] == [pytest.approx(1 / 6, abs=1e-6)] * 2
    assert kept.outcome == outcomes[-1].outcome


async def test_the_last_verdict_counts_and_is_measured_anew() -> None:
    """A writer edits again, then gives up."""
    records = recorder()
    records.note(note(SERVED))

    await records.give(ANNA, "draft_1", Given(verdict="edited", final_text="Gone."))
    again = await records.give(ANNA, "draft_1", Given(verdict="edited", final_text=SERVED))
    await records.give(ANNA, "draft_1", Given(verdict="rejected"))
    kept = await records.read(ANNA, "draft_1")

    assert again.outcome.edit_distance == 0.0
    assert kept.outcome is not None
    assert kept.outcome.verdict == "rejected"


async def test_what_is_no_longer_held_needs_the_clients_own_measurement() -> None:
    """Asked for by name, and taken when it is given."""
    clock = ManualClock()
    records = recorder(clock=clock)
    records.note(note(SERVED))
    await records.read(ANNA, "draft_1")
    clock.now += KEEPING.compare_for_s

    with pytest.raises(RequestError, match="compare_for") as refused:
        await records.give(ANNA, "draft_1", Given(verdict="edited", final_text="Changed."))
    settled = await records.give(
        ANNA, "draft_1", Given(verdict="edited", final_text="Changed.", edit_distance=0.5)
    )

    assert (refused.value.param, refused.value.code) == ("edit_distance", "missing")
    assert settled.outcome.edit_distance == 0.5


async def test_an_edit_that_nothing_measures_is_refused() -> None:
    """It would label nothing."""
    records = recorder()
    records.note(note(SERVED))

    with pytest.raises(RequestError, match="needs final_text, or edit_distance"):
        await records.give(ANNA, "draft_1", Given(verdict="edited"))


@pytest.mark.parametrize(
    ("keeping", "text"),
    [(Keeping(keep_s=100.0, compare_for_s=0.0), SERVED), (KEEPING, "a " * (LONGEST_WORDS + 1))],
)
async def test_nothing_is_held_where_the_policy_or_the_length_forbids_it(
    keeping: Keeping, text: str
) -> None:
    """Not even digests."""
    store = MemoryRecordStore(wall_clock=ManualClock())
    records = recorder(store, keeping=keeping)
    records.note(note(text))
    await records.read(ANNA, "draft_1")

    assert await store.held(ANNA, "draft_1") is None


async def test_what_the_next_tier_left_of_a_draft_is_measured() -> None:
    """Of the step whose draft it saw."""
    records = recorder()
    revised = Revised(step=0, draft=SERVED, revision="The ferry leaves at ten.")
    records.note(note("x", revised=[revised], path=(step(), step(tier="large"))))

    path = (await records.read(ANNA, "draft_1")).record.path

    assert [one.revision for one in path] == [pytest.approx(1 / 6, abs=1e-6), None]


async def test_a_policy_without_records_says_so() -> None:
    """Whatever is asked."""
    records = NoRecords()
    records.note(note(SERVED))

    for asking in (
        records.read(ANNA, "draft_1"),
        records.give(ANNA, "draft_1", Given(verdict="accepted")),
    ):
        with pytest.raises(RequestError, match=r"feedback\.enabled") as refused:
            await asking
        assert refused.value.code == "not_found"
    await records.aclose()
