"""The Prometheus rules that we ship."""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml import YAML

from server.metrics import Metrics

RULES = Path(__file__).parents[2] / "deploy" / "prometheus" / "inkladder.rules.yml"


def test_every_rule_asks_for_series_that_the_server_has() -> None:
    """An alert on a misspelt name would never fire."""
    told = set(re.findall(r"^# TYPE (\w+)", Metrics().render().decode(), re.MULTILINE))
    groups = YAML(typ="safe").load(RULES.read_text(encoding="utf-8"))["groups"]
    asked = {
        name
        for group in groups
        for rule in group["rules"]
        for name in re.findall(r"\binkladder_\w+", rule["expr"])
    }

    assert asked
    # Prometheus' text format names the type of a counter without its suffix.
    assert {name.removesuffix("_total") for name in asked} <= {
        name.removesuffix("_total") for name in told
    }
