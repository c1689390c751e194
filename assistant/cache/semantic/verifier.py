"""The verifier over stored instructions: what it said, by reason, and the instructions it read before."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final

from anyio import to_thread

from assistant.cache.store.values import StoredEntry
from assistant.cache.wording import Comparison, Different, Folded, fold, verify

REMEMBERED: Final = 512
"""Stored instructions kept as folded: folding takes longer than comparing."""

WEAK: Final = "weak"
"""Reason of a rejection where both ask for the same, by steps that are not trusted here."""


class Verifier:
    """Compares a request with stored ones, pair by pair."""

    def __init__(self) -> None:
        """Has rejected nothing yet."""
        self._folded: OrderedDict[tuple[str, str], Folded | None] = OrderedDict()
        self._rejections: Counter[str] = Counter()

    @property
    def rejections(self) -> Mapping[str, int]:
        """How many pairs were rejected so far, by reason."""
        return dict(self._rejections)

    async def compare(
        self, asked: Folded, stored: Sequence[StoredEntry], *, least: float
    ) -> Sequence[bool]:
        """For each stored one whether it asks for the same text with at least that strength."""
        known = [self._folded.get((entry.partition, entry.id)) for entry in stored]
        verdicts = await to_thread.run_sync(_compare, asked, stored, known)
        for entry, (folded, _) in zip(stored, verdicts, strict=True):
            self._remember(entry, folded)
        return [self._is_same(verdict, least) for _, verdict in verdicts]

    def _is_same(self, verdict: Comparison, least: float) -> bool:
        if isinstance(verdict, Different):
            self._rejections[verdict.reason] += 1
            return False
        if verdict.strength < least:
            self._rejections[WEAK] += 1
            return False
        return True

    def _remember(self, entry: StoredEntry, folded: Folded | None) -> None:
        self._folded[entry.partition, entry.id] = folded
        self._folded.move_to_end((entry.partition, entry.id))
        while len(self._folded) > REMEMBERED:
            self._folded.popitem(last=False)


def _compare(
    asked: Folded, stored: Sequence[StoredEntry], known: Sequence[Folded | None]
) -> list[tuple[Folded | None, Comparison]]:
    """Runs in a worker thread."""
    found: list[tuple[Folded | None, Comparison]] = []
    for entry, before in zip(stored, known, strict=True):
        folded = before or fold(entry.instruction, language=asked.language)
        # It was folded when it was stored; another version of this program may have done that.
        verdict = Different(reason="unknown") if folded is None else verify(folded, asked)
        found.append((folded, verdict))
    return found
