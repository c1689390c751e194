"""A draft's id, under which its record is found, as each protocol shows it."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from fastapi import Path
from pydantic import AfterValidator

CHAT_PREFIX: Final = "chatcmpl-"
COMPLETION_PREFIX: Final = "cmpl-"


def _bare(shown: str) -> str:
    return shown.removeprefix(CHAT_PREFIX).removeprefix(COMPLETION_PREFIX)


DraftId: TypeAlias = Annotated[
    str,
    Path(description="The id of the draft, or of the completion that it came as."),
    AfterValidator(_bare),
]
"""In a path; it comes without what a protocol puts before it."""
