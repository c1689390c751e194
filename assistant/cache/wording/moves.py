"""Whether two requests say the same things in the same order, whole phrases moved at most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from assistant.cache.wording.folded import Sign
from assistant.cache.wording.language import Language
from assistant.cache.wording.pairing import DOCUMENT, common, paired
from assistant.cache.wording.reading import PASSIVE
from assistant.cache.wording.verdict import Reason


def moved(
    stored: Sequence[Sign],
    asked: Sequence[Sign],
    renamed: Mapping[str, str],
    language: Language,
) -> Reason | None:
    """Why `asked` does not say the same as `stored` with whole phrases moved at most."""
    here, there = common(stored, renamed), common(asked, renamed)
    partners = paired(here, there)
    if partners is None:
        return "word"
    if not _bound_alike(here, there, partners, language):
        return "role"
    failed = (reason for differs, reason in _CHECKS if differs(here, there, partners))
    return next(failed, None)


def _pairs(
    here: Sequence[Sign], there: Sequence[Sign], partners: Sequence[int]
) -> Iterator[tuple[Sign, Sign]]:
    return ((here[partner], sign) for partner, sign in zip(partners, there, strict=True))


def _acts_otherwise(here: Sequence[Sign], there: Sequence[Sign], partners: Sequence[int]) -> bool:
    """Whether another person does the same; a request may leave unsaid who does it."""
    ours, theirs = {sign.actor for sign in here} - {""}, {sign.actor for sign in there} - {""}
    if ours != theirs and (ours & _SPEAKERS != theirs & _SPEAKERS or ours & theirs - _SPEAKERS):
        return True
    actors = ((one.actor, other.actor) for one, other in _pairs(here, there, partners))
    return any(one != other and one and other for one, other in actors)


_SPEAKERS: Final = frozenset({"i>", "we>", "you>"})


def _labelled_otherwise(
    here: Sequence[Sign], there: Sequence[Sign], partners: Sequence[int]
) -> bool:
    """Whether something stands behind another label of those that both requests have."""
    shared = {sign.label for sign in here} & {sign.label for sign in there} - {""}
    labels = ((one.label, other.label) for one, other in _pairs(here, there, partners))
    return any(one != other and shared.issuperset((one, other)) for one, other in labels)


def _bound_alike(
    here: Sequence[Sign], there: Sequence[Sign], partners: Sequence[int], language: Language
) -> bool:
    for place, sign in enumerate(there):
        like = here[partners[place]]
        if sign.negated != like.negated or _inflected_otherwise(like, sign):
            return False
        if sign.relation == like.relation or not (sign.first or like.first):
            continue
        before = there[place - 1] if place else sign
        behind = here[partners[place] - 1] if partners[place] else like
        governed = "" in {sign.relation, like.relation} and before.key == behind.key
        if not (_fits(like, sign, language) or (governed and before.word != behind.word)):
            return False
    return True


def _inflected_otherwise(one: Sign, other: Sign) -> bool:
    """Whether the two tell of different times."""
    past = one.past != other.past or (one.form == _PAST) != (other.form == _PAST)
    if past and one.word == other.word and one.cls != "action":
        return True
    if one.tense == other.tense:
        return False
    tenses = {one.tense, other.tense}
    if tenses <= {"", "+present"}:
        return False
    return not (one.form == other.form == _PAST and tenses == {"", PASSIVE})


_PAST: Final = "ed"


def _fits(one: Sign, other: Sign, language: Language) -> bool:
    """Whether what binds the two may stand for one another."""
    both = {one.relation, other.relation} - {"that"}
    if both <= {""} or (both == {"about", "on"} and DOCUMENT in {one.held, other.held}):
        return True
    if "" not in both:
        return False
    bound, loose = (one, other) if one.relation not in {"", "that"} else (other, one)
    return _unbound(bound.relation, language) and (loose.opens or loose.cls in _MOMENTS)


def _unbound(relation: str, language: Language) -> bool:
    rows = language.grammar.compatible.things
    return any(relation in row and "in" in row for row in rows)


_MOMENTS: Final = frozenset({"date", "time"})


def _torn(here: Sequence[Sign], there: Sequence[Sign], partners: Sequence[int]) -> bool:
    """Whether something was put into or taken out of a phrase."""
    for place in range(1, len(there)):
        if partners[place] != partners[place - 1] + 1 and not _begins(there, place):
            return True
    order = {partner: place for place, partner in enumerate(partners)}
    return any(
        order[place] != order[place - 1] + 1 and not _begins(here, place)
        for place in range(1, len(here))
    )


def _begins(signs: Sequence[Sign], place: int) -> bool:
    """Whether a phrase that may stand elsewhere, or a part of a clause, begins at a place."""
    return signs[place].opens or _whole(signs, place)


def _exchanged(here: Sequence[Sign], there: Sequence[Sign], partners: Sequence[int]) -> bool:
    """Whether two phrases that are no whole parts stand in each other's place."""
    starts = [n for n, at in enumerate(partners) if n == 0 or at != partners[n - 1] + 1]
    order = sorted(starts, key=lambda start: partners[start])
    ranks = {start: rank for rank, start in enumerate(order)}
    runs = [ranks[start] for start in starts]
    whole = [_whole(there, start) or _whole(here, partners[start]) for start in starts]
    return any(
        rank > place + 1
        and runs[rank] == place
        and runs[place + 1 : rank] == list(range(place + 1, rank))
        and not (whole[place] and whole[rank])
        for place, rank in enumerate(runs)
    )


def _whole(signs: Sequence[Sign], place: int) -> bool:
    return place == 0 or signs[place].part != signs[place - 1].part


def _hung_otherwise(here: Sequence[Sign], there: Sequence[Sign], partners: Sequence[int]) -> bool:
    """Whether a bound phrase hangs on something else."""
    ours, theirs = _hooks(here), _hooks(there)
    return any(
        ours[partner] != hook and ours[partner] and hook
        for partner, hook in zip(partners, theirs, strict=True)
    )


def _hooks(signs: Sequence[Sign]) -> list[str]:
    """For each sign what its phrase hangs on; empty for none, or one that comes later."""
    found: list[str] = []
    hook, own, part = "", "", -1
    for place, sign in enumerate(signs):
        if sign.part != part:
            hook, part = "", sign.part
            own = ""
        elif sign.first:
            own = signs[place - 1].key if sign.relation == _CLAUSE else hook
        if sign.first and not sign.relation and (sign.cls or sign.word):
            hook = sign.key
        found.append(own if sign.relation else "")
    return found


_CLAUSE: Final = "that"


_Check: TypeAlias = Callable[[Sequence[Sign], Sequence[Sign], Sequence[int]], bool]
_CHECKS: Final[tuple[tuple[_Check, Reason], ...]] = (
    (_acts_otherwise, "person"),
    (_labelled_otherwise, "role"),
    (_exchanged, "order"),
    (_torn, "order"),
    (_hung_otherwise, "order"),
)
