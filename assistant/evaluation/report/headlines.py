"""The numbers that matter most, each with a sentence for who has to decide by it."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.evaluation.evaluate import WITHOUT_MODEL, WITHOUT_TASK
from assistant.evaluation.report.numbers import interval, number, share, share_interval
from assistant.evaluation.result import CheckAlarms, Estimate, Evaluation

_TRANSFER = {
    WITHOUT_TASK: "The same inside one task, by a model that never saw that task: what to expect of a"
    " kind of writing that is not in the data.",
    WITHOUT_MODEL: "Inside one task, by a model that never saw the draft's writer: what to expect of a"
    " new drafting model.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A number as it is shown; a `strong` one says how the scorer fares with what it never saw."""

    name: str
    value: str
    interval: str
    meaning: str
    strong: bool = False


def headlines(found: Evaluation) -> list[Headline]:
    """The headlines the data allows, in the order to read them."""
    ours = found.ours
    every = [
        _plain(
            "finds a bad draft (AUROC)",
            ours.third,
            "Of a draft from the worst third and a better one, the score is lower for the worse one"
            " this often. Chance: 0.500.",
        ),
        _plain(
            "the same inside one task",
            ours.third_within,
            "Mean over the tasks, where knowing what was asked for does not help.",
        ),
        *_transferred(found),
        _plain(
            "gap recovered (APGR)",
            ours.apgr,
            "Share of the large model's advantage kept, mean over all escalation budgets. Chance:"
            " 0.500.",
        ),
        _share(
            "to recover half the gap (CPT50)",
            ours.cpt50,
            "Share of drafts that must be escalated for it. Chance: 50 %.",
        ),
        _plain(
            "calibration error (ECE)",
            ours.ece,
            "How far a score is from the share of acceptable drafts among those that have it.",
        ),
        _plain(
            "planted gross faults (AUROC)",
            found.planted[0].auroc if found.planted else None,
            "How surely a draft with a fault planted on purpose scores below an acceptable one.",
        ),
        _alarms(found.checks),
    ]
    return [one for one in every if one is not None]


def _transferred(found: Evaluation) -> list[Headline | None]:
    return [
        _plain(
            f"inside one task, {line.name}", line.third_within, _TRANSFER[line.name], strong=True
        )
        for line in found.transfer
    ]


def _alarms(checks: tuple[CheckAlarms, ...]) -> Headline | None:
    applied = [one for one in checks if one.large.applied]
    if not applied:
        return None
    texts = applied[0].large.drafts
    worst = max(applied, key=lambda one: one.large.share_of_all)
    return Headline(
        name="false alarms of the worst check",
        value=share(worst.large.share_of_all),
        interval="",
        meaning=f"{worst.check} failed on {worst.large.failed} of {texts} texts of large models;"
        " no other check on more.",
    )


def _plain(
    name: str, value: Estimate | None, meaning: str, *, strong: bool = False
) -> Headline | None:
    if value is None:
        return None
    return Headline(
        name=name, value=number(value), interval=interval(value), meaning=meaning, strong=strong
    )


def _share(name: str, value: Estimate | None, meaning: str) -> Headline | None:
    if value is None:
        return None
    return Headline(
        name=name, value=share(value, digits=0), interval=share_interval(value, digits=0),
        meaning=meaning,
    )  # fmt: skip
