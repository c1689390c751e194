"""What checks, features and the scorer see of one draft."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.types import DraftRequest, Finish, TokenLogprob


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringInput:
    """A draft with the request it answers.

    `logprobs` is empty where the engine gave none; `siblings` are the other samples of the same rung.
    For a conversation (`task: chat`) the last user message stands for the instruction; see
    `instruction_of`.
    """

    request: DraftRequest
    text: str
    finish: Finish = "stop"
    siblings: tuple[str, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()


def instruction_of(request: DraftRequest) -> str:
    """What the writer asked for in words: the instruction, or the last user turn of a chat."""
    if request.instruction or not request.messages:
        return request.instruction
    turns = [message.content for message in request.messages if message.role == "user"]
    return turns[-1] if turns else ""
