"""Watches the drafts that are judged, and says when they no longer are like the calibration's."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from threading import Lock

from assistant.confidence.artefact import Bins, Reference
from assistant.confidence.drift import LEAST_DRAFTS, Drift, Level, bin_of, level_of, psi
from assistant.telemetry import get_logger
from assistant.types import Score

BLOCK_DRAFTS = 200
"""Drafts counted together; the window forgets a block at a time."""

BLOCKS = 10
"""Blocks in the window: 2,000 drafts show a shift of a few hundredths and are soon replaced."""

_LOOK_EVERY = 50
"""Drafts between two looks: the indices take about a millisecond, and move little by one draft."""

_EASING = 0.8
"""A level is left only well below its limit, or an index that trembles there would be told daily."""

_RANK: dict[Level, int] = {"steady": 0, "watch": 1, "act": 2}

_log = get_logger("confidence")


class DriftMonitor:
    """Histograms of the latest drafts: counts alone, whose size does not grow with the traffic.

    Thread safe. Without a reference it watches nothing.
    """

    def __init__(
        self,
        reference: Reference | None = None,
        *,
        block_drafts: int = BLOCK_DRAFTS,
        blocks: int = BLOCKS,
    ) -> None:
        """Watches for `reference`; the window is the last `blocks` blocks, the newest one growing."""
        self._reference = reference
        self._block_drafts = block_drafts
        self._lock = Lock()
        self._score = _Histogram(reference.score, blocks) if reference else None
        self._features = {
            name: _Histogram(bins, blocks)
            for name, bins in (reference.features if reference else {}).items()
        }
        self._blocks: deque[int] = deque([0], maxlen=blocks)
        self._since_look = 0
        self._level: Level = "steady"

    @property
    def watches(self) -> bool:
        """Whether the artefact says what its calibration drafts were like."""
        return self._reference is not None

    @property
    def level(self) -> Level:
        """As of the latest look; `act` means that thresholds with a stated risk may not hold."""
        return self._level

    def observe(self, score: Score) -> None:
        """Takes in a draft as it was scored; logs once when the drafts cross a limit."""
        if self._score is None:
            return
        with self._lock:
            self._count(self._score, score)
            self._since_look += 1
            look = self._since_look >= _LOOK_EVERY and self._drafts >= LEAST_DRAFTS
            if look:
                self._since_look = 0
        drift = self.drift() if look else None
        if drift is not None:
            self._tell(drift)

    def drift(self) -> Drift | None:
        """The indices of the window; None before `LEAST_DRAFTS` drafts or without a reference.

        A feature is told once as many drafts had it: those scored without vectors lack some.
        """
        reference, score = self._reference, self._score
        if reference is None or score is None:
            return None
        with self._lock:
            drafts = self._drafts
            if drafts < LEAST_DRAFTS:
                return None
            size = reference.drafts
            return Drift(
                drafts=drafts,
                score=score.psi(size),
                features={
                    name: one.psi(size)
                    for name, one in self._features.items()
                    if one.drafts >= LEAST_DRAFTS
                },
            )

    @property
    def _drafts(self) -> int:
        return sum(self._blocks)

    def _count(self, histogram: _Histogram, score: Score) -> None:
        if self._blocks[-1] >= self._block_drafts:
            self._blocks.append(0)
            for every in self._histograms():
                every.begin_block()
        self._blocks[-1] += 1
        histogram.add(score.value)
        for name, value in score.features:
            known = self._features.get(name)
            if known is not None:
                known.add(value)

    def _histograms(self) -> Iterator[_Histogram]:
        if self._score is not None:
            yield self._score
        yield from self._features.values()

    def _tell(self, drift: Drift) -> None:
        with self._lock:
            before = self._level
            now = level_of(drift)
            if _RANK[now] < _RANK[before]:
                # Eased limits keep a level, they never raise one.
                now = min(level_of(drift, easing=_EASING), before, key=_RANK.__getitem__)
            self._level = now
        if _RANK[now] <= _RANK[before]:
            return
        facts = {"drafts": drift.drafts, "score_psi": round(drift.score, 3), "most": drift.most}
        if now == "act":
            _log.warning("drift.crossed", detail=drift.sentence, **facts)
        else:
            _log.info("drift.begun", **facts)


class _Histogram:
    """Counts of one number over the window, in a ring of blocks."""

    __slots__ = ("_bins", "_blocks", "_newest", "_total")

    def __init__(self, bins: Bins, blocks: int) -> None:
        self._bins = bins
        self._total = [0] * len(bins.shares)
        self._newest = [0] * len(bins.shares)
        self._blocks: deque[list[int]] = deque([self._newest], maxlen=blocks)

    @property
    def drafts(self) -> int:
        return sum(self._total)

    def add(self, value: float) -> None:
        at = bin_of(self._bins, value)
        self._newest[at] += 1
        self._total[at] += 1

    def begin_block(self) -> None:
        if len(self._blocks) == self._blocks.maxlen:
            oldest = self._blocks[0]
            self._total = [every - old for every, old in zip(self._total, oldest, strict=True)]
        self._newest = [0] * len(self._bins.shares)
        self._blocks.append(self._newest)

    def psi(self, reference_drafts: int) -> float:
        return psi(self._bins, self._total, reference_drafts=reference_drafts)
