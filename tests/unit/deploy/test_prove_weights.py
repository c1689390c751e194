"""Model folders of true architectures: configurations, and a tokenizer for every random token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from deploy.gpu.prove.architectures import ARCHITECTURES, VOCABULARY
from deploy.gpu.prove.tokenizer import TokenizerError, widened
from deploy.gpu.prove.weights import END_OF_TURN, random_models

WIDE = 2000


def small_tokenizer() -> dict[str, Any]:
    """A byte-level BPE that knows single bytes, one merge and the end of a turn."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: at for at, letter in enumerate(letters)} | {"th": len(letters)}
    bpe = Tokenizer(models.BPE(vocab=vocabulary, merges=[("t", "h")]))
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bpe.add_special_tokens([END_OF_TURN])
    content: dict[str, Any] = json.loads(bpe.to_str())
    return content


SMALL = Tokenizer.from_str(json.dumps(small_tokenizer()))
WIDENED = Tokenizer.from_str(json.dumps(widened(small_tokenizer(), size=WIDE)))


def test_a_widened_tokenizer_has_a_text_for_every_id() -> None:
    """No id is unknown, and each new one is a word of its own."""
    known = SMALL.get_vocab_size()

    texts = [WIDENED.decode([token], skip_special_tokens=False) for token in range(WIDE)]

    assert WIDENED.get_vocab_size() == WIDE
    assert all(texts)
    assert texts[known:] == [f" w{token}" for token in range(known, WIDE)]


@given(st.text())
def test_a_widened_tokenizer_reads_text_as_before(text: str) -> None:
    """New words never take the place of what the model knows."""
    assert WIDENED.encode(text).ids == SMALL.encode(text).ids


@pytest.mark.parametrize(
    ("tokenizer", "told"),
    [
        ({"model": {"type": "Unigram"}}, "'Unigram'"),
        ({"model": {"type": "BPE", "vocab": {"a": 0, "b": 5}}}, "gaps"),
        ({"model": {"type": "BPE", "vocab": {str(at): at for at in range(9)}}}, "9 entries"),
    ],
)
def test_what_cannot_be_widened_is_refused_with_the_reason(
    tokenizer: dict[str, Any], told: str
) -> None:
    """A folder that would decode nonsense is never written."""
    with pytest.raises(TokenizerError, match=told):
        widened(tokenizer, size=8)


@pytest.mark.parametrize(
    ("name", "billions"), [("12b", (11.3, 12.3)), ("26b-a4b", (24.5, 26.5)), ("31b", (29, 32))]
)
def test_each_architecture_has_the_parameters_its_name_says(
    name: str, billions: tuple[float, float]
) -> None:
    """Weights counted from the configuration, tied embeddings once."""
    config = ARCHITECTURES[name].config(eos_token_id=0)

    total = parameters(config) / 1e9

    assert billions[0] < total < billions[1]
    assert config["layer_types"][-1] == "full_attention"
    assert len(config["layer_types"]) == config["num_hidden_layers"]


def parameters(config: dict[str, Any]) -> int:
    """Entries of all large matrices; on full layers the values are the keys."""
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    total = VOCABULARY * hidden
    for kind in config["layer_types"]:
        full = kind == "full_attention"
        head = config["head_dim" if full else "swa_head_dim"]
        kv = config["num_key_value_heads" if full else "swa_num_key_value_heads"]
        total += hidden * head * (2 * heads + (1 if full else 2) * kv)
        total += 3 * hidden * config["intermediate_size"]
        total += 3 * hidden * config.get("moe_intermediate_size", 0) * config.get("num_experts", 0)
    return int(total)


def test_random_models_get_config_tokenizer_and_chat_template(tmp_path: Path) -> None:
    """All that SGLang wants of a folder but the weights, and a turn ends with the template's token."""
    small = tmp_path / "small"
    small.mkdir()
    (small / "tokenizer.json").write_text(json.dumps(small_tokenizer()), encoding="utf-8")
    (small / "tokenizer_config.json").write_text("{}", encoding="utf-8")
    (small / "chat_template.jinja").write_text("{{ messages }}", encoding="utf-8")

    folders = random_models(["12b"], small=small, models=tmp_path / "models")

    folder = folders["12b"]
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    wide = Tokenizer.from_file(str(folder / "tokenizer.json"))
    assert wide.get_vocab_size() == config["vocab_size"] == VOCABULARY
    assert wide.token_to_id(END_OF_TURN) == config["eos_token_id"]
    assert (folder / "chat_template.jinja").read_text(encoding="utf-8") == "{{ messages }}"


def test_a_folder_that_is_there_is_not_written_again(tmp_path: Path) -> None:
    """Later parts of the proof start at once."""
    small = tmp_path / "small"
    small.mkdir()
    (small / "tokenizer.json").write_text(json.dumps(small_tokenizer()), encoding="utf-8")
    first = random_models(["31b"], small=small, models=tmp_path)["31b"]
    (first / "tokenizer.json").unlink()

    again = random_models(["31b"], small=small, models=tmp_path)["31b"]

    assert again == first
    assert not (again / "tokenizer.json").exists()
