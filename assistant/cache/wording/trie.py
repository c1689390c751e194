"""Longest match of phrases over words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

Value = TypeVar("Value")


class _Node(Generic[Value]):
    __slots__ = ("children", "value")

    def __init__(self) -> None:
        self.children: dict[str, _Node[Value]] | None = None
        self.value: Value | None = None


class Trie(Generic[Value]):
    """Phrases with a value each; the first value given to a phrase stays."""

    __slots__ = ("_first",)

    def __init__(self) -> None:
        self._first: dict[str, _Node[Value]] = {}

    def add(self, phrase: Iterable[str], value: Value) -> None:
        """Lets `phrase`, of a word at least, stand for `value`."""
        children = self._first
        node: _Node[Value] | None = None
        for word in phrase:
            if node is not None:
                if node.children is None:
                    node.children = {}
                children = node.children
            node = children.get(word)
            if node is None:
                node = children[word] = _Node()
        if node is not None and node.value is None:
            node.value = value

    def firsts(self) -> Iterable[str]:
        """The words that phrases begin with."""
        return self._first.keys()

    def longest(self, words: Sequence[str], start: int) -> tuple[int, Value] | None:
        """End and value of the longest phrase that begins at `start`, None if there is none."""
        children: dict[str, _Node[Value]] | None = self._first
        found: tuple[int, Value] | None = None
        for position in range(start, len(words)):
            node = children.get(words[position]) if children is not None else None
            if node is None:
                break
            if node.value is not None:
                found = (position + 1, node.value)
            children = node.children
        return found
