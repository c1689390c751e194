"""The places where a text may be cut, as they become known."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.workflow.segments.characters import Strength


@dataclass(slots=True)
class Place:
    """A place between two characters, told by the number of characters before it."""

    at: int
    strength: Strength


class Places:
    """Places not passed yet, in order."""

    def __init__(self) -> None:
        self._places: list[Place] = []

    def add(self, at: int, strength: Strength) -> None:
        """A further place, behind all others or once more the last one, the better one counting."""
        if self._places and self._places[-1].at == at:
            self._places[-1].strength = max(self._places[-1].strength, strength)
        else:
            self._places.append(Place(at, strength))

    def spoil(self, start: int, *, hard: bool) -> None:
        """Places behind `start` lie within a span: unfit if it is `hard`, else only when it is late."""
        if hard:
            while self._places and self._places[-1].at > start:
                self._places.pop()
            return
        for place in reversed(self._places):
            if place.at <= start:
                return
            place.strength = min(place.strength, Strength.LOOSE)

    def first(self, least: Strength, *, since: float, until: float) -> int | None:
        """The first place at least this good within these bounds."""
        return next(
            (
                place.at
                for place in self._places
                if since <= place.at <= until and place.strength >= least
            ),
            None,
        )

    def best(self, *, since: float, until: float) -> int | None:
        """The best place within these bounds, the last of equals."""
        found = [place for place in self._places if since <= place.at <= until]
        return max(found, key=lambda place: (place.strength, place.at)).at if found else None

    def pass_by(self, at: int, *, late_at: float) -> None:
        """Forgets the places up to this one, and clusters before it is late again."""
        self._places = [
            place
            for place in self._places
            if place.at > at and (place.strength is not Strength.GRAPHEME or place.at >= late_at)
        ]
