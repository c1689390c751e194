"""Marks of the model's chat template in the text."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_TOKENS = (
    "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>",
    "<|begin_of_text|>", "<|end_of_text|>", "<|user|>", "<|assistant|>", "<|system|>", "<|end|>", "<|channel|>",
    "<start_of_turn>", "<end_of_turn>", "<turn|>", "<|turn>", "<bos>", "<eos>", "<pad>", "<unk>", "</s>", "[INST]",
    "[/INST]", "<<SYS>>", "<</SYS>>", "<think>", "</think>", "<0x0A>", "### Response:", "### Instruction:",
    "### Input:", "### Assistant:", "### Human:",
)  # fmt: skip
_HINTS = ("<", "[INST]", "[/INST]", "### ")
_ROLES = frozenset(["assistant", "user", "model", "system", "assistant:", "user:", "system:"])


def template_tokens(reading: Reading) -> CheckResult | None:
    """Fails on special tokens and on a line that is only a role, unless the request has them too."""
    if not reading.words:
        return None
    found = _found(reading)
    if found is None or found in reading.instruction or found in reading.source:
        return passed("template_tokens", "no marks of the chat template")
    return failed("template_tokens", f'has "{found}"')


def _found(reading: Reading) -> str | None:
    text = reading.text
    if any(hint in text for hint in _HINTS):
        for token in _TOKENS:
            if token in text:
                return token
    # A list of who uses a system may well have such a line further down.
    return reading.lines[0] if reading.lines[0] in _ROLES and len(reading.lines) > 1 else None
