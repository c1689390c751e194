"""Telling stories of streamed requests, for every route of the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from assistant.errors import ContextTooLong, TierTimeout, TierUnavailable
from assistant.types import DraftRequest, Sampling
from support.streaming_story import BAD, GOOD, POOR, Call, Story, breaks, writes
from support.streaming_texts import ODD_BLOCKS, sentences

DRAFT: Final = sentences([9, 9, 9, 9], first=0)
LARGER: Final = sentences([9, 9, 9], first=1000)
LAST: Final = sentences([9, 9, 9], first=2000)

_DRAFTS: Final = (writes(" ".join(DRAFT)),)
_GOES_ON: Final = (writes(f" {' '.join(LARGER)}"),)
_ENDS: Final = (writes(" ".join(LAST)),)
_ODD: Final = "\n\n".join(ODD_BLOCKS)
_GONE: Final = TierUnavailable(tier="any", detail="gone")
_LATE: Final = TierTimeout(tier="any", after_s=1.0)
_TOO_LONG: Final = ContextTooLong(tier="any", context_tokens=10, prompt_tokens=20)
_IN_A_SEGMENT: Final = 22


def _dead(error: Exception = _GONE) -> tuple[Call, ...]:
    assert isinstance(error, TierUnavailable | TierTimeout | ContextTooLong)
    return (breaks(error),)


def _dies(text: str, *, after: int = _IN_A_SEGMENT) -> tuple[Call, ...]:
    return (breaks(_GONE, after=after, text=text),)


ANSWERED: Final[Mapping[str, Story]] = {
    "one tier": Story(calls=(_DRAFTS,)),
    "a good draft": Story(calls=(_DRAFTS, _GOES_ON)),
    "a takeover": Story(calls=(_DRAFTS, _GOES_ON), segments=(GOOD, BAD)),
    "two takeovers": Story(calls=(_DRAFTS, _GOES_ON, _ENDS), segments=(GOOD, BAD, GOOD, BAD)),
    "a whole draft below the bar": Story(calls=(_DRAFTS, _GOES_ON), wholes=(POOR, GOOD)),
    "all below the bar": Story(calls=(_DRAFTS, _GOES_ON), wholes=(POOR, BAD)),
    "a bad beginning": Story(calls=(_DRAFTS, _GOES_ON), segments=(BAD,)),
    "a bad beginning, repaired": Story(
        calls=(_DRAFTS, _GOES_ON), segments=(BAD,), escalate="repair"
    ),
    "a loop": Story(
        calls=((writes(f"{DRAFT[0]} {'and on the pier again ' * 60}"),), _GOES_ON), tokens=60
    ),
    "tried again": Story(calls=(_DRAFTS, _GOES_ON), segments=(BAD,), resample=True),
    "paragraphs": Story(
        calls=((writes("\n\n".join(DRAFT)),), _GOES_ON), gate="paragraphs", segments=(GOOD, BAD)
    ),
    "held back": Story(calls=(_DRAFTS, _GOES_ON), gate="whole", wholes=(POOR, GOOD)),
    "several texts at the end": Story(
        calls=(_DRAFTS, _GOES_ON), segments=(GOOD, BAD), larger_samples=2
    ),
    "dead before a word": Story(calls=(_dead(), _GOES_ON)),
    "no room for the prompt": Story(calls=(_dead(_TOO_LONG), _GOES_ON)),
    "dead in a segment": Story(calls=(_dies(" ".join(DRAFT)), _GOES_ON)),
    "dead at the takeover": Story(calls=((*_DRAFTS, *_ENDS), _dead(_LATE)), segments=(GOOD, BAD)),
    "dead within the takeover": Story(
        calls=((*_DRAFTS, *_ENDS), _dies(" ".join(LARGER), after=7)), segments=(GOOD, BAD)
    ),
    "all larger ones dead": Story(
        calls=((*_DRAFTS, *_ENDS), _dead(), _dead(_LATE)), segments=(GOOD, BAD)
    ),
    "all dead after a part": Story(
        calls=((*_dies(" ".join(DRAFT)), *_dead()), _dead(_LATE)),
    ),
    "one tier dead among its words": Story(calls=(_dies(" ".join(DRAFT), after=9),)),
    "an empty draft": Story(calls=((writes(""),), _GOES_ON), wholes=(BAD, GOOD)),
    "one token": Story(calls=((writes("\U0001f469\u200d\U0001f467", size=3),),)),
    "odd scripts": Story(calls=((writes(_ODD, size=1),), _GOES_ON), tokens=20),
    "odd scripts taken over": Story(
        calls=((writes(_ODD, size=2),), _GOES_ON), segments=(GOOD,) * 4 + (BAD,)
    ),
    "odd scripts word by word": Story(calls=((writes(_ODD, size=1),),)),
    "a long text": Story(calls=((writes(" ".join(sentences([20] * 15, first=0))),),)),
}
"""What is answered on every route, one way or another."""

BOUNDED: Final[Mapping[str, Story]] = {
    "a stop string on the seam": Story(
        calls=(_DRAFTS, _GOES_ON),
        segments=(GOOD, BAD),
        request=DraftRequest(
            instruction="-", sampling=Sampling(stop=(f"{DRAFT[0][-4:]} {LARGER[0][:3]}",))
        ),
    ),
    "a stop string that never comes": Story(
        calls=(_DRAFTS, _GOES_ON),
        segments=(GOOD, BAD),
        request=DraftRequest(instruction="-", sampling=Sampling(stop=(". X",))),
    ),
    "a limit within the takeover": Story(
        calls=(_DRAFTS, _GOES_ON),
        segments=(GOOD, BAD),
        request=DraftRequest(instruction="-", sampling=Sampling(max_tokens=24)),
    ),
}
"""What a client of OpenAI's routes may bound."""
