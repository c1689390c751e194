"""How often the cache brings labelled pairs together, beside rules that go by likeness alone. Pure.

Shares have Clopper-Pearson intervals at 95 %; several pairs of one request count as independent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from assistant.cache.semantic.control import (
    LabelledLevel,
    LabelledStratum,
    Proven,
    proof_for,
)
from assistant.evaluation.binomial import clopper_pearson
from assistant.evaluation.cache_found import Group, Label, PairsFound, Share, StratumFound
from assistant.evaluation.cache_pairs import Apart, Comparison, LabelledPair, Together, decide

LIGHT: Final = frozenset({"order", "politeness", "synonym", "formatting"})
"""Kinds of rewording that keep the shape of a request; `deep` does not."""

COSINES: Final = (0.80, 0.90, 0.95)

REDISVL_DISTANCE: Final = 0.1
"""Default `distance_threshold` of `redisvl.extensions.cache.llm.SemanticCache`: the nearest stored prompt is
served if the cosine distance, one less the cosine, of the whole prompts is at most that."""

SERVED: Final = "served"
"""The rule of the product: all levels, the semantic one from the strength that these pairs allow."""

REDISVL: Final = "redisvl"

_ROUNDING: Final = 1e-6
"""Of single precision: a distance of exactly the threshold is within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A labelled pair, what the cache makes of it, and the cosine of both texts."""

    pair: LabelledPair
    found: Comparison
    cosine: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What an evaluation was made of: fingerprints of pairs and verifier, and who embedded."""

    data: str
    wording: str
    embedder: str


_Rule: TypeAlias = Callable[[Case], bool]


def evaluate_pairs(cases: Sequence[Case], origin: Origin, *, max_false_hit: float) -> PairsFound:
    """The numbers of every rule on every kind of pair."""
    counted = count_strata(cases)
    strata = tuple(_proven(one, counted, max_false_hit) for one in counted)
    rules = _rules(cases, strata)
    apart = [(case, case.found.reason) for case in cases if isinstance(case.found, Apart)]
    together = [
        (case, f"{case.found.strength:.2f}") for case in cases if isinstance(case.found, Together)
    ]
    return PairsFound(
        pairs=len(cases),
        unread=sum(not case.found.language for case in cases),
        data=origin.data,
        wording=origin.wording,
        embedder=origin.embedder,
        max_false_hit=max_false_hit,
        rules=tuple(rules),
        kinds=_kinds(cases, rules),
        totals=_totals(cases, rules),
        rejections=_by_label(apart),
        strengths=_by_label(together),
        strata=strata,
    )


def count_strata(cases: Iterable[Case]) -> tuple[LabelledStratum, ...]:
    """Pairs that the verifier read, by task and language."""
    members: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        if case.found.language:
            members.setdefault((case.pair.task, case.found.language), []).append(case)
    return tuple(_counted(*stratum, members[stratum]) for stratum in sorted(members))


def _counted(task: str, language: str, cases: Sequence[Case]) -> LabelledStratum:
    labels = Counter(case.pair.label for case in cases)
    hits = Counter(
        (case.found.strength, case.pair.label) for case in cases if isinstance(case.found, Together)
    )
    strengths = sorted({strength for strength, _ in hits}, reverse=True)
    return LabelledStratum(
        task=task,
        language=language,
        different=labels["different"],
        same=labels["same"],
        levels=tuple(
            LabelledLevel(
                strength=strength,
                false_hits=hits[strength, "different"],
                hits=hits[strength, "same"],
            )
            for strength in strengths
        ),
    )


def _proven(
    stratum: LabelledStratum, counted: Sequence[LabelledStratum], max_false_hit: float
) -> StratumFound:
    proof = proof_for(
        counted, task=stratum.task, language=stratum.language, max_false_hit=max_false_hit
    )
    if isinstance(proof, Proven):
        return StratumFound(counts=stratum, least=proof.strength, basis=proof.basis)
    return StratumFound(counts=stratum, least=None, basis=proof.why)


def _rules(cases: Sequence[Case], strata: Sequence[StratumFound]) -> dict[str, _Rule]:
    """What decides, by name: the levels of the cache, each with those below it, then likeness alone."""
    least = {(one.counts.task, one.counts.language): one.least for one in strata}
    strengths = {case.found.strength for case in cases if isinstance(case.found, Together)}
    rules: dict[str, _Rule] = {
        "exact": lambda case: _reaches(case, "exact"),
        "canonical": lambda case: _reaches(case, "exact", "canonical"),
    }
    for strength in sorted(strengths, reverse=True):
        rules[f"semantic {strength:.2f}"] = partial(_is_at_least, strength)
    rules[SERVED] = partial(_is_served, least)
    for cosine in COSINES:
        rules[f"cosine {cosine:.2f}"] = partial(_is_alike, cosine)
    rules[REDISVL] = lambda case: 1 - case.cosine <= REDISVL_DISTANCE + _ROUNDING
    return rules


def _reaches(case: Case, *levels: str) -> bool:
    return isinstance(case.found, Together) and case.found.level in levels


def _is_at_least(strength: float, case: Case) -> bool:
    decision = decide(case.found, cosine=case.cosine, least=strength)
    return decision.decision != "miss"


def _is_served(least: Mapping[tuple[str, str], float | None], case: Case) -> bool:
    allowed = least.get((case.pair.task, case.found.language))
    return decide(case.found, cosine=case.cosine, least=allowed).decision != "miss"


def _is_alike(least: float, case: Case) -> bool:
    return case.cosine >= least - _ROUNDING


def _kinds(cases: Sequence[Case], rules: Mapping[str, _Rule]) -> tuple[Group, ...]:
    names = sorted({(case.pair.label, case.pair.kind) for case in cases}, reverse=True)
    return tuple(
        _group(kind, label, [case for case in cases if _is_of(case, label, kind)], rules)
        for label, kind in names
    )


def _is_of(case: Case, label: Label, kind: str) -> bool:
    return (case.pair.label, case.pair.kind) == (label, kind)


def _totals(cases: Sequence[Case], rules: Mapping[str, _Rule]) -> tuple[Group, ...]:
    same = [case for case in cases if case.pair.label == "same"]
    different = [case for case in cases if case.pair.label == "different"]
    light = [case for case in same if case.pair.kind in LIGHT]
    deep = [case for case in same if case.pair.kind not in LIGHT]
    return (
        _group("same, light", "same", light, rules),
        _group("same, deep", "same", deep, rules),
        _group("same, all", "same", same, rules),
        _group("different, all", "different", different, rules),
    )


def _group(name: str, label: Label, cases: Sequence[Case], rules: Mapping[str, _Rule]) -> Group:
    shares = {rule: _share([matches(case) for case in cases]) for rule, matches in rules.items()}
    return Group(name=name, label=label, shares=shares)


def _share(outcomes: Sequence[bool]) -> Share:
    hits = sum(outcomes)
    low, high = clopper_pearson(hits, len(outcomes))
    return Share(hits=hits, pairs=len(outcomes), low=low, high=high)


def _by_label(named: Iterable[tuple[Case, str]]) -> dict[str, dict[Label, int]]:
    counts = Counter((name, case.pair.label) for case, name in named)
    names = sorted({name for name, _ in counts})
    return {
        name: {"same": counts[name, "same"], "different": counts[name, "different"]}
        for name in names
    }
