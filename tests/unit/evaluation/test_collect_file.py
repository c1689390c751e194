"""The file of a collection: taken up again, whole after an interruption, read as judged drafts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.confidence.fitting.examples import natural_examples
from assistant.confidence.fitting.rows import JudgedRow, data_fingerprint, parse_rows
from assistant.errors import DataError
from assistant.evaluation.collect_file import judged_rows, open_collection, read_collection
from assistant.evaluation.collect_rows import CollectedRow, Tried, collected_row
from assistant.evaluation.collect_summary import summaries
from assistant.evaluation.verifiable.generate import task_of
from assistant.types import TokenLogprob


def row(number: int = 0, *, text: str = "A draft.", sample: int = 0) -> CollectedRow:
    """A collected draft."""
    return collected_row(
        task_of("shorten", seed=1, number=number),
        Tried(id=f"{number}-{sample}", model="tiny", tier="draft", temperature=0.5, seed=9),
        text=text,
        finish="length",
        logprobs=(TokenLogprob(-0.5, -2.0), TokenLogprob(-1.0)),
    )


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    """Request, log-probabilities and odd characters included."""
    rows = [row(0), row(1, text="line\nbreak \u2028 \x00 \U0001f41f"), row(2, text="\ud83d half")]
    with open_collection(tmp_path / "new" / "drafts.jsonl") as collection:
        for one in rows:
            collection.add(one)

    assert read_collection(tmp_path / "new" / "drafts.jsonl") == rows


def test_a_half_written_line_is_dropped_and_the_rest_is_known(tmp_path: Path) -> None:
    """As after a run that was killed in the middle of a write."""
    file = tmp_path / "drafts.jsonl"
    with open_collection(file) as collection:
        collection.add(row(0))
        collection.add(row(1))
    whole = file.read_bytes()
    file.write_bytes(whole + row(2).line().encode()[:50])

    assert len(read_collection(file)) == 2
    with open_collection(file) as collection:
        assert collection.ids == {"0-0", "1-0"}
        collection.add(row(3))

    assert [one.id for one in read_collection(file)] == ["0-0", "1-0", "3-0"]


def test_another_file_is_refused_with_its_line_and_left_alone(tmp_path: Path) -> None:
    """Nothing of its texts is in the message."""
    file = tmp_path / "drafts.jsonl"
    content = row(0).line() + '\n{"prompt": "my secret diary"}\n'
    file.write_text(content, encoding="utf-8")

    told = pytest.raises(DataError, match=r"drafts\.jsonl:2: .*confidence collect")
    with told as refused, open_collection(file):
        pass

    assert "secret" not in str(refused.value)
    assert file.read_text(encoding="utf-8") == content


def test_a_missing_an_empty_and_an_unwritable_file_are_told(tmp_path: Path) -> None:
    """Each with the way out."""
    empty = tmp_path / "empty.jsonl"
    empty.touch()

    with pytest.raises(DataError, match="cannot be read"):
        read_collection(tmp_path / "missing.jsonl")
    with pytest.raises(DataError, match="collect some"):
        read_collection(empty)
    with pytest.raises(DataError, match="--out"), open_collection(tmp_path):
        pass


def test_a_collection_is_judged_data(tmp_path: Path) -> None:
    """`confidence fit` reads it; samples of one task and temperature are siblings of each other."""
    file = tmp_path / "drafts.jsonl"
    rows = [row(0, text="First."), row(0, text="Second.", sample=1), row(1, text="Other.")]
    with open_collection(file) as collection:
        for one in rows:
            collection.add(one)

    with file.open("rb") as lines:
        parsed = parse_rows(lines, file="drafts.jsonl")
    first, second, other = natural_examples(parsed, bar=0.5)

    assert parsed == judged_rows(file)
    assert first.draft.request == task_of("shorten", seed=1, number=0).request
    assert first.draft.finish == "length"
    assert first.draft.logprobs == (TokenLogprob(-0.5, -2.0), TokenLogprob(-1.0))
    assert (first.draft.siblings, second.draft.siblings) == (("Second.",), ("First.",))
    assert other.draft.siblings == ()
    assert first.acceptable is rows[0].acceptable


def test_a_fingerprint_knows_log_probabilities_and_not_what_a_row_lacks() -> None:
    """Data without the newer fields keeps the fingerprint it had."""
    plain = {"prompt": "Write.", "response": "Done.", "score": 0.5, "task": "draft", "id": "a"}
    old, spelled = (
        JudgedRow.model_validate(plain),
        JudgedRow.model_validate(plain | {"logprobs": None, "kind": None}),
    )
    told = JudgedRow.model_validate(plain | {"logprobs": [[-0.5, None]]})

    assert data_fingerprint([old]) == data_fingerprint([spelled])
    assert data_fingerprint([old]) != data_fingerprint([told])


def test_a_summary_counts_by_kind() -> None:
    """Means over drafts, log-probabilities over tokens."""
    (summary,) = summaries([row(0), row(1)])

    assert (summary.kind, summary.drafts, summary.acceptable) == ("shorten", 2, 0.0)
    assert summary.mean_logprob == pytest.approx(-0.75)
    assert summary.tokens == 2


def test_a_line_holds_what_is_needed_and_nothing_empty() -> None:
    """Defaults of the request are left out."""
    held = json.loads(row(0).line())

    assert held["logprobs"] == [[-0.5, -2.0], [-1.0, None]]
    assert set(held["request"]) == {"task", "instruction", "text", "sampling"}


def test_a_file_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """One line without an end looks like a half-written row, but does not begin like one."""
    file = tmp_path / "notes.json"
    file.write_bytes(b'{"mine": "one line without an end"}')

    with pytest.raises(DataError, match="holds something else"), open_collection(file):
        pass

    assert file.read_bytes() == b'{"mine": "one line without an end"}'
