"""Pure rooms stay pure and fast to import."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "sentence_transformers", "transformers", "sklearn", "redis", "fastapi", "httpx2"}

PURE_MODULES = [
    "assistant/policy/models.py",
    "assistant/policy/parse.py",
    "assistant/policy/schema.py",
    "assistant/confidence/scorer.py",
    "assistant/cache/keys.py",
    "assistant/cache/rules.py",
    "assistant/workflow/decide.py",
    "assistant/workflow/diff.py",
    "assistant/workflow/plan.py",
    *(
        f"assistant/economics/{name}.py"
        for name in (
            "advice",
            "breakeven",
            "breakeven_meter",
            "cost",
            "curve",
            "derive",
            "estimate",
            "ladders",
            "pricing",
            "profile",
        )
    ),
    "assistant/workflow/prompt.py",
    *sorted(
        str(path.relative_to(ROOT))
        for folder in ("checks", "features")
        for path in (ROOT / "assistant/confidence" / folder).rglob("*.py")
    ),
]
IMPURE_IMPORTS = {
    "asyncio", "anyio", "datetime", "httpx2", "logging", "os", "pathlib", "random", "redis",
    "secrets", "socket", "structlog", "subprocess", "sys", "tempfile", "threading", "time", "torch",
    "urllib.request",
}  # fmt: skip


def imported_by(path: Path) -> set[str]:
    """Modules a file names in its imports, wherever they stand."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def modules_after(statement: str) -> set[str]:
    """Top-level modules loaded by a fresh interpreter that runs `statement`."""
    program = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


@pytest.mark.parametrize("module", PURE_MODULES)
def test_a_pure_module_names_no_clock_network_log_or_chance(module: str) -> None:
    """Everything a pure function needs is in its signature."""
    names = imported_by(ROOT / module)

    assert {name for name in names if name in IMPURE_IMPORTS} == set()
    assert {name.partition(".")[0] for name in names} & IMPURE_IMPORTS == set()


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
    assert (
        loaded & {"torch", "transformers", "sentence_transformers", "sklearn", "langgraph"} == set()
    )
