"""Why a server could not start, from its log: what, where, which value, and the way out.

The patterns are messages of SGLang 0.5.17, torch, transformers and huggingface_hub.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assistant.errors import LaunchError
from assistant.launch.python import HOW_TO_INSTALL, HOW_TO_UPGRADE

_LAST_LINES: Final = 12
"""Lines of an unknown failure that are shown: a Python error and where it was raised."""

_KILLED: Final = {9, 137}
"""Exit status of a program that got SIGKILL, as the kernel and as the shell count it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The server that failed: its tier, weights, cards as shown, GPUs it spans, driver, port and log."""

    tier: str
    model: str
    cards: str
    gpus: int
    driver: str
    port: int
    log: Path


@dataclass(frozen=True, slots=True)
class _Known:
    """`what` and `way_out` may hold fields of a Place, and `{0}`, `{1}` for the pattern's groups."""

    pattern: str
    what: str
    way_out: str


_LESS: Final = "`quantization: fp8` or `gpus: {more}`"
_FLAGS: Final = "in `launch.flags` of the tier"

KNOWN: Final = (
    _Known(
        r"access (?:a )?gated repo|GatedRepoError|is a gated repository",
        "model {model!r} is gated, and this host has no token that may read it",
        "accept its licence at https://huggingface.co/{model}, then run `hf auth login` or set HF_TOKEN",
    ),
    _Known(
        r"OSError: .{0,300}(?:is not a valid model identifier|couldn't connect to 'https?://"
        r"|does not appear to have a file named)|Repository Not Found|RepositoryNotFoundError"
        r"|LocalEntryNotFoundError|Cannot find any model weights",
        "model {model!r} was not found, neither as a folder here nor on the hub",
        "correct `model`, or name the folder with its weights in `launch.weights`; a private model"
        " needs HF_TOKEN, a host without network the folder",
    ),
    _Known(
        r"\[Errno 98\]|[Aa]ddress already in use|port at \d+ is not available",
        "port {port} is taken by another program",
        "stop that program (`ss -ltnp 'sport = :{port}'` shows it), or change the port in `endpoints`",
    ),
    _Known(
        r"no kernel image is available",
        "wrong CUDA: this torch has no code for {cards}",
        "install the torch that SGLang names for the card's CUDA version",
    ),
    _Known(
        r"driver on your system is too old|CUDA driver version is insufficient"
        r"|forward compatibility was attempted|Found no NVIDIA driver",
        "wrong CUDA: the NVIDIA driver ({driver}) is older than this torch needs",
        "update the driver, or install a torch for the CUDA version that `nvidia-smi` shows",
    ),
    _Known(
        r"not compiled with CUDA enabled|lib(?:cuda|cudart|nvrtc|cublas)[\w.-]*: cannot open",
        "wrong CUDA: this Python's torch cannot use a GPU",
        "install torch with CUDA for it, or name another Python with --python",
    ),
    _Known(
        r"context_length \((\d+)\) is greater than the derived context_length \((\d+)\)",
        "a context of {0} tokens is longer than the {1} that model {model!r} knows",
        "set `context_tokens: {1}` or less",
    ),
    _Known(
        r"chat_template is not set|Chat template .{0,200} is not a built-in template",
        "model {model!r} has no chat template, so nobody could talk to it",
        "serve its instruction-tuned version (`-it`, `-Instruct`), or name a template file as"
        " `chat-template` " + _FLAGS,
    ),
    _Known(
        r"No module named '?sglang\b",
        "SGLang is not installed for this Python",
        HOW_TO_INSTALL,
    ),
    _Known(
        r"does not recognize this architecture|unrecognized arguments|are not supported for now",
        "SGLang or transformers is too old for model {model!r} or its flags; Gemma 4 needs 0.5.17",
        HOW_TO_UPGRADE,
    ),
    _Known(
        r"Loaded weights leave no GPU memory for the KV cache[\s\S]{0,200}?above (\d\.\d+)",
        "out of memory: the weights leave no cache on {cards}",
        "set `mem-fraction-static` above {0} " + _FLAGS + ", or " + _LESS,
    ),
    _Known(
        r"Not enough memory\. Please try to increase --mem-fraction-static",
        "out of memory: the weights leave no cache on {cards}",
        "raise `mem-fraction-static` " + _FLAGS + ", or set " + _LESS,
    ),
    _Known(
        r"SWA pool",
        "out of memory: the sliding-window cache does not fit {cards}",
        "lower `max-running-requests` " + _FLAGS + ", lower `context_tokens`, or set " + _LESS,
    ),
    _Known(
        r"Capture \w*\s?(?:cuda|CUDA) graph failed",
        "out of memory while capturing CUDA graphs on {cards}",
        "lower `mem-fraction-static`, or `cuda-graph-max-bs-decode`, " + _FLAGS,
    ),
    _Known(
        r"memory capacity is unbalanced",
        "out of memory: other programs use part of {cards}",
        "stop them (`nvidia-smi` lists them), or run on other GPUs with CUDA_VISIBLE_DEVICES",
    ),
    _Known(
        r"(?:Prefill|Decode) out of memory|Out of memory even after retracting|alloc_req_slots runs",
        "out of memory: the cache on {cards} was full",
        "lower `max-running-requests` " + _FLAGS + ", lower `context_tokens`, or set " + _LESS,
    ),
    _Known(
        r"Load weight begin(?![\s\S]*Load weight end)[\s\S]*(?:CUDA out of memory|OutOfMemoryError)",
        "out of memory: the weights of {model!r} do not fit {cards}",
        "set " + _LESS + ", or load weights that are quantised already (`launch.weights`)",
    ),
    _Known(
        r"CUDA out of memory|OutOfMemoryError|CUDA error: out of memory",
        "out of memory on {cards}",
        "lower `mem-fraction-static` (activations need more), then `max-running-requests` or"
        " `chunked-prefill-size`, " + _FLAGS + "; or set " + _LESS,
    ),
)
"""The first pattern that is found tells; those that name one cause stand before those of many."""


def known_failure(log: str, place: Place) -> LaunchError | None:
    """The failure that `log` tells of, in plain words; None if it is not a usual one."""
    for known in KNOWN:
        found = re.search(known.pattern, log)
        if found is not None:
            return _told(known, place, found.groups())
    return None


def failure(log: str, place: Place, *, exit_status: int, served: bool) -> LaunchError:
    """Why the server ended with `exit_status`.

    The last lines of the log are repeated where the cause is not a usual one, but never of a server
    that had begun to serve: it may log what writers sent.
    """
    known = known_failure(log, place)
    if known is not None:
        return known
    head = f"tier {place.tier!r}: the server on port {place.port} ended with status {exit_status}"
    # SGLang itself kills its processes after an error of one; that error is in the log.
    if exit_status in _KILLED and "Traceback" not in log:
        way = "something killed it, most often for want of main memory; `dmesg` tells"
        return LaunchError(f"{head}: {way}; its log is {str(place.log)!r}")
    lines = [] if served else [line for line in re.split(r"[\r\n]+", log) if line.strip()]
    shown = "".join(f"\n  {line.strip()}" for line in lines[-_LAST_LINES:])
    return LaunchError(
        f"{head}; its log is {str(place.log)!r}" + (f", which ends:{shown}" if shown else "")
    )


def missing_chat_template(place: Place) -> LaunchError:
    """The failure of a server that generates but cannot hold a conversation."""
    known = next(each for each in KNOWN if "chat_template" in each.pattern)
    return _told(known, place, ())


def _told(known: _Known, place: Place, groups: tuple[str, ...]) -> LaunchError:
    fields = {
        "model": place.model,
        "cards": place.cards,
        "driver": place.driver,
        "port": place.port,
        "more": 2 * place.gpus,
    }
    what = known.what.format(*groups, **fields)
    way_out = known.way_out.format(*groups, **fields)
    return LaunchError(f"tier {place.tier!r}: {what}; {way_out}; the log is {str(place.log)!r}")
