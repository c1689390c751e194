"""The fitted file a scorer works from: weights, calibration, where they come from, how they hold."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import ArtefactError
from assistant.types import Task

DEFAULT = "default"
"""Name of the artefact shipped with the library."""

SCHEMA_VERSION: Final = 2
"""Format of the file: since 2 a feature adds by a curve, in 1 it had a weight."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Curve(_Part):
    """What one feature adds to the log-odds: straight lines between `points`, flat outside them.

    A point is (value, log-odds); values ascend. At the `usual` value of acceptable drafts the curve
    is 0.
    """

    feature: str
    usual: float
    points: tuple[tuple[float, float], ...]


class TaskCalibration(_Part):
    """Calibration of one task (in our words), where there were enough drafts of it."""

    task: Task
    slope: float
    offset: float


class Head(_Part):
    """An additive logistic model with its calibration.

    Log-odds are the intercept and all parts, read off the monotone line `bend` (points of raw and honest
    log-odds, going on straight beyond them; none: taken as they are). Calibrated log-odds are
    `slope * log_odds + offset` (Platt), for a task listed in `tasks` with its own two numbers.
    """

    curves: tuple[Curve, ...]
    intercept: float
    bend: tuple[tuple[float, float], ...] = ()
    slope: float
    offset: float
    tasks: tuple[TaskCalibration, ...] = ()


class ScoreCounts(_Part):
    """Calibration drafts by their held-out score, for choosing thresholds with a bound on the risk.

    `task` is one of ours, or None for all together. A cell `(hundredths, drafts, bad)` counts drafts
    with `floor(100 * score) == hundredths`, and those among them that were not acceptable; empty
    cells are left out. `prompts` is the number of different prompts behind them, where some have more
    drafts than others the number they are worth (Kish).
    """

    task: Task | None
    prompts: int
    cells: tuple[tuple[int, int, int], ...]


class Bins(_Part):
    """A histogram to compare later traffic with.

    `shares[i]` lies at or below `edges[i]` and above the edge before; the next to last share lies
    above all edges, and the last is of drafts where the feature does not apply (NaN).
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]


class Reference(_Part):
    """How score and features were spread over the calibration drafts."""

    drafts: int
    score: Bins
    features: dict[str, Bins]


class HeadMetrics(_Part):
    """Out of fold on judged drafts, folds grouped by prompt, calibration fitted outside the fold.

    AUROC is for finding drafts that are not acceptable; `by_task` holds it inside each task and
    `within_task` their mean; `drafting_models` is over models below 10 billion parameters.
    `planted` is, for each planted defect, its AUROC against acceptable drafts. `intervals` are 95 %
    bootstrap intervals over prompts, by the name of the number.
    """

    auroc: float
    within_task: float
    by_task: dict[str, float]
    drafting_models: float | None
    calibration_error: float
    planted: dict[str, float]
    intervals: dict[str, tuple[float, float]] = {}


class Stage(_Part):
    """How a head holds on beginnings of one `extent`: a share of the draft, or a number of words.

    As in `HeadMetrics`; the label of a beginning is that of its whole draft. `within_task` is None where
    no task has drafts of both kinds.
    """

    extent: float
    drafts: int
    auroc: float
    within_task: float | None
    calibration_error: float
    intervals: dict[str, tuple[float, float]] = {}


class PrefixHeldOut(_Part):
    """Held-out metrics by share of the draft seen, and by words seen."""

    shares: tuple[Stage, ...]
    words: tuple[Stage, ...]


class Prefix(_Part):
    """What judges beginnings of drafts while they are written.

    The bar for a beginning lies `allowance` below that for a whole draft. It was chosen at the bar
    `allowance_bar`: a draft is judged so often that its lowest score is far below its last one.
    """

    head: Head
    allowance: float
    allowance_bar: float
    held_out: PrefixHeldOut


class Baselines(_Part):
    """What simpler scorers reach on the same folds."""

    length_auroc: float
    length_within_task: float
    length_calibration_error: float
    task_mean_auroc: float
    task_mean_calibration_error: float


class HeldOut(_Part):
    """Held-out metrics of both heads and of the baselines."""

    full: HeadMetrics
    text: HeadMetrics
    baselines: Baselines


class Origin(_Part):
    """What the fit saw. `data_fingerprint` is SHA-256 over the rows in any order."""

    source: str
    licence: str
    data_fingerprint: str
    rows: int
    prompts: int
    excerpts: int
    planted: int
    label: str
    bar: float
    weighting: str


class Artefact(_Part):
    """Everything fitted. The `text` head serves while no vectors can be computed.

    `prefix` judges beginnings; an artefact may have none.
    """

    schema_version: Literal[2] = SCHEMA_VERSION
    embedder: str
    origin: Origin
    full: Head
    text: Head
    prefix: Prefix | None = None
    held_out: HeldOut
    counts: tuple[ScoreCounts, ...] = ()
    reference: Reference | None = None
    fingerprint: str = ""

    def content_fingerprint(self) -> str:
        """SHA-256 over all but the fingerprint itself, first 16 hex digits."""
        content = self.model_dump_json(exclude={"fingerprint"} | self._absent())
        return sha256(content.encode()).hexdigest()[:16]

    def sealed(self) -> Artefact:
        """The same artefact with its fingerprint filled in."""
        return self.model_copy(update={"fingerprint": self.content_fingerprint()})

    def dump(self) -> str:
        """The file's content; equal artefacts give equal bytes."""
        return self.model_dump_json(indent=2, exclude=self._absent()) + "\n"

    def _absent(self) -> set[str]:
        """Parts that a file without them does not name, so that older ones keep their fingerprint."""
        return {"prefix"} if self.prefix is None else set()


def load_artefact(name_or_path: str = DEFAULT) -> Artefact:
    """The shipped artefact of that name, or the one in that file.

    Raises:
        ArtefactError: it is missing, not an artefact, or was edited after fitting.
    """
    text = _read(name_or_path)
    try:
        artefact = Artefact.model_validate_json(text)
    except ValidationError as error:
        message = (
            f"confidence artefact {name_or_path!r}: {_problem(error)};"
            " fit it again with `inkladder confidence fit`"
        )
        raise ArtefactError(message) from None
    found = artefact.content_fingerprint()
    if artefact.fingerprint != found:
        message = (
            f"confidence artefact {name_or_path!r}: content has fingerprint {found!r}, the file says"
            f" {artefact.fingerprint!r}; restore the file or fit it again with `inkladder confidence fit`"
        )
        raise ArtefactError(message)
    return artefact


def _problem(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    if first["loc"] == ("schema_version",):
        return (
            f"schema_version: the file says {first['input']!r}, this version of the library reads"
            f" {SCHEMA_VERSION}"
        )
    where = ".".join(map(str, first["loc"])) or "file"
    return f"{where}: {first['msg']}"


def _read(name_or_path: str) -> str:
    shipped = resources.files("assistant.confidence") / "artefacts" / f"{name_or_path}.json"
    is_name = name_or_path.isidentifier()
    read: Callable[[], str] = (
        shipped.read_text if is_name and shipped.is_file() else Path(name_or_path).read_text
    )
    try:
        return read()
    except (OSError, UnicodeDecodeError) as error:
        message = (
            f"confidence artefact {name_or_path!r} cannot be read ({type(error).__name__});"
            f" name {DEFAULT!r} or a file written by `inkladder confidence fit`"
        )
        raise ArtefactError(message) from error
