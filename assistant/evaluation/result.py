"""What an evaluation finds, as `evaluation.json` holds it; shares and scores are from 0 to 1."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Estimate(_Part):
    """A number with its 95 % interval: bootstrap over prompts, or Clopper-Pearson for shares."""

    value: float
    low: float
    high: float


class Line(_Part):
    """One scorer on all judged drafts; None where the data cannot tell.

    `third` and `tenth` are AUROCs for finding the worst third and tenth of the drafts by judged
    score, `*_within` their means inside tasks. `apgr`, `skill`, `cpt50` and `cpt80` are means over
    drafting models; `ece` is over bins of equal mass.
    """

    name: str
    drafts: int
    third: Estimate | None
    third_within: Estimate | None
    tenth: Estimate | None
    tenth_within: Estimate | None
    apgr: Estimate | None
    skill: Estimate | None
    cpt50: Estimate | None
    cpt80: Estimate | None
    ece: Estimate
    ece_equal_width: Estimate
    brier: Estimate


class Group(_Part):
    """One task or one drafting model, scored out of fold by a model that saw others of it.

    `transferred` and `transferred_tenth` are the AUROCs of a model fitted without it, and
    `transferred_ece` that model's calibration error here.
    """

    name: str
    drafts: int
    bad_share: float
    mean_score: float
    third: Estimate | None
    tenth: Estimate | None
    ece: Estimate
    transferred: Estimate | None = None
    transferred_tenth: Estimate | None = None
    transferred_ece: Estimate | None = None


class Pair(_Part):
    """A drafting model with a large one over the prompts both answered.

    `known` is the APGR of escalating by the draft's own judged score.
    """

    small: str
    large: str
    prompts: int
    quality_small: float
    quality_large: float
    apgr: Estimate | None
    known: Estimate | None
    skill: Estimate | None
    cpt50: Estimate | None
    cpt80: Estimate | None


class LeftOut(_Part):
    """A pair without a gap to recover."""

    small: str
    large: str
    reason: str


class Curve(_Part):
    """PGR over escalation shares, mean over the pairs."""

    name: str
    shares: tuple[float, ...]
    recovered: tuple[float, ...]


class ReliabilityBin(_Part):
    """Drafts of similar score: the mean score promised, the share found acceptable."""

    lowest: float
    highest: float
    drafts: int
    promised: float
    found: Estimate


class RiskAt(_Part):
    """What accepting from a threshold up lets through; `risk` is None when nothing is accepted."""

    threshold: float
    accepted: int
    accepted_share: float
    bad: int
    risk: Estimate | None


class Planted(_Part):
    """Planted defects of a kind against acceptable drafts and excerpts; `all` is of all kinds."""

    kind: str
    examples: int
    auroc: Estimate | None


class Ablation(_Part):
    """A family of features: AUROC for the worst third without it, and with nothing else.

    `candidates` of its features are left out of the model; `added` is what the model reaches with them.
    """

    family: str
    features: int
    candidates: int
    added: Estimate | None
    added_within: Estimate | None
    without: Estimate | None
    without_within: Estimate | None
    alone: Estimate | None
    alone_within: Estimate | None


class Alarm(_Part):
    """How often a check failed on texts of a kind: `share` of those it applies to, None for none."""

    drafts: int
    applied: int
    failed: int
    share: Estimate | None
    share_of_all: float


class CheckAlarms(_Part):
    """A check on texts of large models, on acceptable drafts, and on drafts of the worst third."""

    check: str
    large: Alarm
    acceptable: Alarm
    unacceptable: Alarm


class Contribution(_Part):
    """A feature in a model of all rows.

    `weight` is in calibrated log-odds for each scale (spread) above the usual, `mean_absolute` what
    it moves the log-odds of a judged draft by on average, `applies` the share of drafts it says
    something about.
    """

    feature: str
    family: str
    weight: float
    mean_absolute: float
    applies: float


class Histogram(_Part):
    """Judged drafts by score, in bins as wide as `1 / len(acceptable)`."""

    acceptable: tuple[int, ...]
    unacceptable: tuple[int, ...]


class Data(_Part):
    """The judged drafts. A draft is in the worst third (tenth) at or below `bar_third` (`bar_tenth`)."""

    fingerprint: str
    rows: int
    prompts: int
    bar_third: float
    bar_tenth: float
    bad_third: int
    bad_tenth: int


class Provenance(_Part):
    """What was evaluated, and with what."""

    data_name: str
    artefact: str
    artefact_note: str
    features: int
    embeddings: bool
    resamples: int
    versions: dict[str, str]


class Evaluation(_Part):
    """Everything found; all but `contributions` is out of fold, folds grouped by prompt.

    `others` are scorers that came as they are, fitted to none of this data.
    """

    schema_version: Literal[1] = 1
    data: Data
    ours: Line
    transfer: tuple[Line, ...] = ()
    others: tuple[Line, ...] = ()
    baselines: tuple[Line, ...] = ()
    baselines_left_out: tuple[str, ...] = ()
    tasks: tuple[Group, ...]
    models: tuple[Group, ...]
    pairs: tuple[Pair, ...]
    pairs_left_out: tuple[LeftOut, ...]
    curves: tuple[Curve, ...]
    reliability: tuple[ReliabilityBin, ...]
    risk: tuple[RiskAt, ...]
    planted: tuple[Planted, ...]
    ablation: tuple[Ablation, ...] = ()
    checks: tuple[CheckAlarms, ...]
    contributions: tuple[Contribution, ...]
    histogram: Histogram
    provenance: Provenance | None = None
