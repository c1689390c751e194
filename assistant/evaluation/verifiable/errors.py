"""Plants mistakes of grammar and spelling in clean sentences, so that putting them right can be verified."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A pattern in clean text, and what a hasty writer puts in its place."""

    right: re.Pattern[str]
    wrong: str


def _mistake(right: str, wrong: str) -> Mistake:
    return Mistake(right=re.compile(right), wrong=wrong)


_MISTAKES = (
    _mistake(r"\bare\b", "is"),
    _mistake(r"\bhas decided\b", "have decided"),
    _mistake(r"\bhas lived\b", "have lived"),
    _mistake(r"\bhas (?=\d)", "have "),
    _mistake(r"\bsells\b", "sell"),
    _mistake(r"\bworks\b", "work"),
    _mistake(r"\bstarts\b", "start"),
    _mistake(r"\bcosts\b", "cost"),
    _mistake(r"\bleaves\b", "leave"),
    _mistake(r"\btakes\b", "take"),
    _mistake(r"\bloves\b", "love"),
    _mistake(r"\benjoys\b", "enjoy"),
    _mistake(r"\bbegins\b", "begin"),
    _mistake(r"\bis known\b", "are known"),
    _mistake(r"\bpeople\b", "poeple"),
    _mistake(r"\bexpected\b", "expcted"),
    _mistake(r"\bticket\b", "tiket"),
    _mistake(r"\bcouncil\b", "concil"),
    _mistake(r"\beverything\b", "everthing"),
    _mistake(r"\bjourney\b", "jurney"),
    _mistake(r"\bplatform\b", "platfrom"),
    _mistake(r"\bcustomers\b", "custommers"),
    _mistake(r"\bpresented\b", "presentd"),
    _mistake(r"\btravel\b", "travle"),
    _mistake(r"\bhouse\b", "hosue"),
    _mistake(r"\bopened\b", "openned"),
    _mistake(r"\bmonths\b", "monhts"),
    _mistake(r"\bevery week\b", "evry week"),
    _mistake(r"\borganising\b", "organisng"),
    _mistake(r"\byears\b", "yeers"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoiled:
    """A text with mistakes: `wrong` words occur in it and not in the clean text, `right` were lost."""

    text: str
    wrong: tuple[str, ...]
    right: tuple[str, ...]


def spoilable(clean: str) -> bool:
    """Whether the sentence has a place for a mistake."""
    return any(mistake.right.search(clean) for mistake in _MISTAKES)


def spoil(clean: str, count: int, generator: Random) -> Spoiled:
    """The text with at most `count` mistakes, a right word between any two."""
    possible = [(mistake, found) for mistake in _MISTAKES if (found := mistake.right.search(clean))]
    generator.shuffle(possible)
    chosen = sorted(possible[:count], key=lambda one: -one[1].start())
    text, wrong, right = clean, [], []
    end: int | None = None
    for mistake, found in chosen:
        # The word after a mistake tells its place, so it must stay as it is.
        if end is not None and not clean[found.end() : end].strip():
            continue
        end = found.start()
        text = text[: found.start()] + mistake.wrong + text[found.end() :]
        wrong.append(_in_context(clean, found, mistake.wrong))
        right.append(_in_context(clean, found, found.group()))
    return Spoiled(text=text, wrong=tuple(wrong[::-1]), right=tuple(right[::-1]))


def _in_context(clean: str, found: re.Match[str], written: str) -> str:
    """The word with the one after it: "is" alone stands in many places, "is expected" in one."""
    following = clean[found.end() :].split(maxsplit=1)
    return " ".join([written.strip(), *following[:1]]).strip(" .,")
