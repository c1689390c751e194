"""What a tier's model needs of a card: from the card files, else from the model's name."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from assistant.launch.cards import CardClass, Fit
from assistant.policy.models import SGLangTierPolicy

Precision = Literal["bf16", "fp8", "int4"]

BYTES_PER_WEIGHT: Final[dict[Precision, float]] = {"bf16": 2.0, "fp8": 1.0, "int4": 0.56}
"""4-bit weights carry a scale for every 32 to 128 of them."""

SWA_SHARE: Final = 0.8
"""Tokens of sliding-window cache per token of full cache: SGLang's `--swa-full-tokens-ratio`."""

WINDOW_TOKENS: Final = 1154
"""Cache of one running request in a sliding layer: the window of 1,024 tokens, 128 that SGLang lets
pass before it frees any, and a page at either end."""

_SMALLEST_CONTEXT: Final = 8192
"""Tokens of cache that must be free beside the weights, where the policy asks for no more."""

_UNKNOWN_CACHE_SHARE: Final = 0.25
"""Least cache of a model of unknown architecture, as a share of its weights."""

_SIZE_IN_NAME: Final = re.compile(
    r"(?<![A-Za-z0-9.])(\d+(?:\.\d+)?)([MB])(?![A-Za-z0-9])", re.IGNORECASE
)
_QUANTISED_NAME: Final = re.compile(r"fp8|awq|gptq|w4a16|w8a8", re.IGNORECASE)
_BYTES_PER_UNIT: Final = {"M": 1e6, "B": 1e9}
_GIB: Final = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """A server's needs, all of its cards together; GB are 2^30 bytes.

    `weights_gb` is None where neither the card files nor the name tell it: such a server gets cards
    of its own. `load_gb` is the peak while loading. `cache_gb` is the least cache, `wanted_cache_gb`
    what `max_running_requests` can use. `fraction` is `--mem-fraction-static` on an empty card.
    """

    weights_gb: float | None
    load_gb: float
    kv_kib_per_token: float | None
    cache_gb: float
    wanted_cache_gb: float
    gpus: int
    fraction: float
    context_length: int | None
    max_running_requests: int
    why: str

    def cache_tokens(self, cache_gb: float) -> int | None:
        """Tokens that `cache_gb` holds; None where the architecture is unknown."""
        if self.kv_kib_per_token is None:
            return None
        return int(cache_gb * _GIB / (self.kv_kib_per_token * 1024))


def precision_of(tier: SGLangTierPolicy) -> Precision:
    """The bytes that the tier's weights are kept in."""
    match tier.quantization:
        case None:
            return "bf16"
        case "fp8":
            return "fp8"
        case "awq" | "gptq":
            return "int4"


def needs_of(tier: SGLangTierPolicy, card_class: CardClass) -> Needs:
    """What one server of `tier` needs on cards of `card_class`."""
    fraction = float(card_class.value("mem-fraction-static"))
    fit = _fit(tier, card_class)
    if fit is None:
        return _unknown(tier, card_class, fraction)
    context = tier.context_tokens or fit.context_length
    per_token_gb = fit.kv_kib_per_token * 1024 / _GIB
    wanted_tokens = fit.max_running_requests * WINDOW_TOKENS / SWA_SHARE
    least_tokens = tier.context_tokens or min(fit.context_length, _SMALLEST_CONTEXT)
    # Weights that were quantised beforehand are never held in bf16.
    peak = fit.weights_gb if already_quantised(tier) else fit.load_gb or fit.weights_gb
    return Needs(
        weights_gb=fit.weights_gb,
        load_gb=peak,
        kv_kib_per_token=fit.kv_kib_per_token,
        cache_gb=least_tokens * per_token_gb,
        wanted_cache_gb=max(wanted_tokens, context) * per_token_gb,
        gpus=fit.gpus,
        fraction=fit.mem_fraction_static or fraction,
        context_length=context,
        max_running_requests=fit.max_running_requests,
        why=fit.why + (" Memory estimated, not measured." if fit.estimated else ""),
    )


def weights_of(tier: SGLangTierPolicy) -> str:
    """What the tier's servers load: a name on the hub, or a folder, its `~` written out.

    Servers are started without a shell, which alone would know what `~` is.
    """
    weights = tier.launch.weights or tier.model
    if not weights.startswith("~"):
        return weights
    try:
        return str(Path(weights).expanduser())
    except RuntimeError:
        # Nobody of that name has a home: then it is no folder, and told as such.
        return weights


def already_quantised(tier: SGLangTierPolicy) -> bool:
    """Whether the weights to load are quantised: a folder says so, a name on the hub suggests it."""
    weights = weights_of(tier)
    config = Path(weights) / "config.json"
    try:
        return "quantization_config" in json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return _QUANTISED_NAME.search(weights) is not None


def _fit(tier: SGLangTierPolicy, card_class: CardClass) -> Fit | None:
    names = {name.casefold(): fits for name, fits in card_class.models.items()}
    # A folder of weights may be named as on the hub, and a served name may be anything.
    short = {name.rpartition("/")[2]: fits for name, fits in names.items()}
    for name in (tier.model, tier.launch.weights or ""):
        fits = short.get(name.rstrip("/").rpartition("/")[2].casefold())
        if fits is not None:
            return fits.get(precision_of(tier))
    return None


def _unknown(tier: SGLangTierPolicy, card_class: CardClass, fraction: float) -> Needs:
    weights = _weights_from_name(tier)
    told = (
        "its size is unknown, so it gets a card of its own"
        if weights is None
        else f"about {weights:.2g} GB of weights by its name"
    )
    size = weights or 0.0
    # As those of known models: made fp8 by SGLang only after all of them are loaded.
    made_fp8 = tier.quantization == "fp8" and not already_quantised(tier)
    growth = BYTES_PER_WEIGHT["bf16"] / BYTES_PER_WEIGHT["fp8"] if made_fp8 else 1.0
    return Needs(
        weights_gb=weights,
        load_gb=size * growth,
        kv_kib_per_token=None,
        cache_gb=size * _UNKNOWN_CACHE_SHARE,
        wanted_cache_gb=size,
        gpus=1,
        fraction=fraction,
        context_length=tier.context_tokens,
        max_running_requests=card_class.unknown_model.max_running_requests,
        why=f"Unknown model, defaults: {told}.",
    )


def _weights_from_name(tier: SGLangTierPolicy) -> float | None:
    for name in (tier.model, tier.launch.weights or ""):
        found = _SIZE_IN_NAME.search(name.rstrip("/").rpartition("/")[2])
        if found is not None:
            weights = float(found[1]) * _BYTES_PER_UNIT[found[2].upper()]
            return weights * BYTES_PER_WEIGHT[precision_of(tier)] / _GIB
    return None
