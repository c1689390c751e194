"""`inkladder cache probe|evaluate` on a handful of pairs."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from assistant.cache.semantic.control import LabelledLevel
from assistant.cache.semantic.labelled import Labelled, parse_labelled
from assistant.cli.embedded_passages import embedded
from assistant.cli.main import cli
from assistant.embedding.sentence_transformer import DEFAULT_MODEL
from assistant.errors import DataError
from assistant.evaluation.cache_found import PairsFound
from support.similar import counted

RUN = CliRunner()
CANARY = "quetzal"

STORED = "Write a job ad for a baker."
POLITE = "Please write a job ad for a baker."
SYNONYM = "Write a job posting for a baker."
OTHER_NUMBER = "Write a job ad for 3 bakers."
UNREAD = "Напиши объявление."
TODAY = "Write about the news of today."

RENT = "Write an email to Anna that mentions the rent."
OTHER_NAME = "Write an email to Peter that mentions the rent."
NEGATED = "Write an email to Anna that does not mention the rent."


SAME = (
    (STORED, "same", "order", 1.0),
    (POLITE, "same", "politeness", 0.97),
    (SYNONYM, "same", "synonym", 0.85),
    (UNREAD, "same", "deep", 0.70),
)
DIFFERENT = tuple(
    (f"Write a job ad for {bakers} bakers.", "different", "number", cosine)
    for bakers, cosine in enumerate((*[0.96] * 10, *[0.92] * 3, 0.5), start=2)
)
ROWS = (*SAME, *DIFFERENT)
"""What is asked where `STORED` is stored, its label and kind, and how alike the two are.

Fourteen must miss, and do: the fewest that bound the share of false hits by a fifth, since the upper
bound after none of n is 1 - .05 ** (1 / n).
"""


def pairs_file(folder: Path, *rows: dict[str, object] | str) -> Path:
    """A JSON lines file; text is a line as it stands."""
    file = folder / "pairs.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def pair(b: str, a: str = STORED, **fields: object) -> dict[str, object]:
    """One pair; a later field wins."""
    return {"id": 1, "a": a, "b": b} | fields


def labelled(**fields: object) -> dict[str, object]:
    """One labelled pair."""
    return pair(POLITE, label="same", kind="politeness", task="draft") | fields


def counts_file(folder: Path, counts: Labelled | None = None) -> Path:
    """Counts that prove any strength to one per cent, where no others are given."""
    file = folder / "counts.json"
    file.write_text((counts or counted()).dump(), encoding="utf-8")
    return file


def told(stdout: str) -> list[dict[str, str]]:
    """The lines of the output."""
    return [json.loads(line) for line in stdout.splitlines()]


def probed(folder: Path, a: str, b: str, counts: Path | None = None) -> dict[str, str]:
    """What is decided about one pair without an embedder."""
    options = ["--no-embedder", "--counts", str(counts or counts_file(folder))]
    file = pairs_file(folder, pair(b, a))
    done = RUN.invoke(cli, ["cache", "probe", str(file), *options], catch_exceptions=False)
    assert done.exit_code == 0
    (line,) = told(done.stdout)
    return line


def refusal(*arguments: str | Path) -> str:
    """What a command says that gives no result."""
    done = RUN.invoke(cli, ["cache", *map(str, arguments)])
    assert isinstance(done.exception, DataError)
    assert done.stdout == ""
    return str(done.exception)


def vectors_file(folder: Path) -> Path:
    """Vectors of the texts of `ROWS` whose cosine with `STORED` is that of the row."""
    file = folder / "vectors.npz"
    cosine_of = {asked: cosine for asked, _, _, cosine in ROWS}

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        cosines = np.array([cosine_of[text] for text in texts])
        return np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1).astype(np.float32)

    embedded(list(cosine_of), DEFAULT_MODEL, embed, file=file)
    return file


def evaluated(folder: Path, *options: str) -> str:
    """What `evaluate` prints about `ROWS` where a fifth may be false; it loads no model."""
    rows = [labelled(b=asked, label=label, kind=kind) for asked, label, kind, _ in ROWS]
    known = ["--vectors", str(vectors_file(folder)), "--max-false-hit", "0.2"]
    done = RUN.invoke(
        cli,
        ["cache", "evaluate", str(pairs_file(folder, *rows)), *known, *options],
        env={"COLUMNS": "100"},
        catch_exceptions=False,
    )
    assert done.exit_code == 0
    return done.stdout


@pytest.mark.parametrize(
    ("a", "b", "decision", "reason"),
    [
        (STORED, STORED, "exact", "to the letter"),
        (STORED, POLITE, "canonical", "folds to the same"),
        (STORED, OTHER_NUMBER, "miss", "number"),
        (RENT, OTHER_NAME, "miss", "name"),
        (RENT, NEGATED, "miss", "negation"),
        (STORED, UNREAD, "miss", "unsure"),
        (TODAY, TODAY, "miss", "never stored: time"),
    ],
)
def test_a_pair_is_decided_with_the_reason(
    tmp_path: Path, a: str, b: str, decision: str, reason: str
) -> None:
    """The lowest level that serves it, or what keeps the two apart."""
    assert probed(tmp_path, a, b) == {"id": 1, "decision": decision, "reason": reason}


def test_a_synonym_is_served_where_the_counts_prove_it(tmp_path: Path) -> None:
    """By the semantic level; which way round they are asked does not matter."""
    there, back = probed(tmp_path, STORED, SYNONYM), probed(tmp_path, SYNONYM, STORED)

    assert (there["decision"], back["decision"]) == ("semantic", "semantic")
    assert re.fullmatch(r"strength 0\.\d\d: concepts", there["reason"])


def test_a_synonym_is_too_weak_where_only_order_is_proven(tmp_path: Path) -> None:
    """False hits at a lesser strength end it there."""
    counts = counted()
    wrong = LabelledLevel(strength=0.99, false_hits=40, hits=0)
    strata = tuple(replace(one, levels=(*one.levels, wrong)) for one in counts.strata)
    file = counts_file(tmp_path, counts.model_copy(update={"strata": strata}))

    line = probed(tmp_path, STORED, SYNONYM, file)

    assert line["decision"] == "miss"
    assert line["reason"].startswith("weak; strength ")


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        (counted(different=9), "no_labels"),
        (counted(different=298), "too_few_labels"),
        (counted(different=299, false_hits=1), "false_hits"),
        (counted().model_copy(update={"wording": "0" * 64}), "counted with another verifier"),
    ],
)
def test_counts_that_prove_nothing_leave_synonyms_in_shadow(
    tmp_path: Path, counts: Labelled, why: str
) -> None:
    """Why is told apart from the output; the levels below need no counts."""
    pairs = pairs_file(tmp_path, pair(SYNONYM), pair(POLITE), pair(STORED))
    options = ["--no-embedder", "--counts", str(counts_file(tmp_path, counts))]

    done = RUN.invoke(cli, ["cache", "probe", str(pairs), *options])

    synonym, *others = told(done.stdout)
    assert synonym["reason"].startswith("shadow; strength ")
    assert [line["decision"] for line in (synonym, *others)] == ["miss", "canonical", "exact"]
    assert why in done.stderr
    assert "in shadow" in done.stderr


@pytest.mark.parametrize("place", [["-"], []])
def test_pairs_come_from_the_standard_input_too(tmp_path: Path, place: list[str]) -> None:
    """Each has a line in the order given, under the id it came with, also where that comes twice."""
    rows = [pair(STORED, id="x"), pair(POLITE, id=7), pair(OTHER_NUMBER, id="x")]
    lines = "\n\n".join(map(json.dumps, rows))
    options = ["--no-embedder", "--counts", str(counts_file(tmp_path))]

    done = RUN.invoke(cli, ["cache", "probe", *place, *options], input=lines)

    found = [(line["id"], line["decision"]) for line in told(done.stdout)]
    assert found == [("x", "exact"), (7, "canonical"), ("x", "miss")]


def test_a_bad_line_of_the_standard_input_is_told_too() -> None:
    """By its name there."""
    done = RUN.invoke(cli, ["cache", "probe"], input=f'\n"{CANARY}"\n')

    assert str(done.exception).startswith("stdin:2: line: ")


def test_the_output_holds_no_word_of_the_requests(tmp_path: Path) -> None:
    """It may be kept where the requests may not."""
    stored = f"Write an email to {CANARY.title()} about 3 parcels."
    asked = (stored, f"Please {stored}", stored.replace("3", "4"), STORED, SYNONYM, UNREAD, NEGATED)
    pairs = pairs_file(tmp_path, *(pair(b, stored) for b in asked), pair(SYNONYM))
    options = ["--no-embedder", "--counts", str(counts_file(tmp_path))]

    done = RUN.invoke(cli, ["cache", "probe", str(pairs), *options])

    words = {word for text in (stored, *asked) for word in re.findall(r"\w{4,}", text.lower())}
    assert [set(line) for line in told(done.stdout)] == [{"id", "decision", "reason"}] * 8
    assert words.isdisjoint(re.findall(r"\w+", done.output.lower()))


def test_other_fields_of_a_line_do_not_matter(tmp_path: Path) -> None:
    """Labelled pairs can be probed, whatever their labels say."""
    file = pairs_file(tmp_path, labelled(label=CANARY, task=None, base={"a": 1}))

    done = RUN.invoke(cli, ["cache", "probe", str(file), "--no-embedder"])

    assert [line["decision"] for line in told(done.stdout)] == ["canonical"]


def test_with_the_embedder_a_reworded_request_is_still_served(tmp_path: Path) -> None:
    """The model of the package finds the two alike."""
    pairs = pairs_file(tmp_path, pair(OTHER_NUMBER), pair(SYNONYM), pair(STORED))
    counts = counts_file(tmp_path)

    done = RUN.invoke(cli, ["cache", "probe", str(pairs), "--counts", str(counts)])

    assert [line["decision"] for line in told(done.stdout)] == ["miss", "semantic", "exact"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (f'{{"id": 1, "a": "{CANARY}"', "line: Invalid JSON"),
        (f'{{"id": 1, "a": "{CANARY}"}}', "b: Field required"),
        (f'{{"id": 1, "a": "x", "b": ["{CANARY}"]}}', "b: Input should be a valid string"),
        (f'{{"id": ["{CANARY}"], "a": "x", "b": "y"}}', "id: Input should be a valid "),
        (f'["{CANARY}"]', "line: "),
    ],
)
@pytest.mark.parametrize("command", ["probe", "evaluate"])
def test_a_bad_line_is_told_by_file_and_number_without_its_text(
    tmp_path: Path, command: str, line: str, what: str
) -> None:
    """Blank lines count; nothing is decided about the lines before it."""
    file = pairs_file(tmp_path, labelled(), "", line)

    message = refusal(command, file)

    assert message.startswith(f"{file}:3: {what}")
    assert CANARY not in message


@pytest.mark.parametrize("command", ["probe", "evaluate"])
def test_a_file_without_pairs_is_an_error(tmp_path: Path, command: str) -> None:
    """Rather than a result about nothing."""
    file = pairs_file(tmp_path)

    assert refusal(command, file) == f"{file}:1: no pairs, give one JSON object a line"


@pytest.mark.parametrize("command", ["probe", "evaluate"])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, command: str) -> None:
    """It is named, with the way out."""
    file = tmp_path / "none.jsonl"

    message = refusal(command, file)

    assert message.startswith(f"{file}: cannot be read (FileNotFoundError); give ")


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"version": 2}', None])
def test_broken_counts_are_an_error_that_says_how_to_make_others(
    tmp_path: Path, content: bytes | None
) -> None:
    """Also those that are missing."""
    counts = tmp_path / "counts.json"
    if content is not None:
        counts.write_bytes(content)

    message = refusal("probe", pairs_file(tmp_path, pair(SYNONYM)), "--counts", counts)

    assert message.startswith(f"{counts}: ")
    assert message.endswith("write it with `inkladder cache evaluate --counts`")


def test_an_evaluation_counts_the_hits_of_every_rule(tmp_path: Path) -> None:
    """Of four that are the same and fourteen that are not, as a pencil has it."""
    found = PairsFound.model_validate_json(evaluated(tmp_path, "--json"))

    totals = {group.name: group.shares for group in found.totals}
    hits = {
        rule: (totals["same, all"][rule].hits, totals["different, all"][rule].hits)
        for rule in found.rules
        if not rule.startswith("semantic")
    }
    assert hits == {
        "exact": (1, 0),
        "canonical": (2, 0),
        "served": (3, 0),
        "cosine 0.80": (3, 13),
        "cosine 0.90": (2, 13),
        "cosine 0.95": (2, 10),
        "redisvl": (2, 13),
    }
    assert totals["same, light"]["served"].pairs == 3


def test_an_evaluation_tells_reasons_verdicts_and_what_is_proven(tmp_path: Path) -> None:
    """What is unread belongs to no stratum."""
    found = PairsFound.model_validate_json(evaluated(tmp_path, "--json"))

    (stratum,) = found.strata
    assert (found.pairs, found.unread, found.embedder) == (18, 1, DEFAULT_MODEL)
    assert found.rejections == {
        "number": {"same": 0, "different": 14},
        "unsure": {"same": 1, "different": 0},
    }
    verdicts = [(labels["same"], labels["different"]) for labels in found.strengths.values()]
    assert sorted(verdicts) == [(1, 0), (2, 0)]
    assert (stratum.counts.task, stratum.counts.language) == ("draft", "en")
    assert (stratum.counts.same, stratum.counts.different) == (3, 14)
    assert (stratum.basis, stratum.least) == ("own", 0.5)


def test_an_evaluation_is_shown_as_tables_of_a_hundred_columns(tmp_path: Path) -> None:
    """Kinds, totals with their ranges, reasons, strata; no word of a request."""
    shown = evaluated(tmp_path)

    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert lines[0].startswith(f"18 labelled pairs, 1 of them unread; likeness by {DEFAULT_MODEL};")
    assert "synonym 1 0.0% 100.0% 100.0% 0.0% 0.0% 0.0% 2.5-100.0" in lines
    assert "number 14 0.0% 0.0% 92.9% 92.9% 71.4% 92.9% 0.0-23.2" in lines
    assert "number 0 14" in lines
    assert "draft en 14 0 3 3 0.50 own" in lines
    assert max(map(len, shown.splitlines())) <= 100
    assert not re.search("baker|posting", shown)


def test_a_probe_serves_what_an_evaluation_has_proven(tmp_path: Path) -> None:
    """Its counts are of these pairs and the verifier installed; one per cent is beyond so few."""
    counts = tmp_path / "mine.json"
    found = PairsFound.model_validate_json(evaluated(tmp_path, "--json", "--counts", str(counts)))
    options = ["--no-embedder", "--counts", str(counts), "--max-false-hit"]
    command = ["cache", "probe", str(pairs_file(tmp_path, pair(SYNONYM))), *options]

    written = parse_labelled(counts.read_text(encoding="utf-8"), file="mine.json")
    proven, beyond = RUN.invoke(cli, [*command, "0.2"]), RUN.invoke(cli, [*command, "0.01"])

    assert (written.current, written.pairs, written.data) == (True, 18, found.data)
    assert written.strata == tuple(one.counts for one in found.strata)
    assert told(proven.stdout)[0]["decision"] == "semantic"
    assert told(beyond.stdout)[0]["decision"] == "miss"


def test_counts_that_cannot_be_written_are_an_error(tmp_path: Path) -> None:
    """What was found is printed by then."""
    counts = tmp_path / "nowhere" / "mine.json"

    with pytest.raises(DataError, match="cannot be written"):
        evaluated(tmp_path, "--counts", str(counts))


@pytest.mark.parametrize(
    ("field", "value"), [("label", CANARY), ("label", None), ("task", CANARY), ("kind", "")]
)
def test_an_unknown_label_task_or_kind_is_a_bad_line(
    tmp_path: Path, field: str, value: str | None
) -> None:
    """Named by file, line and field."""
    file = pairs_file(tmp_path, labelled(), labelled(**{field: value}))

    message = refusal("evaluate", file)

    assert message.startswith(f"{file}:2: {field}: ")
    assert CANARY not in message
