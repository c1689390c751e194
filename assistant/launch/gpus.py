"""The GPUs of this host, as nvidia-smi tells them, or as named on the command line."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.errors import LaunchError
from assistant.launch.cards import MIB_PER_GIB, CardClass, card_name, class_for, known_cards

_QUERY: Final = "index,name,memory.total,driver_version,compute_cap"
_QUERY_TIMEOUT_S: Final = 30.0
"""nvidia-smi takes a second, and several more for each card that was asleep."""

_OLDEST_CAPABILITY: Final = 8.0
"""First with bf16, which the models are kept in and computed with."""

_WAY_OUT: Final = (
    "install the NVIDIA driver, in a container pass the GPUs on (`--gpus all`), or look at the plan"
    ' alone: --print --gpus "H100:1"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One GPU: its index among this host's, the card files' name of it, and its memory in MiB."""

    index: int
    card: str
    memory_mib: int
    driver: str | None = None
    compute_capability: str | None = None

    @property
    def memory_gb(self) -> float:
        """Memory in units of 2^30 bytes."""
        return self.memory_mib / MIB_PER_GIB

    @property
    def card_class(self) -> CardClass:
        """The card class that this GPU belongs to.

        Raises:
            LaunchError: it is smaller than every class, or of too old a kind.
        """
        if self.compute_capability and float(self.compute_capability) < _OLDEST_CAPABILITY:
            message = (
                f"GPU {self.index} ({self.card}) has compute capability {self.compute_capability};"
                " bf16 needs 8.0 (Ampere), so take a newer card or the embedded engine"
            )
            raise LaunchError(message)
        found = class_for(self.memory_mib)
        if found is None:
            message = (
                f"GPU {self.index} ({self.card}) has {self.memory_gb:.1f} GB of memory; no tier is"
                " known to fit less than 20 GB, so take a larger card or the embedded engine"
            )
            raise LaunchError(message)
        return found


def find_gpus(environment: Mapping[str, str]) -> tuple[Gpu, ...]:
    """The GPUs that this process may use: nvidia-smi's, less those CUDA_VISIBLE_DEVICES hides.

    Raises:
        LaunchError: there is none, or nvidia-smi cannot tell them.
    """
    program = shutil.which("nvidia-smi", path=environment.get("PATH"))
    if program is None:
        message = f"no GPU found: `nvidia-smi` is not on the PATH; {_WAY_OUT}"
        raise LaunchError(message)
    try:
        answer = subprocess.run(
            [program, f"--query-gpu={_QUERY}", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=_QUERY_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"no GPU found: `nvidia-smi` cannot run ({type(error).__name__}); {_WAY_OUT}"
        raise LaunchError(message) from error
    if answer.returncode != 0:
        said = (answer.stdout.strip() or answer.stderr.strip() or "nothing").splitlines()[0]
        message = f"no GPU found: `nvidia-smi` ended with {answer.returncode}: {said}; {_WAY_OUT}"
        raise LaunchError(message)
    gpus = _visible(parse_nvidia_smi(answer.stdout), environment.get("CUDA_VISIBLE_DEVICES"))
    if not gpus:
        message = f"no GPU found: nvidia-smi lists none that may be used; {_WAY_OUT}"
        raise LaunchError(message)
    return gpus


def parse_nvidia_smi(text: str) -> tuple[Gpu, ...]:
    """The GPUs in the CSV answer of nvidia-smi (without header and units).

    Raises:
        LaunchError: a line is not what was asked for.
    """
    return tuple(_parse_line(line) for line in text.splitlines() if line.strip())


def named_gpus(text: str) -> tuple[Gpu, ...]:
    """The GPUs of an option like `H100:2` or `H100:1,L40S:2`, numbered from 0.

    Raises:
        LaunchError: a card is unknown, or its count is not a number from 1.
    """
    gpus: list[Gpu] = []
    cards = {name.casefold(): name for name in known_cards()}
    for part in text.split(","):
        name, _, count = part.strip().partition(":")
        card = cards.get(name.strip().casefold())
        if card is None:
            known = ", ".join(sorted(cards.values()))
            message = f"--gpus: card {name.strip()!r} is unknown; known: {known}"
            raise LaunchError(message)
        if count and not (count.isascii() and count.isdigit() and int(count) > 0):
            message = (
                f'--gpus: the count of {name!r} must be a number from 1, got {count!r}; "H100:2"'
            )
            raise LaunchError(message)
        memory = known_cards()[card].memory_mib
        gpus += [
            Gpu(index=len(gpus) + each, card=card, memory_mib=memory)
            for each in range(int(count or "1"))
        ]
    return tuple(gpus)


def _parse_line(line: str) -> Gpu:
    parts = [part.strip() for part in line.split(",")]
    try:
        index, name, memory, driver, capability = parts
        return Gpu(
            index=int(index),
            card=card_name(name),
            memory_mib=int(memory),
            driver=driver,
            compute_capability=str(float(capability)),
        )
    except ValueError as error:
        message = f"nvidia-smi told {line!r} where {_QUERY!r} was asked for; update the driver"
        raise LaunchError(message) from error


def _visible(gpus: Sequence[Gpu], listed: str | None) -> tuple[Gpu, ...]:
    if listed is None:
        return tuple(gpus)
    parts = [part.strip() for part in listed.split(",") if part.strip()]
    if not all(part.isdigit() for part in parts):
        message = (
            f"CUDA_VISIBLE_DEVICES is {listed!r}; give the GPUs by their numbers, as in `0,1`,"
            " so that they can be found in nvidia-smi's list"
        )
        raise LaunchError(message)
    return tuple(gpu for gpu in gpus if str(gpu.index) in parts)
