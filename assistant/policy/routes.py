"""Routes: which requests take which ladder, and what a draft must reach on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self, TypeAlias, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.config import JsonDict
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from assistant.policy.base import Strict, wrong
from assistant.policy.cache import RouteCachePolicy
from assistant.policy.consistency import covers_language
from assistant.types import DraftRequest, Task

T = TypeVar("T")


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class _OneOrMoreSchema:
    """Tells the JSON Schema that an item may stand alone."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Either the list or one of its items."""
        listed = handler(schema)
        return {"anyOf": [listed, listed["items"]]}


OneOrMore: TypeAlias = Annotated[tuple[T, ...], BeforeValidator(_as_tuple), _OneOrMoreSchema()]
"""A list, or a single value that stands for a list of one."""


class Match(Strict):
    """Which requests a route takes: every key given must hold, with any one of its values."""

    task: OneOrMore[Task] = ()
    """Tasks of the request."""

    labels: OneOrMore[str] = ()
    """Labels the caller put on the request."""

    language: OneOrMore[str] = ()
    """Output languages asked for; `en` also takes `en-GB`, a request without language never matches."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not (self.task or self.labels or self.language):
            message = "must name at least one of `task`, `labels` and `language`"
            raise wrong(message)
        return self

    def holds_for(self, request: DraftRequest) -> bool:
        """Whether the request is one of these."""
        return (
            (not self.task or request.task in self.task)
            and (not self.labels or not set(self.labels).isdisjoint(request.labels))
            and (not self.language or _speaks(request.language, self.language))
        )


def _speaks(language: str | None, wanted: tuple[str, ...]) -> bool:
    return language is not None and any(covers_language(each, language) for each in wanted)


_ONE_OF_TWO: Final[JsonDict] = {
    "not": {
        "properties": {"min_score": {"type": "number"}, "max_risk": {"type": "number"}},
        "required": ["min_score", "max_risk"],
    }
}
"""Lets an editor mark a rule that gives both; a spelled-out `null` gives nothing."""


class AcceptRule(Strict):
    """When a draft is good enough: from a score on, or as long as few accepted drafts are bad."""

    model_config = ConfigDict(json_schema_extra=_ONE_OF_TWO)

    min_score: Annotated[float | None, Field(ge=0, le=1)] = 0.6
    """Least score (calibrated probability that the draft is acceptable) that is served."""

    max_risk: Annotated[float | None, Field(gt=0, le=0.5)] = None
    """Instead of `min_score`: highest share of accepted drafts that are not good enough. The least score
    is then chosen on the artefact's calibration drafts; where none is safe, every draft is deferred."""

    confidence_level: Annotated[float | None, Field(ge=0.5, le=0.999)] = 0.95
    """How sure it must be that the risk stays below `max_risk`; only beside it."""

    required_checks: tuple[str, ...] = ("empty", "refusal", "loop", "cut_off", "language")
    """Checks that must pass: a failed one defers whatever the score."""

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_kind(cls, rule: object) -> object:
        """A default of one kind of rule must not look as if the file gave it beside the other."""
        if not isinstance(rule, Mapping):
            return rule
        idle = ("min_score",) if rule.get("max_risk") is not None else ("confidence_level",)
        return {**dict.fromkeys(idle), **rule}

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.max_risk is None:
            if self.min_score is None:
                message = "must be a number where there is no `max_risk`; give one of the two"
                raise wrong(message, key="min_score")
            if self.confidence_level is not None:
                message = "goes with `max_risk`; add that, or drop `confidence_level`"
                raise wrong(message, key="confidence_level")
            return self
        if self.min_score is not None:
            message = "must not stand beside `max_risk`, which chooses the score; drop `min_score`"
            raise wrong(message, key="min_score")
        if self.confidence_level is None:
            message = "must be a number beside `max_risk`; remove it for 0.95"
            raise wrong(message, key="confidence_level")
        return self


class SecondOpinion(Strict):
    """A look of the next tier at a draft that would be accepted: it reads it, and writes nothing."""

    min_logprob: float = Field(le=0)
    """Least mean log-probability per token (natural log) that the next tier must give the draft."""

    below_score: float = Field(default=1.0, gt=0, le=1)
    """Only drafts that score below this are looked at; the surer ones are served at once."""


class StreamPolicy(Strict):
    """How much of a draft a reader of a stream sees before all of it is judged."""

    gate: Literal["sentences", "paragraphs", "whole"] | None = None
    """`sentences` and `paragraphs` release a draft by segments that end there, each judged on what is
    written so far; `whole` holds it back until it is complete. `null` is `sentences`, and `whole` beside
    `max_risk` and `second_opinion`, which judge complete drafts only."""

    tokens: int = Field(default=40, ge=8, le=1000)
    """About how long a segment is, in tokens of the tier that writes."""

    min_score: Annotated[float | None, Field(ge=0, le=1)] = None
    """Least score of a beginning that is released; `null`: a little below the route's own `min_score`."""

    whole: OneOrMore[Task] = ("titles", "proofread", "fill")
    """Tasks whose drafts are held back until they are complete: short ones, and those that are judged
    against their source as a whole."""


class ResamplePolicy(Strict):
    """Several texts of the same tier before a larger one is asked."""

    samples: int = Field(default=3, ge=2, le=8)
    """Texts to write; they share the reading of the prompt, and the best by score is kept."""

    when: Literal["cheaper", "always"] = "cheaper"
    """`cheaper`: only while it costs less than it saves, by the price of both tiers and by how often a
    better text came of it lately."""


class RoutePolicy(Strict):
    """One way through the ladder."""

    name: str = Field(min_length=1, max_length=64)
    """Name of the route, shown in every answer."""

    match: Match | None = None
    """Which requests take this route; the last route has none and takes the rest."""

    ladder: tuple[str, ...] = Field(min_length=1)
    """Tiers in the order they are tried, the cheapest first; a ladder of one never escalates."""

    accept: AcceptRule = AcceptRule()
    """When a draft is good enough to be served."""

    second_opinion: SecondOpinion | None = None
    """Whether the next tier reads a draft before it is accepted; reading costs 2 to 30 % of writing."""

    escalate: Literal["fresh", "repair"] = "fresh"
    """How the next tier begins: `fresh` without the draft, `repair` with it and its failed checks."""

    stream: StreamPolicy = StreamPolicy()
    """How much of a draft is streamed before it is complete."""

    abort_early: bool = True
    """Whether a draft is stopped while it is written, once it is sure to be deferred: it loops, refuses,
    is in the wrong language, or its tokens have become guesses."""

    resample: ResamplePolicy | None = None
    """Whether a deferred draft's own tier tries again, with several texts, before the next one; `null`
    never does. Where a part was streamed already, the next tier goes on from it at once."""

    cache: RouteCachePolicy | None = None
    """What is remembered otherwise than the policy's `cache` says; `null`: nothing."""

    deadline_ms: Annotated[int | None, Field(ge=1)] = None
    """Milliseconds for the whole answer, unless the request says less; `null` sets no deadline."""

    patience_ms: Annotated[int | None, Field(ge=1)] = None
    """Longest wait for the first token of the next tier, its queue included, that an escalation is worth;
    where it is expected to take longer, the draft is served. `null` waits."""

    def matches(self, request: DraftRequest) -> bool:
        """Whether the request takes this route, earlier routes aside."""
        return self.match is None or self.match.holds_for(request)
