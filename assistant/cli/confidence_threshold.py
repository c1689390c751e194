"""`inkladder confidence threshold`: which score keeps the risk that an accept rule allows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import DataError

if TYPE_CHECKING:
    from assistant.confidence.artefact import Artefact, ScoreCounts
    from assistant.confidence.outcomes import Outcome
    from assistant.policy.models import AcceptRule, RoutePolicy
    from assistant.types import Task

_USUAL = 0.95
"""Confidence where neither the rule nor the command names one."""


def threshold(
    policy: Annotated[
        str | None,
        typer.Argument(
            help="Preset name or policy file; $INKLADDER_POLICY or `embedded` if not given."
        ),
    ] = None,
    artefact: Annotated[
        str | None, typer.Option(help="Another artefact than the policy's: `default` or a file.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Outcomes of your own drafts, as `inkladder feedback export` writes them, instead of"
            " the artefact's calibration drafts."
        ),
    ] = None,
    max_risk: Annotated[
        float | None, typer.Option(min=0.001, max=0.5, help="Try this risk on every route.")
    ] = None,
    confidence_level: Annotated[
        float | None, typer.Option(min=0.5, max=0.999, help="Try this confidence level.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Shows from which score each route accepts, how many drafts that is, and how many are bad.

    Where no score keeps a rule's `max_risk`, every draft is deferred.
    That is told, and no error.
    """
    from rich.console import Console

    from assistant.cli import threshold_report
    from assistant.cli.bar_notes import notes_about
    from assistant.confidence.artefact import load_artefact
    from assistant.confidence.checks import CHECK_NAMES
    from assistant.policy.load import load_policy
    from assistant.settings import read_settings
    from assistant.workflow.bars import compile_bar

    chosen = load_policy(read_settings(policy=policy).policy, known_checks=CHECK_NAMES)
    fitted = load_artefact(artefact or chosen.confidence.artefact)
    counts = fitted.counts if data is None else _counted(data, fitted)
    study = threshold_report.Study(
        policy=chosen,
        artefact=fitted.fingerprint,
        source=f"artefact {fitted.fingerprint}" if data is None else str(data),
        bars=tuple(
            compile_bar(route, counts, rule=_rule(route, max_risk, confidence_level))
            for route in chosen.routes
        ),
        coverage=threshold_report.coverage_of(
            chosen, counts, confidence_level=confidence_level or _USUAL
        ),
        notes=notes_about(chosen),
    )
    if as_json:
        typer.echo(json.dumps(threshold_report.as_json(study), indent=2))
    else:
        Console().print(threshold_report.report(study))


def _rule(route: RoutePolicy, max_risk: float | None, confidence_level: float | None) -> AcceptRule:
    """The route's own rule with what is tried instead."""
    from assistant.policy.models import AcceptRule

    own = route.accept
    risk = own.max_risk if max_risk is None else max_risk
    if risk is None:
        return own
    return AcceptRule(
        max_risk=risk,
        confidence_level=confidence_level or own.confidence_level or _USUAL,
        required_checks=own.required_checks,
    )


def _counted(data: Path, artefact: Artefact) -> tuple[ScoreCounts, ...]:
    """The outcomes of drafts that this artefact scored, all together and by task."""
    from assistant.confidence.outcomes import in_order, parse_outcomes

    try:
        with data.open("rb") as lines:
            outcomes = in_order(parse_outcomes(lines, file=str(data)))
    except OSError as error:
        message = f"{data}: cannot be read ({type(error).__name__}); give a JSON lines file"
        raise DataError(message) from error
    strange = next((one for one in outcomes if one.artefact != artefact.fingerprint), None)
    if strange is not None:
        message = (
            f"{data}: draft {strange.id!r} was scored by artefact {strange.artefact!r}, not by"
            f" {artefact.fingerprint!r}; name that one with --artefact, or leave such lines out"
        )
        raise DataError(message)
    judged = [outcome for outcome in outcomes if outcome.good() is not None]
    if not judged:
        message = f"{data}: no outcome tells whether its draft was good; give verdicts or distances"
        raise DataError(message)
    tasks = sorted({outcome.task for outcome in judged})
    own = (_counts([one for one in judged if one.task == task], task) for task in tasks)
    return (_counts(judged, None), *own)


def _counts(outcomes: list[Outcome], task: Task | None) -> ScoreCounts:
    import numpy as np

    from assistant.confidence.fitting.counting import score_counts

    return score_counts(
        np.array([outcome.score for outcome in outcomes]),
        np.array([outcome.good() is True for outcome in outcomes]),
        [outcome.group for outcome in outcomes],
        weights=np.array([outcome.weight for outcome in outcomes]),
        task=task,
    )
