"""Which GPUs each server gets, and what share of their memory. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from assistant.errors import LaunchError
from assistant.launch.gpus import Gpu
from assistant.launch.needs import SWA_SHARE, WINDOW_TOKENS, Needs, needs_of
from assistant.policy.models import SGLangTierPolicy

_CONTEXT_GB: Final = 0.7
"""Memory of a GPU that the CUDA context and libraries of one server take before any weights."""

_CONTEXT_STEP: Final = 1024
"""A context cut to fit is told in round numbers of tokens."""

_DECIMALS: Final = 1000
"""SGLang's own fractions have three decimals; more would feign precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One server to place: the tier's name and policy, and the endpoint it is to answer at."""

    tier: str
    policy: SGLangTierPolicy
    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A server on its GPUs.

    `fraction` is `--mem-fraction-static`, counted, as SGLang does, from what is free when it starts:
    of several servers on one GPU (`shared`) it holds only if they start in the order of the plan.
    `cache_tokens` is the room that leaves, None where the architecture is unknown.
    """

    wanted: Wanted
    gpus: tuple[Gpu, ...]
    needs: Needs
    fraction: float
    context_length: int | None
    max_running_requests: int
    cache_tokens: int | None
    shared: bool


def place(servers: Sequence[Wanted], gpus: Sequence[Gpu]) -> tuple[Placed, ...]:
    """A place for every server, in the order they must start.

    The largest server chooses first, among empty GPUs first those of the card its policy names,
    then those with most memory; where none is empty, servers share the GPU with most room.

    Raises:
        LaunchError: a server fits nowhere; the message says what it needs and the way out.
    """
    taken: dict[int, list[tuple[Wanted, tuple[Gpu, ...], Needs]]] = {gpu.index: [] for gpu in gpus}
    order = sorted(servers, key=lambda each: _size(each, gpus), reverse=True)
    for wanted in order:
        group = _own(wanted, [gpu for gpu in gpus if not taken[gpu.index]])
        group = group or _shared(wanted, gpus, taken)
        if group is None:
            raise LaunchError(_no_place(wanted, gpus))
        needs = needs_of(wanted.policy, group[0].card_class)
        for gpu in group:
            taken[gpu.index].append((wanted, group, needs))
    seen: list[Placed] = []
    for residents in taken.values():
        if residents and not any(each.wanted is residents[0][0] for each in seen):
            seen += _shares(residents)
    return tuple(seen)


def _size(wanted: Wanted, gpus: Sequence[Gpu]) -> tuple[int, float]:
    largest = max(gpus, key=lambda gpu: gpu.memory_mib)
    needs = needs_of(wanted.policy, largest.card_class)
    # A server of unknown size must find a card of its own, so it chooses early.
    return wanted.policy.gpus, math.inf if needs.weights_gb is None else needs.load_gb


def _own(wanted: Wanted, empty: Sequence[Gpu]) -> tuple[Gpu, ...] | None:
    name, count = wanted.policy.card.name, wanted.policy.gpus
    ranked = sorted(empty, key=lambda gpu: (gpu.card != name, -gpu.memory_mib, gpu.index))
    for first in ranked:
        alike = [gpu for gpu in ranked if gpu.card == first.card][:count]
        needs = needs_of(wanted.policy, first.card_class)
        if len(alike) == count and _fits(needs, count=count, memory_gb=first.memory_gb):
            return tuple(alike)
    return None


def _shared(
    wanted: Wanted,
    gpus: Sequence[Gpu],
    taken: dict[int, list[tuple[Wanted, tuple[Gpu, ...], Needs]]],
) -> tuple[Gpu, ...] | None:
    if wanted.policy.gpus > 1:
        return None
    rooms: list[tuple[float, Gpu]] = []
    for gpu in gpus:
        residents = taken[gpu.index]
        if any(len(group) > 1 or needs.weights_gb is None for _, group, needs in residents):
            continue
        free = gpu.memory_gb - sum(_leasts([each[2] for each in residents], gpu.memory_gb))
        needs = needs_of(wanted.policy, gpu.card_class)
        known = needs.weights_gb is not None and needs.gpus == 1
        if known and _least_later(needs, gpu.memory_gb) <= free:
            rooms.append((free, gpu))
    return (max(rooms, key=lambda room: room[0])[1],) if rooms else None


def _least(needs: Needs, memory_gb: float) -> float:
    """Memory of one card without which the server cannot run, activations included."""
    return (needs.weights_gb or 0.0) + needs.cache_gb + memory_gb * (1 - needs.fraction)


def _least_later(needs: Needs, memory_gb: float) -> float:
    """The same for one that loads while others already hold what is theirs."""
    return max(_least(needs, memory_gb), needs.load_gb + _CONTEXT_GB)


def _leasts(residents: Sequence[Needs], memory_gb: float) -> list[float]:
    """The least memory of each server of one card, in starting order."""
    least = [_least(needs, memory_gb) for needs in residents[:1]]
    return [*least, *(_least_later(needs, memory_gb) for needs in residents[1:])]


def _fits(needs: Needs, *, count: int, memory_gb: float) -> bool:
    if needs.weights_gb is None:
        return True
    static = (needs.weights_gb + needs.cache_gb) / count
    peak = needs.load_gb / count + _CONTEXT_GB
    return count >= needs.gpus and static <= memory_gb * needs.fraction and peak <= memory_gb


def _shares(residents: Sequence[tuple[Wanted, tuple[Gpu, ...], Needs]]) -> list[Placed]:
    """The servers of one GPU (or group) in starting order, with the memory each may take."""
    total = residents[0][1][0].memory_gb
    if len(residents) == 1:
        wanted, group, needs = residents[0]
        cache = len(group) * total * needs.fraction - (needs.weights_gb or 0.0)
        return [_placed(wanted, group, needs, fraction=needs.fraction, cache_gb=cache)]
    leasts = _leasts([needs for _, _, needs in residents], total)
    spare = total - sum(leasts)
    wishes = [max(needs.wanted_cache_gb - needs.cache_gb, 0.0) for _, _, needs in residents]
    placed, free = [], total
    for (wanted, group, needs), least, wish in zip(residents, leasts, wishes, strict=True):
        own = least + spare * (wish / sum(wishes) if sum(wishes) else 0.0)
        static = own - total * (1 - needs.fraction)
        # Rounded down: what is lost is cache, what would be gained is the neighbour's memory.
        fraction = math.floor(static / free * _DECIMALS) / _DECIMALS
        cache = static - (needs.weights_gb or 0.0)
        share = _placed(wanted, group, needs, fraction=fraction, cache_gb=cache)
        placed.append(replace(share, shared=True))
        free -= own
    return placed


def _placed(
    wanted: Wanted, group: tuple[Gpu, ...], needs: Needs, *, fraction: float, cache_gb: float
) -> Placed:
    tokens = needs.cache_tokens(cache_gb)
    running, context = needs.max_running_requests, needs.context_length
    if tokens is not None:
        running = max(1, min(running, int(tokens * SWA_SHARE / WINDOW_TOKENS)))
        if context is not None and wanted.policy.context_tokens is None:
            context = min(context, max(tokens // _CONTEXT_STEP, 1) * _CONTEXT_STEP)
    return Placed(
        wanted=wanted,
        gpus=group,
        needs=needs,
        fraction=fraction,
        context_length=context,
        max_running_requests=running,
        cache_tokens=tokens,
        shared=False,
    )


def _no_place(wanted: Wanted, gpus: Sequence[Gpu]) -> str:
    largest = max(gpus, key=lambda gpu: gpu.memory_mib)
    needs = needs_of(wanted.policy, largest.card_class)
    here = ", ".join(f"{gpu.index} ({gpu.card}, {gpu.memory_gb:.0f} GB)" for gpu in gpus)
    head = f"tier {wanted.tier!r} ({wanted.policy.model}): "
    tail = f"; this host has GPU {here}"
    count = wanted.policy.gpus
    if count > len(gpus):
        return f"{head}`gpus: {count}` asks for more cards than there are{tail}; lower it"
    if needs.weights_gb is None:
        return f"{head}its size is unknown and no GPU is free{tail}; start fewer with --only TIER"
    if _fits(needs, count=count, memory_gb=largest.memory_gb):
        way = "start fewer tiers here with --only TIER"
        return f"{head}{needs.weights_gb:.3g} GB of weights fit beside no other server{tail}; {way}"
    return head + _too_large(wanted, needs, largest) + tail


def _too_large(wanted: Wanted, needs: Needs, gpu: Gpu) -> str:
    policy, weights = wanted.policy, needs.weights_gb or 0.0
    count = policy.gpus
    if needs.load_gb > weights and needs.load_gb / count + _CONTEXT_GB > gpu.memory_gb:
        return (
            f"SGLang loads its bf16 weights whole ({needs.load_gb:.3g} GB) before it makes them fp8,"
            f" and {count} x {gpu.memory_gb:.1f} GB hold no more; load weights that are fp8 already"
            f" (`launch: {{weights: FOLDER}}`), or set `gpus: {2 * count}`"
        )
    if policy.context_tokens is not None and needs.gpus <= count:
        room = needs.cache_tokens(max(gpu.memory_gb * needs.fraction * count - weights, 0.0))
        return (
            f"`context_tokens: {policy.context_tokens}` does not fit beside {weights:.3g} GB of"
            f" weights, which leave room for {room} tokens; lower it, or set `gpus: {2 * count}`"
        )
    ways = [f"`gpus: {max(needs.gpus, 2 * count)}`"]
    if policy.quantization is None:
        ways.append("`quantization: fp8`")
    return (
        f"{weights:.3g} GB of weights and their cache do not fit {count} x {gpu.memory_gb:.1f} GB;"
        f" set {' or '.join(ways)}, or take a larger card ({needs.why.rstrip('.')})"
    )
