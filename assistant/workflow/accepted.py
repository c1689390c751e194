"""What the reader of a stream has been promised: the beginning of an answer that is never taken back. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.types import SegmentAccepted, TokenLogprob
from assistant.workflow.segments import Outlet, Seam


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The accepted beginning of an answer, written by one tier or several.

    `text` does not end with blank, and begins with one only after a beginning of the client's own. `sent`
    is the part of it that was told as deltas: all but what may be the beginning of a stop string. `gap` is
    the blank that a deferred draft had after it. `tokens` are those of the tiers that wrote it, and
    `segments` counts those that were judged.
    `untold` are those of them whose end was not sent yet.
    """

    text: str = ""
    sent: str = ""
    gap: str = ""
    tokens: int = 0
    logprobs: tuple[TokenLogprob, ...] = ()
    segments: int = 0
    untold: tuple[SegmentAccepted, ...] = ()


def continued(
    accepted: Accepted, written: str, *, opening: str, stops: tuple[str, ...]
) -> tuple[str, bool]:
    """The accepted beginning and what another tier wrote after it, as one text; whether a stop string ended it.

    `opening` stands before both in the same text: a beginning of the client's own.
    """
    seam = Seam(before=opening + accepted.text, gap=accepted.gap)
    return closed(accepted, seam.feed(written) + seam.finish(), stops=stops)


def closed(accepted: Accepted, rest: str, *, stops: tuple[str, ...]) -> tuple[str, bool]:
    """The whole text that ends with `rest`, cut where a stop string over both begins; whether one did."""
    outlet = Outlet(stops, before=accepted.text)
    text = accepted.sent + (outlet.write(rest) + outlet.finish()).rstrip()
    return text, outlet.stopped
