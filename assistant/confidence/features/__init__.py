"""Named numbers that a score is made of, each with a reason to be one."""

from __future__ import annotations

from assistant.confidence.features.agreement import AGREEMENT_FEATURES
from assistant.confidence.features.base import Feature
from assistant.confidence.features.breaks import BREAK_FEATURES
from assistant.confidence.features.checked import CHECK_FEATURES
from assistant.confidence.features.demand import DEMAND_FEATURES
from assistant.confidence.features.logprob import LOGPROB_FEATURES
from assistant.confidence.features.relation import RELATION_FEATURES
from assistant.confidence.features.request import REQUEST_FEATURES
from assistant.confidence.features.text import TEXT_FEATURES
from assistant.confidence.features.variety import VARIETY_FEATURES
from assistant.confidence.features.wording import WORDING_FEATURES

FEATURES: tuple[Feature, ...] = (
    CHECK_FEATURES
    + DEMAND_FEATURES
    + REQUEST_FEATURES
    + TEXT_FEATURES
    + VARIETY_FEATURES
    + WORDING_FEATURES
    + RELATION_FEATURES
    + BREAK_FEATURES
    + LOGPROB_FEATURES
    + AGREEMENT_FEATURES
)
"""Every feature, in the order of an artefact's weights. The data's task is none of them: a scorer
must not be a classifier of tasks, and a task the data lacks must not be at a loss."""

USED = tuple(place for place, feature in enumerate(FEATURES) if not feature.candidate)
"""Places of the features that a fit may use."""
