"""The README says of the scorer what its artefact says."""

from __future__ import annotations

from assistant.confidence.artefact import load_artefact
from assistant.confidence.checks import CHECK_NAMES, GROSS
from support.readme_scorer import BEGIN, END, README, block, number, written

TEXT = README.read_text(encoding="utf-8")


def test_the_readme_tells_the_numbers_of_the_shipped_artefact() -> None:
    """Separation, intervals, planted defects and bars; `make readme` writes them after a new fit."""
    told = TEXT[TEXT.index(BEGIN) : TEXT.index(END) + len(END)]

    assert told == block(load_artefact())


def test_every_planted_defect_and_every_interval_is_among_them() -> None:
    """Those that are found badly, too."""
    held_out = load_artefact().held_out
    told = block(load_artefact())

    for kind, value in held_out.full.planted.items():
        assert f"{kind.replace('_', ' ')} {number(value)}" in told
    for head in (held_out.full, held_out.text):
        for low, high in head.intervals.values():
            assert f"{number(low)} to {number(high)}" in told


def test_nothing_else_of_the_readme_is_touched() -> None:
    """Numbers are replaced in place, and twice is as good as once."""
    old = f"before {BEGIN} outdated {END} after"

    new = written(old, load_artefact())

    assert new == f"before {block(load_artefact())} after"
    assert written(new, load_artefact()) == new


def test_the_readme_names_every_check() -> None:
    """As many as it says there are."""
    assert f"{len(CHECK_NAMES)} checks" in TEXT
    assert [name for name in CHECK_NAMES if f"`{name}`" not in TEXT] == []


def test_the_readme_says_which_checks_are_about_unusable_texts() -> None:
    """In one row."""
    (row,) = (line for line in TEXT.splitlines() if line.startswith("| no use at all |"))

    assert {name for name in CHECK_NAMES if f"`{name}`" in row} == GROSS
