"""MiniLM and its kin without the layers of wrappers around them: a third less time for one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from torch import Tensor
from torch.nn import functional
from transformers import BertModel

TEXTS_A_PASS = 4
"""Some 100 tokens: more at once gain nothing on one thread, leave the cache and pad more."""

SAME = 1e-5
"""Most that a number of a vector may differ from what the library computes."""

_PROBES = (
    "Two words.",
    "A longer sentence, so that the shorter one is padded when both are read together.",
)


Weights: TypeAlias = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Norm:
    weight: Tensor
    bias: Tensor
    epsilon: float

    @classmethod
    def of(cls, weights: Weights, name: str, epsilon: float) -> _Norm:
        weight, bias = _dense(weights, name)
        return cls(weight=weight, bias=bias, epsilon=epsilon)

    def __call__(self, states: Tensor) -> Tensor:
        width = (states.shape[-1],)
        return functional.layer_norm(states, width, self.weight, self.bias, self.epsilon)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """One encoder layer; query, key and value are one product."""

    heads: int
    query_key_value: tuple[Tensor, Tensor]
    attended: tuple[Tensor, Tensor]
    attended_norm: _Norm
    wide: tuple[Tensor, Tensor]
    narrow: tuple[Tensor, Tensor]
    norm: _Norm

    @classmethod
    def of(cls, weights: Weights, name: str, *, heads: int, epsilon: float) -> _Layer:
        parts = [
            _dense(weights, f"{name}.attention.self.{part}") for part in ("query", "key", "value")
        ]
        return cls(
            heads=heads,
            query_key_value=(
                torch.cat([weight for weight, _ in parts]),
                torch.cat([bias for _, bias in parts]),
            ),
            attended=_dense(weights, f"{name}.attention.output.dense"),
            attended_norm=_Norm.of(weights, f"{name}.attention.output.LayerNorm", epsilon),
            wide=_dense(weights, f"{name}.intermediate.dense"),
            narrow=_dense(weights, f"{name}.output.dense"),
            norm=_Norm.of(weights, f"{name}.output.LayerNorm", epsilon),
        )

    def __call__(self, states: Tensor, seen: Tensor | None) -> Tensor:
        texts, tokens, width = states.shape
        parts = functional.linear(states, *self.query_key_value)
        query, key, value = parts.view(texts, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        attended = attended.transpose(1, 2).reshape(texts, tokens, width)
        states = self.attended_norm(states + functional.linear(attended, *self.attended))
        wide = functional.gelu(functional.linear(states, *self.wide))
        return self.norm(states + functional.linear(wide, *self.narrow))


class MeanPooledBert:
    """A BERT encoder whose vectors are the mean of its last states, at unit length.

    Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers", NAACL 2019; Reimers and
    Gurevych, "Sentence-BERT", EMNLP 2019.
    """

    def __init__(self, model: SentenceTransformer, bert: BertModel) -> None:
        """Shares the weights of a loaded model."""
        weights = bert.state_dict()
        settings = bert.config
        self._tokenizer = model.tokenizer
        self._most_tokens = model.max_seq_length
        self._words = weights["embeddings.word_embeddings.weight"]
        # A passage is one segment, and its tokens stand where they stand: both are known beforehand.
        self._places = (
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        epsilon = settings.layer_norm_eps
        self._norm = _Norm.of(weights, "embeddings.LayerNorm", epsilon)
        self._layers = [
            _Layer.of(
                weights,
                f"encoder.layer.{number}",
                heads=settings.num_attention_heads,
                epsilon=epsilon,
            )
            for number in range(settings.num_hidden_layers)
        ]

    @classmethod
    def of(cls, model: SentenceTransformer) -> MeanPooledBert | None:
        """This model, or None where it is anything else: its vectors are compared."""
        bert = getattr(model[0], "auto_model", None)
        if not isinstance(bert, BertModel):
            return None
        ours = cls(model, bert)
        theirs = model.encode(
            list(_PROBES), show_progress_bar=False, convert_to_numpy=True, normalize_embeddings=True
        )
        found = ours(_PROBES)
        same = found.shape == theirs.shape and np.allclose(found, theirs, rtol=0, atol=SAME)
        return ours if same else None

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimensions), in the order given."""
        rows = np.zeros((len(texts), self._words.shape[1]), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(texts), TEXTS_A_PASS):
            chosen = by_length[start : start + TEXTS_A_PASS]
            with torch.inference_mode():
                rows[chosen] = self._pass([texts[at] for at in chosen])
        return rows

    def _pass(self, texts: list[str]) -> NDArray[np.float32]:
        read = self._tokenizer(
            texts, padding=True, truncation=True, max_length=self._most_tokens, return_tensors="pt"
        )
        tokens, mask = read["input_ids"], read["attention_mask"]
        seen = None if bool(mask.all()) else mask[:, None, None, :].bool()
        states = self._norm(
            functional.embedding(tokens, self._words) + self._places[: tokens.shape[1]]
        )
        for layer in self._layers:
            states = layer(states, seen)
        share = mask.to(states.dtype)[:, None, :]
        means = (share @ states)[:, 0] / share.sum(dim=2)
        unit: NDArray[np.float32] = functional.normalize(means, dim=1).numpy()
        return unit


def _dense(weights: Weights, name: str) -> tuple[Tensor, Tensor]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]
