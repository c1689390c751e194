"""What stands beside what: the neighbours of each atom, and which atoms hold for the whole text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from assistant.cache.wording.folded import Atom
from assistant.cache.wording.reading import Draft

_FREE: Final = frozenset({"tone", "length", "format", "measure"})
_BESIDE_FREE: Final = _FREE | {"document", "action", "quantifier", "degree"}
_MAIN_RELATIONS: Final = frozenset({"", "in", "into", "with", "as", "of"})
"""Relations of phrases that may tell of the text itself, not of its topic."""


def linked(drafts: Sequence[Draft]) -> tuple[Atom, ...]:
    """The atoms of `drafts` with their neighbours; one that holds for the whole text has none."""
    _set_free(drafts)
    bound = [place for place, atom in enumerate(drafts) if not atom.free and not atom.given]
    order = {place: rank for rank, place in enumerate(bound)}
    found: list[Atom] = []
    for place, draft in enumerate(drafts):
        rank = order.get(place)
        if rank is None:
            found.append(_apart(drafts, place))
            continue
        before = drafts[bound[rank - 1]] if rank else None
        after = drafts[bound[rank + 1]] if rank + 1 < len(bound) else None
        found.append(_beside(draft, before, after))
    return tuple(found)


def _apart(drafts: Sequence[Draft], place: int) -> Atom:
    """An atom without place, with what it is said of in its phrase."""
    draft = drafts[place]
    after = drafts[place + 1] if place + 1 < len(drafts) else None
    said_of = after.key if after is not None and after.phrase == draft.phrase else ""
    return _atom(draft, key=f"@{draft.key}" if draft.free else draft.key, following=said_of)


def _beside(draft: Draft, before: Draft | None, after: Draft | None) -> Atom:
    follows = before is not None and (before.clause == draft.clause or draft.relation == "that")
    leads = after is not None and (after.clause == draft.clause or after.relation == "that")
    previous = before.key if before is not None and follows else ""
    return _atom(
        draft,
        key=draft.key,
        previous=previous,
        following=after.key if after is not None and leads else "",
        last=after is None or after.phrase != draft.phrase,
        inner=before is not None and before.phrase == draft.phrase,
    )


def _atom(
    draft: Draft,
    *,
    key: str,
    following: str,
    previous: str = "",
    last: bool = False,
    inner: bool = False,
) -> Atom:
    return Atom(
        key=key,
        word=draft.word,
        cls=draft.cls,
        surface=draft.surface,
        relation=draft.relation,
        negated=draft.negated,
        past=draft.past,
        plural=draft.plural,
        given=draft.given,
        free=draft.free,
        inner=inner,
        last=last,
        previous=previous,
        following=following,
        listed=previous if draft.member else "",
    )


def _set_free(drafts: Sequence[Draft]) -> None:
    """Tells which atoms hold for the whole text."""
    phrases: dict[int, list[Draft]] = {}
    for draft in drafts:
        phrases.setdefault(draft.phrase, []).append(draft)
    whole = {phrase for phrase, members in phrases.items() if _all_of_text(members)}
    main = phrases.get(_main_phrase(phrases)) or _first_phrase(phrases)
    described = _described(main)
    units = Counter(draft.key.split()[-1] for draft in drafts if draft.cls == "measure")
    for draft in drafts:
        if draft.cls in _FREE:
            alone = draft.cls == "measure" and units[draft.key.split()[-1]] == 1
            draft.free = alone or draft.phrase in whole or id(draft) in described
    for degree, draft in pairwise(drafts):
        if degree.cls == "degree" and draft.free and draft.phrase == degree.phrase:
            # One thing is said of the text: "a bit dry, warm" is not "dry, a bit warm".
            draft.key = f"{degree.key} {draft.key}"
            draft.negated = draft.negated or degree.negated
            degree.given = True


def _all_of_text(members: Sequence[Draft]) -> bool:
    return all(draft.cls in _BESIDE_FREE or draft.given for draft in members)


def _main_phrase(phrases: dict[int, list[Draft]]) -> int:
    """The phrase that names the wanted text: the first with a document that is no topic."""
    named = [
        phrase
        for phrase, members in phrases.items()
        if members[0].relation in _MAIN_RELATIONS and any(_is_wanted(draft) for draft in members)
    ]
    plain = [phrase for phrase in named if phrases[phrase][0].relation in _TURNED]
    return (plain or named or [-1])[0]


_TURNED: Final = frozenset({"", "into"})
"""How the wanted text is bound: "write an email", "turn the notes into an email"."""


def _is_wanted(draft: Draft) -> bool:
    return draft.cls == "document" and not (draft.given or draft.negated)


def _first_phrase(phrases: dict[int, list[Draft]]) -> Sequence[Draft]:
    """The first phrase, where no document is named: "write an apologetic announcement"."""
    first = next(iter(phrases.values()), [])
    return first if first and not first[0].relation and first[-1].cls not in _FREE else []


def _described(members: Sequence[Draft]) -> set[int]:
    """Which members stand before the document of their phrase: "playful Facebook ad"."""
    documents = [place for place, draft in enumerate(members) if draft.cls == "document"]
    last = documents[-1] if documents else len(members) - 1
    return {id(draft) for draft in members[: max(last, 0)]}
