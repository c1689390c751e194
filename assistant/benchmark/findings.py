"""From an engine's own word and the policy's to what may be written down about it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.benchmark.card import same_card, short_card
from assistant.benchmark.target import EngineFacts, Target
from assistant.economics.measurement import Quantization
from assistant.errors import TierRejected

_PRECISIONS: tuple[Quantization, ...] = ("fp8", "awq", "gptq")
_KERNEL = "_marlin"
"""Ending of SGLang's names where a faster kernel runs the same weights."""
CONFLICT = 409
"""HTTP's word for a server in another state than asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What the measurement is one of: card and precision as served."""

    card: str
    gpus: int
    quantization: Quantization | None


def describe(target: Target, facts: EngineFacts) -> Described:
    """Card, number of cards and precision of a running engine: its own word where it has one.

    Raises:
        TierRejected: it serves another precision than the policy says, and nobody could tell from the
            file which of the two was measured.
    """
    served = _precision(facts.quantization)
    if target.engine == "sglang" and served not in (None, target.quantization):
        detail = (
            f"{target.url} serves the weights as {served}, but the policy says"
            f" quantization: {target.quantization or 'null'}; correct the policy, or start the"
            f" server anew with `inkladder tiers up --only {target.tier}`"
        )
        raise TierRejected(tier=target.tier, status=CONFLICT, detail=detail)
    return Described(
        card=_card(target, facts),
        gpus=facts.gpus or target.gpus,
        quantization=target.quantization,
    )


def doubts(target: Target, facts: EngineFacts, *, levels: Sequence[int]) -> Iterator[str]:
    """Sentences about what does not fit between the policy, the server and the plan."""
    tier = target.tier
    if facts.accelerator is not None and not same_card(target.card, facts.accelerator):
        found = short_card(facts.accelerator)
        yield (
            f"tier {tier!r}: the policy's card is {target.card!r}, but the server runs on"
            f" {facts.accelerator!r}: written down as {found!r}; set card.name to {found!r}"
            " so that costs find it"
        )
    if facts.gpus is not None and facts.gpus != target.gpus:
        yield (
            f"tier {tier!r}: the policy says gpus: {target.gpus}, but the server uses {facts.gpus};"
            f" written down as {facts.gpus}"
        )
    if facts.served is not None and facts.served.casefold() != target.model.casefold():
        yield (
            f"tier {tier!r}: the server calls its model {facts.served!r}; written down as"
            f" {target.model!r}, as the policy says"
        )
    if target.engine == "sglang" and _is_unsure(target, facts):
        told = "no precision" if facts.quantization is None else repr(facts.quantization)
        yield (
            f"tier {tier!r}: the server tells {told} of its weights; written down as"
            f" quantization: {target.quantization or 'null'}, taken from the policy"
        )
    if facts.max_running is not None and facts.max_running < max(levels):
        yield (
            f"tier {tier!r}: runs {facts.max_running} requests at once; at {max(levels)} the others"
            " wait, which shows in the times to the first token"
        )


def _card(target: Target, facts: EngineFacts) -> str:
    if facts.accelerator is None or same_card(target.card, facts.accelerator):
        return target.card
    return short_card(facts.accelerator)


def _is_unsure(target: Target, facts: EngineFacts) -> bool:
    """Weights that were quantised beforehand say so in a file of their own, not in the server's words."""
    wanted = target.quantization
    return facts.quantization != wanted and _precision(facts.quantization) is None


def _precision(told: str | None) -> Quantization | None:
    """The precision that one of SGLang's many names surely is; None for the others."""
    name = (told or "").removesuffix(_KERNEL)
    return next((one for one in _PRECISIONS if one == name), None)
