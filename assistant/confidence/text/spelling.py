"""How far two words are apart in letters."""

from __future__ import annotations


def distance(first: str, second: str, *, most: int) -> int:
    """Edits (insert, drop, replace, swap two neighbours) between two words, `most + 1` if more.

    The restricted Damerau-Levenshtein distance (Boytsov 2011, "Indexing methods for approximate
    dictionary searching").
    """
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    previous = list(range(len(second) + 1))
    for row, letter in enumerate(first, start=1):
        current = [row]
        for column, other in enumerate(second, start=1):
            cost = min(
                previous[column] + 1,
                current[column - 1] + 1,
                previous[column - 1] + (letter != other),
            )
            if row > 1 and column > 1 and letter == second[column - 2] and first[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return most + 1
        before, previous = previous, current
    return min(previous[-1], most + 1)
