"""The Gemma 4 models as text-only SGLang configurations, for random weights of the true shape. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

VOCABULARY = 262_144
"""Entries of Gemma 4's vocabulary."""

CONTEXT_TOKENS = 32_768
"""Positions that the configurations promise: more than any part of the proof asks for."""

_SLIDING_PER_FULL = 5
"""Gemma 4 has five sliding layers to one of full attention, the last layer being full."""

_SLIDING_WINDOW = 1024
_SLIDING_HEAD = 256
_FULL_HEAD = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """What tells the three models apart: sizes in dimensions, layers and heads.

    `experts`, `experts_used` and `expert` (their inner size) are 0 for a dense model.
    """

    model: str
    hidden: int
    mlp: int
    layers: int
    heads: int
    sliding_kv_heads: int
    full_kv_heads: int
    experts: int = 0
    experts_used: int = 0
    expert: int = 0

    def config(self, *, eos_token_id: int) -> dict[str, Any]:
        """The `config.json` that SGLang reads.

        In a text-only configuration SGLang takes `head_dim` and `num_key_value_heads` for the layers
        of full attention, and those with `swa_` before them for the sliding ones.
        """
        return {
            "architectures": ["Gemma4ForCausalLM"],
            "model_type": "gemma4_text",
            "dtype": "bfloat16",
            "vocab_size": VOCABULARY,
            "hidden_size": self.hidden,
            "intermediate_size": self.mlp,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "head_dim": _FULL_HEAD,
            "v_head_dim": _FULL_HEAD,
            "num_key_value_heads": self.full_kv_heads,
            "swa_head_dim": _SLIDING_HEAD,
            "swa_v_head_dim": _SLIDING_HEAD,
            "swa_num_key_value_heads": self.sliding_kv_heads,
            "sliding_window": _SLIDING_WINDOW,
            "layer_types": self._layer_types(),
            "attention_k_eq_v": True,
            "final_logit_softcapping": 30.0,
            "hidden_size_per_layer_input": 0,
            "max_position_embeddings": CONTEXT_TOKENS,
            "tie_word_embeddings": True,
            "bos_token_id": eos_token_id,
            "eos_token_id": eos_token_id,
            "pad_token_id": eos_token_id,
        } | self._mixture()

    def _layer_types(self) -> list[str]:
        period = _SLIDING_PER_FULL + 1
        return [
            "sliding_attention" if (layer + 1) % period else "full_attention"
            for layer in range(self.layers)
        ]

    def _mixture(self) -> dict[str, Any]:
        if not self.experts:
            return {}
        return {
            "enable_moe_block": True,
            "num_experts": self.experts,
            "top_k_experts": self.experts_used,
            "moe_intermediate_size": self.expert,
        }


ARCHITECTURES: Mapping[str, Architecture] = MappingProxyType(
    {
        "12b": Architecture(
            model="google/gemma-4-12B-it",
            hidden=3840,
            mlp=15_360,
            layers=48,
            heads=16,
            sliding_kv_heads=8,
            full_kv_heads=1,
        ),
        "26b-a4b": Architecture(
            model="google/gemma-4-26B-A4B-it",
            hidden=2816,
            mlp=2112,
            layers=30,
            heads=16,
            sliding_kv_heads=8,
            full_kv_heads=2,
            experts=128,
            experts_used=8,
            expert=704,
        ),
        "31b": Architecture(
            model="google/gemma-4-31B-it",
            hidden=5376,
            mlp=21_504,
            layers=60,
            heads=32,
            sliding_kv_heads=16,
            full_kv_heads=4,
        ),
    }
)
"""The models of the ladder by the short names of the command line."""
