"""From a policy and GPUs to the servers to start, with what the admin should know. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from assistant.errors import LaunchError
from assistant.launch.command import Address, Flag, flags_of, gpu_variables, shell_command
from assistant.launch.gpus import Gpu
from assistant.launch.needs import weights_of
from assistant.launch.placement import Placed, Wanted, place
from assistant.policy.models import Policy, SGLangTierPolicy

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LOCALHOST: Final = "localhost"
_HUB_PARTS: Final = 2
"""A name on the model hub is `owner/name`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPlan:
    """One server to start; of several on one GPU, the plan's order is the order they must start in."""

    placed: Placed
    address: Address
    flags: tuple[Flag, ...]

    @property
    def tier(self) -> str:
        """The tier's name in the policy."""
        return self.placed.wanted.tier

    @property
    def policy(self) -> SGLangTierPolicy:
        """The tier's part of the policy."""
        return self.placed.wanted.policy

    @property
    def name(self) -> str:
        """The tier and its port, which together are unique on a host."""
        return f"{self.tier}-{self.address.port}"

    @property
    def gpu_indices(self) -> tuple[int, ...]:
        """The GPUs it runs on, in nvidia-smi's numbering."""
        return tuple(gpu.index for gpu in self.placed.gpus)

    @property
    def cards(self) -> str:
        """Its cards as a person names them: `H100 (GPU 0)`."""
        indices = ", ".join(str(index) for index in self.gpu_indices)
        return f"{self.placed.gpus[0].card} (GPU {indices})"

    def value(self, flag: str) -> str | int | float | bool | None:
        """The value of one of its flags; None where it has no such flag."""
        return next((each.value for each in self.flags if each.name == flag), None)

    def shell_command(self, python: str) -> str:
        """The line that starts it by hand."""
        return shell_command(
            python,
            self.flags,
            variables=gpu_variables(self.placed),
            api_key_env=self.policy.api_key_env,
        )


def wanted_servers(policy: Policy, *, only: Collection[str] = ()) -> tuple[Wanted, ...]:
    """One server per endpoint of every SGLang tier, or of those in `only`.

    Raises:
        LaunchError: there is none, or `only` names something else.
    """
    tiers = {
        name: tier for name, tier in policy.tiers.items() if isinstance(tier, SGLangTierPolicy)
    }
    if not tiers:
        message = (
            f"policy {policy.name!r} has no tier with `engine: sglang`; name one that has, as in"
            " --policy gemma4"
        )
        raise LaunchError(message)
    for name in only:
        if name not in tiers:
            known = ", ".join(tiers)
            message = f"--only: policy {policy.name!r} has no SGLang tier {name!r}; it has: {known}"
            raise LaunchError(message)
    return tuple(
        Wanted(tier=name, policy=tier, endpoint=endpoint)
        for name, tier in tiers.items()
        if not only or name in only
        for endpoint in tier.endpoints
    )


def on_this_host(wanted: Sequence[Wanted], hostname: str) -> tuple[Wanted, ...]:
    """The servers whose endpoint names this host or loopback; all, where none names this host.

    So one policy serves several hosts, each of which starts its own endpoints.
    """
    names = {hostname.casefold(), hostname.casefold().partition(".")[0]}
    hosts = [urlsplit(each.endpoint).hostname or "" for each in wanted]
    if not any(host in names for host in hosts):
        return tuple(wanted)
    here = [host in names or _is_loopback(host) or host == _LOCALHOST for host in hosts]
    return tuple(each for each, is_here in zip(wanted, here, strict=True) if is_here)


def plan_servers(wanted: Sequence[Wanted], gpus: Sequence[Gpu]) -> tuple[ServerPlan, ...]:
    """Where each server runs and how it is started, those of one GPU in starting order.

    Raises:
        LaunchError: two endpoints have one port, a server does not fit, or a flag is not free.
    """
    _check_ports(wanted)
    for each in wanted:
        _check_weights(each)
    plans: list[ServerPlan] = []
    for placed in place(wanted, gpus):
        address = address_of(placed.wanted.endpoint)
        _check_context(placed)
        flags = flags_of(placed, address)
        plans.append(ServerPlan(placed=placed, address=address, flags=flags))
    return tuple(plans)


def address_of(endpoint: str) -> Address:
    """Where the server of `endpoint` listens on this host: loopback stays loopback."""
    parts = urlsplit(endpoint)
    host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]
    if host == _LOCALHOST:
        host = "127.0.0.1"
    if _is_loopback(host):
        shown = f"[{host}]" if ":" in host else host
        return Address(bind=host, port=port, url=f"http://{shown}:{port}")
    return Address(bind="0.0.0.0", port=port, url=f"http://127.0.0.1:{port}")  # noqa: S104 - told


def notes_of(plan: ServerPlan) -> list[str]:
    """What the admin should know of a server before it starts, one sentence each."""
    policy, running = plan.policy, plan.placed.max_running_requests
    notes = [_memory_note(plan.placed)]
    if plan.value("max-running-requests") == running < policy.max_concurrency:
        notes.append(
            f"{running} requests run at once, the policy sends up to {policy.max_concurrency}: the"
            " rest waits in the server's queue."
        )
    if plan.address.open_to_network:
        closing = (
            f"only the key in ${policy.api_key_env} closes it"
            if policy.api_key_env
            else "anyone there may use it; name a variable with a key in `api_key_env` to close it"
        )
        notes.append(f"Port {plan.address.port} is open to the network: {closing}.")
    return notes


def _memory_note(placed: Placed) -> str:
    if not placed.shared or placed.cache_tokens is None:
        return placed.needs.why
    return (
        f"Shares its card and has room for {placed.cache_tokens:,} tokens. Servers of one card start"
        " one after the other, for SGLang counts memory from what is free then."
    )


def _check_ports(wanted: Sequence[Wanted]) -> None:
    owners: dict[int, Wanted] = {}
    for each in wanted:
        port = address_of(each.endpoint).port
        other = owners.setdefault(port, each)
        if other is not each:
            one = f"--only {other.tier}" if other.tier != each.tier else "a policy that lists one"
            message = (
                f"{other.endpoint} (tier {other.tier!r}) and {each.endpoint} (tier {each.tier!r})"
                f" both want port {port} of this host; start one of them here with {one}, name this"
                " host as it calls itself, or give each endpoint a port of its own"
            )
            raise LaunchError(message)


def _check_weights(wanted: Wanted) -> None:
    weights = wanted.policy.launch.weights or wanted.policy.model
    path = Path(weights_of(wanted.policy))
    is_path = weights.startswith((".", "~", "/")) or len(path.parts) > _HUB_PARTS
    if is_path and not path.is_dir():
        message = (
            f"tier {wanted.tier!r}: model not found: there is no folder {weights!r}; correct"
            " `launch.weights`, or give the name of a model on the hub (`owner/name`)"
        )
        raise LaunchError(message)


def _check_context(placed: Placed) -> None:
    policy, context = placed.wanted.policy, placed.context_length
    if context is not None and policy.max_tokens >= context:
        message = (
            f"tier {placed.wanted.tier!r}: `max_tokens: {policy.max_tokens}` leaves no room for a"
            f" prompt in a context of {context} tokens; lower it, or raise `context_tokens`"
        )
        raise LaunchError(message)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
