"""The Prometheus rules that we ship."""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml import YAML

from server.metrics import Metrics

RULES = Path(__file__).parents[2] / "deploy" / "prometheus" / "inkladder.rules.yml"


def rules() -> list[dict[str, str]]:
    """All rules of the file."""
    groups = YAML(typ="safe").load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_every_rule_asks_for_series_that_the_server_has() -> None:
    """An alert on a misspelt name would never fire."""
    metrics = Metrics()
    metrics.watch_records(lambda: 0)
    told = set(re.findall(r"^# TYPE (\w+)", metrics.render().decode(), re.MULTILINE))
    asked = {name for rule in rules() for name in re.findall(r"\binkladder_\w+", rule["expr"])}

    assert asked
    # Prometheus' text format names the type of a counter without its suffix.
    assert {name.removesuffix("_total") for name in asked} <= {
        name.removesuffix("_total") for name in told
    }


def test_dropped_records_raise_an_alert() -> None:
    """Nobody would notice otherwise: the answers go out all the same."""
    (alert,) = (rule for rule in rules() if rule.get("alert") == "InkladderRecordsDropped")
    metrics = Metrics()
    metrics.watch_records(lambda: 3)

    assert "inkladder_records_dropped_total[" in alert["expr"]
    assert "inkladder_records_dropped_total 3.0" in metrics.render().decode()
