"""Named numbers that a score is made of, each with a reason to be one."""

from __future__ import annotations

from assistant.confidence.features.base import Feature
from assistant.confidence.features.checked import CHECK_FEATURES
from assistant.confidence.features.demand import DEMAND_FEATURES
from assistant.confidence.features.relation import RELATION_FEATURES
from assistant.confidence.features.text import TEXT_FEATURES

FEATURES: tuple[Feature, ...] = CHECK_FEATURES + DEMAND_FEATURES + TEXT_FEATURES + RELATION_FEATURES
"""Every feature, in the order of an artefact's weights. The data's task is none of them: a scorer
must not be a classifier of tasks, and a task the data lacks must not be at a loss."""
