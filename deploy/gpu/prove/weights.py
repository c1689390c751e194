"""Writes the model folders that the proof serves: a small real model, and large ones without weights."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.gpu.prove.architectures import ARCHITECTURES, VOCABULARY
from deploy.gpu.prove.tokenizer import widened

if TYPE_CHECKING:
    from collections.abc import Iterable

SMALL = "SmolLM2-135M-Instruct"
"""The real model: Apache-2.0, 135 million parameters, a context of 8,192 tokens."""

END_OF_TURN = "<|im_end|>"
"""The token with which SmolLM2 ends what it says."""

LONGEST_TEXT = 8192
"""Tokens that SmolLM2 was trained on; its GGUF does not tell, and SGLang's `/v1/tokenize` needs it."""

_TOKENIZER_CONFIG = "tokenizer_config.json"
_BESIDE_TOKENIZER = (_TOKENIZER_CONFIG, "chat_template.jinja")
_DONE = "config.json"
"""Written last: a folder that has it is whole."""


def small_model(gguf: Path, models: Path) -> Path:
    """The folder of the real model in bf16 safetensors, made from its GGUF unless it is there.

    Takes half a minute; torch, transformers, gguf and accelerate come with SGLang.
    """
    folder = models / SMALL
    if (folder / _DONE).exists():
        return folder
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    half = models / f"{SMALL}.part"
    shutil.rmtree(half, ignore_errors=True)
    source = {"gguf_file": gguf.name}
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, dtype=torch.bfloat16, **source)
    model.save_pretrained(half)
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, **source)
    # The conversion takes the token that begins a turn for the one that ends it.
    tokenizer.eos_token = END_OF_TURN
    tokenizer.pad_token = END_OF_TURN
    tokenizer.model_max_length = LONGEST_TEXT
    tokenizer.save_pretrained(half)
    half.rename(folder)
    return folder


def random_models(names: Iterable[str], *, small: Path, models: Path) -> dict[str, Path]:
    """Folders of the true architectures for `--load-format dummy`, by short name.

    Their tokenizer is that of `small`, widened to Gemma's vocabulary: whatever token comes out is
    text, so chat, log-probabilities and our whole server work on random weights.
    """
    tokenizer = _read(small / "tokenizer.json")
    wide = json.dumps(widened(tokenizer, size=VOCABULARY), ensure_ascii=False)
    end = _id_of(END_OF_TURN, tokenizer)
    folders = {}
    for name in names:
        folder = folders[name] = models / f"gemma-4-{name}-random"
        if (folder / _DONE).exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tokenizer.json").write_text(wide, encoding="utf-8")
        for beside in _BESIDE_TOKENIZER:
            if (small / beside).exists():
                shutil.copy(small / beside, folder / beside)
        _forget_longest_text(folder / _TOKENIZER_CONFIG)
        config = ARCHITECTURES[name].config(eos_token_id=end)
        (folder / _DONE).write_text(json.dumps(config, indent=2), encoding="utf-8")
    return folders


def _forget_longest_text(path: Path) -> None:
    """Gemma's tokenizer names none either."""
    if path.exists():
        config = {name: value for name, value in _read(path).items() if name != "model_max_length"}
        path.write_text(json.dumps(config, indent=2, ensure_ascii=False), encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _id_of(token: str, tokenizer: dict[str, Any]) -> int:
    added = {each["content"]: each["id"] for each in tokenizer.get("added_tokens", ())}
    return int({**tokenizer["model"]["vocab"], **added}[token])
