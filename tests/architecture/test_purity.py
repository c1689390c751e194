"""Pure rooms stay pure and fast to import."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL_LIBRARIES = {"torch", "sentence_transformers", "transformers", "sklearn", "scipy"}
HEAVY = MODEL_LIBRARIES | {"redis", "fastapi", "httpx2"}

PURE_ROOMS = (
    "cache/wording",
    "confidence",
    "economics",
    "evaluation",
    "policy",
    "workflow/segments",
)
"""Rooms in which every file is pure but its shell: a new file is pure unless it is listed there."""

SHELL = {
    "assistant/confidence/artefact.py",  # reads the artefact
    "assistant/confidence/drift_monitor.py",  # counts for all threads, and warns
    "assistant/economics/measured.py",  # reads measurements
    "assistant/economics/measurement.py",  # says when a measurement was taken
    "assistant/economics/tables.py",  # reads measurements
    "assistant/evaluation/collect.py",  # asks a tier
    "assistant/evaluation/collect_file.py",  # reads and writes a collection
    "assistant/policy/load.py",  # reads policy files
}

PURE_FILES = (
    "assistant/redis_address.py",
    "assistant/service/resuming.py",
    "assistant/share_bound.py",
    *(
        f"assistant/cache/{name}.py"
        for name in (
            *("addresses", "control", "entry", "keys", "reference", "rules", "store/replies"),
            *("semantic/control", "semantic/rows", "semantic/vectors"),
        )
    ),
    *(f"assistant/records/{name}.py" for name in ("base", "distance", "entry", "export", "keys")),
    *(f"assistant/upgrades/{name}.py" for name in ("base", "entry", "keys", "off")),
    *(
        f"assistant/workflow/{name}.py"
        for name in (
            *("accepted", "another", "bars", "decide", "diff", "early", "forced", "noting"),
            *("pace", "patience", "plan", "prompt", "ranking", "release", "resampling", "takeover"),
        )
    ),
    *(
        f"assistant/cli/{name}.py"
        for name in ("bar_notes", "bar_words", "explain_text", "threshold_report")
    ),
)

PURE_MODULES = sorted(
    {
        *PURE_FILES,
        *(
            str(path.relative_to(ROOT))
            for room in PURE_ROOMS
            for path in (ROOT / "assistant" / room).rglob("*.py")
        ),
    }
    - SHELL
)
IMPURE_IMPORTS = {
    "anyio", "assistant.telemetry", "asyncio", "datetime", "httpx2", "langgraph", "logging", "os", "pathlib", "random",
    "redis", "secrets", "socket", "structlog", "subprocess", "sys", "tempfile", "threading", "time",
    "torch", "urllib.request",
}  # fmt: skip

HARMLESS = {"random.Random", "datetime.UTC", "datetime.datetime"}
"""Chance with a seed, and times that somebody else has read off a clock."""

CLOCKS = {"now", "today", "utcnow"}
SEEDED = {"Random", "default_rng"}


PARSES = 5
"""CPython 3.11 keeps one recursion count for all threads that build trees: where a thread left over from
another test compiles something meanwhile, both may see a SystemError that says nothing of the file."""


@cache
def tree_of(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file."""
    text = path.read_text(encoding="utf-8")
    for _ in range(PARSES - 1):
        with suppress(SystemError):
            return tuple(ast.walk(ast.parse(text)))
    return tuple(ast.walk(ast.parse(text)))


def imported_by(path: Path) -> set[str]:
    """What a file names in its imports, wherever they stand: modules, and names with their module."""
    found = set()
    for node in tree_of(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def is_impure(name: str) -> bool:
    """Whether an imported module or name reaches outside its caller's arguments."""
    module, _, _ = name.rpartition(".")
    return name not in HARMLESS and not {name, module, name.partition(".")[0]}.isdisjoint(
        IMPURE_IMPORTS
    )


def called(node: ast.Call) -> str:
    """The last part of the name of what is called."""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def modules_after(statement: str) -> set[str]:
    """Top-level modules loaded by a fresh interpreter that runs `statement`."""
    program = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


@pytest.mark.parametrize("module", PURE_MODULES)
def test_a_pure_module_names_no_clock_network_log_or_chance(module: str) -> None:
    """Everything a pure function needs is in its signature."""
    assert {name for name in imported_by(ROOT / module) if is_impure(name)} == set()


@pytest.mark.parametrize("module", PURE_MODULES)
def test_a_pure_module_reads_no_clock_and_draws_nothing_without_a_seed(module: str) -> None:
    """The harmless imports stay harmless."""
    calls = [node for node in tree_of(ROOT / module) if isinstance(node, ast.Call)]

    assert [node.lineno for node in calls if called(node) in CLOCKS] == []
    assert [node.lineno for node in calls if called(node) in SEEDED and not node.args] == []


def test_every_file_of_the_shell_is_there_and_needs_to_be() -> None:
    """An exception that is not used any more would let the next impurity in."""
    idle = {name for name in SHELL if not any(is_impure(one) for one in imported_by(ROOT / name))}

    assert idle == set()


@pytest.mark.parametrize(
    "module",
    ["assistant.policy.parse", "assistant.confidence.scorer", "assistant.workflow.decide"],
)
def test_pure_rooms_load_nothing_heavy(module: str) -> None:
    """A policy can be checked and a draft scored without a model, a store or a server."""
    assert modules_after(f"import {module}") & (HEAVY | {"langgraph"}) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["draft", "--help"],
        ["policy", "validate", "policies/embedded.yaml"],
        ["policy", "schema", "--check"],
        ["policy", "explain", "embedded"],
        ["confidence", "--help"],
        ["confidence", "threshold", "embedded"],
        ["confidence", "score", "--no-embeddings"],
        ["feedback", "export", "--help"],
        ["keys", "list"],
    ],
)
def test_commands_without_a_model_load_no_model_library(
    arguments: list[str], tmp_path: Path
) -> None:
    """They must answer at once."""
    environment = f"import os; os.environ['INKLADDER_KEYS_FILE'] = {str(tmp_path / 'keys')!r}"
    command = (
        f"{environment}\nimport sys\nsys.argv = ['inkladder', *{arguments!r}]\n"
        "from assistant.cli.main import app\n"
        "try:\n    app()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )

    loaded = modules_after(command)

    assert "typer" in loaded
    assert loaded & (MODEL_LIBRARIES | {"langgraph"}) == set()
