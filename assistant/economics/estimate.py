"""Profiles of cards that nobody measured, by the roofline of the card. Pure.

Writing a token reads the weights once: memory bandwidth bounds it. Reading a prompt multiplies many
tokens at a time: arithmetic bounds it (Williams, Waterman and Patterson, "Roofline: an insightful
visual performance model for multicore architectures", 2009). So the seconds measured on one card are
scaled by the ratio of the two cards' data sheets, up to the load that the card's memory holds. What
does not follow the data sheet, such as the launching of kernels, is scaled along: an estimate says
which card is worth a measurement, not what an answer cost.

Only the same model in the same precision on as many cards is scaled. Between precisions the measured
ratio differs from model to model, so there is no estimate from bf16 for fp8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log

from assistant.economics.curve import Curve
from assistant.economics.measured import MeasuredTable
from assistant.economics.profile import Profile
from assistant.economics.specs import CardSpec, CardSpecs, Room

BENCH = "measure it with `inkladder tiers bench`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A model on cards of one kind, `gpus` of them for each server.

    `quantization` None is bf16 on a GPU, and as the file is on a CPU: `precision` says it for people.
    """

    model: str
    card: str
    quantization: str | None = None
    gpus: int = 1
    precision: str = "bf16"

    def __str__(self) -> str:
        cards = self.card if self.gpus == 1 else f"{self.gpus} x {self.card}"
        return f"{self.label} on {cards}"

    @property
    def label(self) -> str:
        """The model and its precision, if that is told."""
        return f"{self.model}, {self.precision}," if self.precision else self.model


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no profile; `reason` says why, and the way out."""

    reason: str


def profile_for(table: MeasuredTable, specs: CardSpecs, served: Served) -> Profile | Unknown:
    """The measured profile, else one estimated from the measured card of the nearest bandwidth."""
    measured = _measured(table, served, card=served.card)
    if measured is not None:
        return measured
    target = specs.get(served.card)
    if target is None:
        return Unknown(f"nobody measured {served}; {BENCH}")
    room = specs.room(card=served.card, model=served.model, quantization=served.quantization)
    if room is not None and room.gpus > served.gpus:
        return Unknown(
            f"{served} does not fit; give it {room.gpus} of these cards (`gpus`) or a larger one"
        )
    nearest = _nearest(table, specs, served, target)
    if nearest is None:
        return Unknown(f"nobody measured {served}, or on as many of another card; {BENCH}")
    spec, profile = nearest
    return scaled(profile, spec, to=target, card=served.card, room=room)


def scaled(
    profile: Profile, spec: CardSpec, *, to: CardSpec, card: str, room: Room | None = None
) -> Profile:
    """The profile of a card with the figures `spec`, as it would be on `card` with the figures `to`.

    `room` bounds the load: what is over it waits in the server and makes nothing cheaper.
    """
    reading = spec.tflops(profile.quantization) / to.tflops(profile.quantization)
    writing = spec.bandwidth_gb_s / to.bandwidth_gb_s
    most = None if room is None else room.max_running_requests
    bound = "" if most is None else f", {most} at once"
    return replace(
        profile,
        card=card,
        prefill=_scaled(profile.prefill, reading, most),
        decode=_scaled(profile.decode, writing, most),
        # What waits has no first token yet; how long that takes is not estimated.
        ttft=None,
        tpot=None,
        source=f"estimated from {profile.source}"
        f" (reading x {reading:.2f}, writing x {writing:.2f}{bound})",
        estimated=True,
    )


def _scaled(curve: Curve, factor: float, most: int | None) -> Curve:
    longer = curve.scaled(factor)
    return longer if most is None else longer.up_to(most)


def _measured(table: MeasuredTable, served: Served, *, card: str) -> Profile | None:
    return table.profile(
        model=served.model, card=card, quantization=served.quantization, gpus=served.gpus
    )


def _nearest(
    table: MeasuredTable, specs: CardSpecs, served: Served, target: CardSpec
) -> tuple[CardSpec, Profile] | None:
    cards = table.cards(model=served.model, quantization=served.quantization, gpus=served.gpus)
    pairs = [
        (spec, profile)
        for card in cards
        if (spec := specs.get(card)) and (profile := _measured(table, served, card=card))
    ]
    return min(
        pairs,
        key=lambda pair: abs(log(pair[0].bandwidth_gb_s / target.bandwidth_gb_s)),
        default=None,
    )
