"""The comparison of two folded requests."""

from __future__ import annotations

from typing import Final

from assistant.cache.wording.alignment import Aligned, align, reason_for
from assistant.cache.wording.folded import Folded
from assistant.cache.wording.language import load
from assistant.cache.wording.moves import moved
from assistant.cache.wording.relations import (
    Binding,
    compared,
    persons_conflict,
    places,
    sequence,
)
from assistant.cache.wording.verdict import Comparison, Different, Reason, Same

STRENGTHS: Final = {
    "light words": 0.97,
    "order": 0.95,
    "concepts": 0.9,
    "restructured": 0.85,
    "near": 0.8,
    "synonyms": 0.7,
    "thesaurus": 0.6,
}
"""How strong the evidence is at best after each kind of step; 1.0 is for folding alone."""


def verify(stored: Folded, asked: Folded) -> Comparison:
    """Whether `asked` may be answered with the text of `stored`.

    Same only where everything that one request says is found in the other, bound in the same way.
    The strength is that of the weakest step: 1.0 folding, .97 words that do not decide, .95 order,
    .9 curated concepts, .85 other constructions, .8 near wordings, .7 synonyms in their first sense, .6 in any sense.
    """
    if (stored.canonical, stored.source) == (asked.canonical, asked.source):
        return Same(strength=1.0)
    # In one order, whichever was there first: the answer must not depend on that.
    stored, asked = sorted((stored, asked), key=lambda folded: folded.canonical)
    reason = _plain_difference(stored, asked)
    if reason is not None:
        return Different(reason=reason)
    language = load(stored.language)
    aligned = align(stored.atoms, asked.atoms, language)
    if not isinstance(aligned, Aligned):
        return Different(reason=aligned)
    binding = compared(
        places(stored.atoms, aligned.renamed), places(asked.atoms, aligned.renamed), language
    )
    if not isinstance(binding, Binding):
        return Different(reason=binding)
    torn = moved(stored.signs, asked.signs, aligned.renamed, language)
    if torn is not None:
        return Different(reason=torn)
    return _same(stored, asked, aligned, binding)


def _plain_difference(stored: Folded, asked: Folded) -> Reason | None:
    """What can be told apart without looking at words."""
    if stored.source != asked.source:
        return "source"
    if stored.language != asked.language:
        return "unknown"
    if persons_conflict(stored.persons, asked.persons):
        return "person"
    if _exclude(stored.tenses, asked.tenses):
        return "tense"
    if stored.bucket != asked.bucket:
        return _slot(stored, asked)
    return "word" if _exclude(stored.heads, asked.heads) else None


def _exclude(stored: frozenset[str], asked: frozenset[str]) -> bool:
    """Whether each has something that the other lacks: one of them alone may leave it unsaid."""
    return bool(stored - asked and asked - stored)


def _slot(stored: Folded, asked: Folded) -> Reason:
    here = {(atom.cls, atom.key): atom for atom in stored.atoms}
    there = {(atom.cls, atom.key): atom for atom in asked.atoms}
    odd = [atom for key, atom in {**here, **there}.items() if (key in here) != (key in there)]
    return next((reason_for(atom) for atom in odd if reason_for(atom) != "word"), "number")


def _same(stored: Folded, asked: Folded, aligned: Aligned, binding: Binding) -> Same:
    steps = set(aligned.steps)
    if sequence(stored.atoms, aligned.renamed) != sequence(asked.atoms, aligned.renamed):
        steps.add("order")
    if binding.unbound:
        steps.add("restructured")
    if not steps:
        steps.add("light words")
    strength = min(STRENGTHS[step] for step in steps)
    return Same(strength=strength, steps=tuple(sorted(steps)))
