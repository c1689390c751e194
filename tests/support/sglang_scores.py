"""Made-up tokens and log-probabilities in the shape of SGLang's `/v1/tokenize` and `/generate`.

A token is two characters, so a text may begin in the middle of one, as with real tokenizers.
"""

from __future__ import annotations

from typing import Any

BOS = 1
_CONTINUED = "continue_final_message"


def made_up(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request for tokens or for a prefill score."""
    if path == "/v1/tokenize":
        tokens = tokens_of(body["messages"], continued=body.get(_CONTINUED, False))
        return {"tokens": tokens, "count": len(tokens), "max_model_len": 2048}
    return generated(body["input_ids"], body["logprob_start_len"])


def tokens_of(messages: list[dict[str, str]], *, continued: bool) -> list[int]:
    """The template, a line a message, then the begun answer in tokens of its own."""
    *closed, last = messages
    begun = last["content"] if continued else ""
    turns = closed if continued else messages
    prompt = "".join(f"{turn['role']}:{turn['content']}\n" for turn in turns) + "assistant:"
    return [BOS, *encoded(prompt), *encoded(begun)]


def encoded(text: str) -> list[int]:
    """One token for two characters, the last one maybe for one."""
    pairs = [text[at : at + 2] for at in range(0, len(text), 2)]
    return [
        sum(ord(character) << 8 * place for place, character in enumerate(pair)) for pair in pairs
    ]


def logprob_of(token: int) -> float:
    """Something below 0 that tells tokens apart."""
    return -(token % 1000) / 100


def generated(tokens: list[int], start: int) -> dict[str, Any]:
    """A prefill of `tokens`; the first one that is told has no log-probability."""
    told: list[list[Any]] = [[logprob_of(token), token, None] for token in tokens[start:]]
    told[0][0] = None
    return {
        "text": "x",
        "output_ids": [7],
        "meta_info": {
            "finish_reason": {"type": "length", "length": 1},
            "prompt_tokens": len(tokens),
            "input_token_logprobs": told,
            "output_token_logprobs": [[-0.5, 7, None]],
            "completion_tokens": 1,
            # As the real one where it has read the conversation before: all before the first told.
            "cached_tokens": start,
        },
    }
