"""`inkladder policy explain` on drafts that are repaired to learn from them."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from assistant.cli.policy import app

POLICY = """
apiVersion: inkladder/v1
name: learning
tiers:
  draft: {{engine: llamacpp, model: smollm2-135m-instruct}}
  large: {{engine: llamacpp, model: smollm2-135m-instruct}}
routes:
  - {{name: typing, match: {{task: titles}}, ladder: [draft]}}
  - {{name: hurried, match: {{task: reply}}, ladder: [draft, large], deadline_ms: 800}}
  - {{name: default, ladder: [draft, large]}}
feedback: {{forced_escalation: {share}}}
"""


def explained(folder: Path, *, share: float) -> dict[str, str]:
    """What is told of each route."""
    path = folder / "policy.yaml"
    path.write_text(POLICY.format(share=share), encoding="utf-8")
    told = CliRunner().invoke(app, ["explain", str(path)], catch_exceptions=False).stdout
    before, _, rest = told.partition("\nhurried\n")
    hurried, _, default = rest.partition("\ndefault\n")
    return {"typing": before, "hurried": hurried, "default": default}


def test_the_sample_is_told_of_routes_that_take_one(tmp_path: Path) -> None:
    """None is taken where nobody else is asked, nor where the writer cannot wait."""
    told = explained(tmp_path, share=0.03)

    assert "to learn" in told["default"]
    assert "3 % of the drafts accepted on the first rung" in " ".join(told["default"].split())
    assert "to learn" not in told["typing"] + told["hurried"]


def test_nothing_is_told_where_no_sample_is_taken(tmp_path: Path) -> None:
    """As by default."""
    assert "to learn" not in "".join(explained(tmp_path, share=0).values())
