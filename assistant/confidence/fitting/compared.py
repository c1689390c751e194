"""Two calibrations beside each other, on the same outcomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.fitting.outcome_table import OutcomeTable
from assistant.confidence.fitting.weighted import Interval, Told, bootstrap
from assistant.confidence.linear import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How a calibration holds on the outcomes; `promised` is the mean of its probabilities."""

    calibration_error: Interval
    log_loss: Interval
    promised: float


def compared(
    table: OutcomeTable, before: Floats, after: Floats
) -> tuple[Measured, Measured, Interval]:
    """Before, after, and how much lower the log loss became, each with its bootstrap interval."""
    old, new = Told(table.good, before), Told(table.good, after)

    def measure(times: NDArray[np.int_]) -> list[float]:
        mass = table.weights * times
        errors = [told.calibration_error(mass) for told in (old, new)]
        losses = [told.log_loss(mass) for told in (old, new)]
        return [*errors, *losses, losses[0] - losses[1]]

    error, new_error, loss, new_loss, gain = bootstrap(table.groups, measure)
    promised = [float(np.average(chance, weights=table.weights)) for chance in (before, after)]
    return (
        Measured(calibration_error=error, log_loss=loss, promised=promised[0]),
        Measured(calibration_error=new_error, log_loss=new_loss, promised=promised[1]),
        gain,
    )
