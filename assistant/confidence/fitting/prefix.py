"""Fits the head that judges beginnings: out of fold first, to know how it holds, then on everything."""

from __future__ import annotations

import numpy as np

from assistant.confidence.artefact import Artefact, Head, Prefix
from assistant.confidence.features import FEATURES
from assistant.confidence.fitting.additive import fit_additive
from assistant.confidence.fitting.beginnings import Beginnings
from assistant.confidence.fitting.calibrate import fit_bend
from assistant.confidence.fitting.prior_platt import calibrated_as
from assistant.confidence.linear import Bend, Floats

PREFIX_COLUMNS = [
    place for place, feature in enumerate(FEATURES) if feature.on_prefix and not feature.candidate
]
"""Places of the features that a beginning is judged by."""


def fit_prefix_head(rows: Beginnings) -> tuple[Head, Floats]:
    """The head, fitted to all rows, and held-out probabilities of every row, shape (rows,).

    Those are by heads and calibrations that saw no draft of the same prompt: that the whole draft is
    acceptable.
    """
    logits = np.empty(len(rows.values))
    for fold in np.unique(rows.folds):
        outside = rows.folds == fold
        logits[outside] = fit_additive(rows.learn(rows.taught & ~outside), PREFIX_COLUMNS).logits(
            rows.values[outside]
        )
    model = fit_additive(rows.learn(rows.taught), PREFIX_COLUMNS)
    known = rows.taught & rows.natural
    head = Head(
        curves=model.curves,
        intercept=model.intercept,
        bend=fit_bend(logits[known], rows.acceptable[known]),
        slope=1.0,
        offset=0.0,
    )
    return head, held_out_chances(rows, logits)


def held_out_chances(rows: Beginnings, logits: Floats) -> Floats:
    """Probabilities from held-out log-odds of beginnings, calibrated on beginnings of other prompts."""
    log_odds = np.empty(len(logits))
    for fold in np.unique(rows.folds):
        outside = rows.folds == fold
        known = rows.taught & rows.natural & ~outside
        log_odds[outside] = Bend(fit_bend(logits[known], rows.acceptable[known])).at(
            logits[outside]
        )
    result: Floats = 0.5 * (1 + np.tanh(log_odds / 2))
    return result


def with_prefix(artefact: Artefact, prefix: Prefix) -> Artefact:
    """The artefact with this head for beginnings, sealed; everything else stays as it was.

    Where the text head was calibrated anew, so is this one: what own traffic taught of whole drafts
    holds for their beginnings.
    """
    head = calibrated_as(prefix.head, artefact.text)
    return artefact.model_copy(update={"prefix": prefix.model_copy(update={"head": head})}).sealed()
