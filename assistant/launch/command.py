"""The command line that starts one SGLang server, each flag with its reason. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from assistant.launch.needs import already_quantised, weights_of
from assistant.launch.placement import Placed
from assistant.policy.models import SGLangTierPolicy

Value: TypeAlias = str | int | float | bool

MODULE: Final = "sglang.launch_server"

_QUANTIZATION: Final = {"fp8": "fp8", "awq": "awq_marlin", "gptq": "gptq_marlin"}
"""SGLang's names. It runs plain `awq` and `gptq` on slow kernels where they are asked for by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One option, without dashes; True is a bare flag."""

    name: str
    value: Value
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a server listens, and the address it is asked at from this host."""

    bind: str
    port: int
    url: str

    @property
    def open_to_network(self) -> bool:
        """Whether other hosts can reach it."""
        return self.bind == "0.0.0.0"  # noqa: S104 - compared, not bound


def flags_of(placed: Placed, address: Address) -> tuple[Flag, ...]:
    """Every flag of the server, the policy's `launch.flags` last; the key is not among them."""
    policy = placed.wanted.policy
    flags = {flag.name: flag for flag in (*_identity(policy, address), *_sizes(placed))}
    for each in placed.gpus[0].card_class.flags:
        flags.setdefault(each.flag, Flag(name=each.flag, value=each.value, why=each.why))
    for name, value in policy.launch.flags.items():
        flags[name] = Flag(name=name, value=value, why="`launch.flags` of the policy.")
    return tuple(flag for flag in flags.values() if flag.value is not False)


def arguments(flags: Sequence[Flag]) -> list[str]:
    """The flags as arguments of a program."""
    listed: list[str] = []
    for flag in flags:
        listed.append(f"--{flag.name}")
        if flag.value is not True:
            listed.append(str(flag.value))
    return listed


def gpu_variables(placed: Placed) -> dict[str, str]:
    """Environment that shows the server its GPUs alone, in nvidia-smi's numbering."""
    shown = ",".join(str(gpu.index) for gpu in placed.gpus)
    return {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": shown}


def shell_command(
    python: str, flags: Sequence[Flag], *, variables: dict[str, str], api_key_env: str | None
) -> str:
    """The same start as a line for the shell; the key stays the name of its variable."""
    head = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    line = [*head, shlex.join([python, "-m", MODULE, *arguments(flags)])]
    if api_key_env is not None:
        line.append(f'--api-key "${api_key_env}"')
    return " ".join(line)


def _identity(policy: SGLangTierPolicy, address: Address) -> list[Flag]:
    flags = [
        Flag(
            name="model-path",
            value=weights_of(policy),
            why="`launch.weights`." if policy.launch.weights else "`model`.",
        ),
        Flag(name="served-model-name", value=policy.model, why="`model`."),
        Flag(name="host", value=address.bind, why="Loopback if `endpoints` names it, else all."),
        Flag(name="port", value=address.port, why="`endpoints`."),
        Flag(name="tp-size", value=policy.gpus, why="`gpus`."),
    ]
    # Weights that are quantised say so themselves, in words that the flag might contradict.
    if policy.quantization is not None and not already_quantised(policy):
        value = _QUANTIZATION[policy.quantization]
        flags.append(Flag(name="quantization", value=value, why="`quantization`."))
    return flags


def _sizes(placed: Placed) -> list[Flag]:
    policy, running = placed.wanted.policy, placed.max_running_requests
    reason = "Its share of the card." if placed.shared else placed.needs.why
    # What the gateway may send at once must find a place, running or waiting.
    queued = int(placed.gpus[0].card_class.value("max-queued-requests"))
    queued = max(queued, policy.max_concurrency - running)
    flags = [
        Flag(name="mem-fraction-static", value=placed.fraction, why=reason),
        Flag(name="max-running-requests", value=running, why=reason),
        Flag(name="max-queued-requests", value=queued, why="A full server refuses at once."),
        Flag(
            name="cuda-graph-max-bs-decode",
            value=running,
            why="Graphs of batches that never run cost start time and memory.",
        ),
    ]
    if placed.context_length is not None:
        why = "`context_tokens`." if policy.context_tokens else reason
        flags.insert(0, Flag(name="context-length", value=placed.context_length, why=why))
    return flags
