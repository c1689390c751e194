"""Pairs of requests, and what the cache makes of each: one is stored, the other is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.cache.addresses import Wording, address_of, wording_of
from assistant.cache.base import CacheQuery
from assistant.cache.semantic.rows import FLOOR
from assistant.cache.wording import Different, verify, volatile
from assistant.errors import DataError
from assistant.types import CacheLevel, Caller, DraftRequest, Task, WritingTask

_PLAIN: Final[Mapping[str, str]] = {"exact": "to the letter", "canonical": "folds to the same"}

_SECRET: Final = b"pairs are compared, never stored"


class Pair(BaseModel):
    """Two instructions: `a` is stored as a request to draft, `b` is asked. Other fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str | int
    a: str = Field(min_length=1)
    b: str = Field(min_length=1)


class LabelledPair(Pair):
    """A pair whose answer is known: `same` may share a text, `different` must not."""

    label: Literal["same", "different"]
    kind: str = Field(min_length=1)
    task: WritingTask


AnyPair = TypeVar("AnyPair", bound=Pair)


def parse_pairs(lines: Iterable[str | bytes], model: type[AnyPair], *, file: str) -> list[AnyPair]:
    """Pairs of a JSON lines file; blank lines are skipped.

    Raises:
        DataError: the first bad line, as `file:line: field: what`, without a word of its text.
    """
    pairs = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            pairs.append(model.model_validate_json(line))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            field = str(first["loc"][0]) if first["loc"] else "line"
            message = f"{file}:{number}: {field}: {first['msg']}"
            raise DataError(message) from None
    if not pairs:
        message = f"{file}:1: no pairs, give one JSON object a line"
        raise DataError(message)
    return pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """The cache never brings the two together, and why.

    `language` is empty where the verifier did not compare them: one is of none that is known, or is
    never stored.
    """

    reason: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The level that brings them together; `strength` and `steps` are the verifier's, 1.0 below it."""

    level: CacheLevel
    language: str
    strength: float = 1.0
    steps: tuple[str, ...] = ()


Comparison: TypeAlias = Apart | Together


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is done with `b`: the level that serves it, or why it is a miss."""

    decision: Literal["exact", "canonical", "semantic", "miss"]
    reason: str


def compare(a: str, b: str, *, task: Task = "draft") -> Comparison:
    """What the cache makes of `b` once the answer to `a` is stored, by its own keys and verifier."""
    refused = volatile(a)
    if refused is not None:
        return Apart(reason=f"never stored: {refused}")
    stored, asked = _query(a, task), _query(b, task)
    of_stored, of_asked = wording_of(_SECRET, stored), wording_of(_SECRET, asked)
    if address_of(_SECRET, stored).exact == address_of(_SECRET, asked).exact:
        language = "" if of_stored is None else of_stored.folded.language
        return Together(level="exact", language=language)
    if of_stored is None or of_asked is None:
        return Apart(reason="unsure")
    return _compare_wordings(of_stored, of_asked)


def _compare_wordings(stored: Wording, asked: Wording) -> Comparison:
    language = stored.folded.language
    if stored.canonical == asked.canonical:
        return Together(level="canonical", language=language)
    verdict = verify(stored.folded, asked.folded)
    if isinstance(verdict, Different):
        return Apart(reason=verdict.reason, language=language)
    if stored.bucket != asked.bucket:
        # Never nominated: likeness is looked for inside one bucket.
        return Apart(reason="different", language=language)
    return Together(
        level="semantic", language=language, strength=verdict.strength, steps=verdict.steps
    )


def decide(found: Comparison, *, cosine: float | None, least: float | None) -> Decision:
    """The decision where semantic hits are served from the strength `least`, None: not at all.

    `cosine` is that of the two, None where it is taken to be high enough to be nominated.
    """
    if isinstance(found, Apart):
        return Decision(decision="miss", reason=found.reason)
    if found.level != "semantic":
        return Decision(decision=found.level, reason=_PLAIN[found.level])
    steps = f"strength {found.strength:.2f}: {', '.join(found.steps) or 'order'}"
    if cosine is not None and cosine < FLOOR:
        return Decision(decision="miss", reason="not nominated")
    if least is None:
        return Decision(decision="miss", reason=f"shadow; {steps}")
    if found.strength < least:
        return Decision(decision="miss", reason=f"weak; {steps}")
    return Decision(decision="semantic", reason=steps)


def needs_cosine(found: Comparison) -> bool:
    """Whether the likeness of the two has a say."""
    return isinstance(found, Together) and found.level == "semantic"


def pairs_fingerprint(pairs: Iterable[LabelledPair]) -> str:
    """SHA-256 over the pairs in any order, over all that a count depends on."""
    digests = sorted(sha256(pair.model_dump_json().encode()).digest() for pair in pairs)
    return sha256(b"".join(digests)).hexdigest()


def _query(instruction: str, task: Task) -> CacheQuery:
    request = DraftRequest(task=task, instruction=instruction)
    return CacheQuery(caller=Caller(), request=request, shape="")
