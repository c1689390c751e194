"""The reference to a stored answer that a hit carries and a decision record keeps. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Self, cast

from assistant.types import CacheLevel

_FORM: Final = re.compile(
    r"(?P<level>exact|canonical|semantic):(?P<partition>[0-9a-f]{32}):(?P<exact>[0-9a-f]{32})"
    r":(?P<id>[A-Za-z0-9_-]{1,64}):(?P<shared>(?:[0-9a-f]{32})?):(?P<task>[a-z]*):(?P<language>[a-z-]*)"
    r":(?P<text>(?:[0-9a-f]{32})?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRef:
    """Who was served what, and how it was found.

    `partition` is the asker's own and `exact` what was asked there; `shared` is the partition that holds
    the entry where it is not that one, else empty. `task` and `language` name the stratum of a
    semantic hit and are empty for others. `text` is the digest of the text, by which it is refused even
    where the entry is gone.
    """

    level: CacheLevel
    partition: str
    exact: str
    id: str
    shared: str = ""
    task: str = ""
    language: str = ""
    text: str = ""

    @property
    def held(self) -> str:
        """The partition that holds the entry."""
        return self.shared or self.partition

    def to(self, entry_id: str, text: str) -> EntryRef:
        """The same for another entry, of that text."""
        return replace(self, id=entry_id, text=text)

    def __str__(self) -> str:
        """The form it is kept in."""
        parts = (
            self.level,
            self.partition,
            self.exact,
            self.id,
            self.shared,
            self.task,
            self.language,
            self.text,
        )
        return ":".join(parts)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The reference of that form; None for anything else."""
        match = _FORM.fullmatch(text)
        if match is None:
            return None
        return cls(
            level=cast("CacheLevel", match["level"]),
            partition=match["partition"],
            exact=match["exact"],
            id=match["id"],
            shared=match["shared"],
            task=match["task"],
            language=match["language"],
            text=match["text"],
        )
