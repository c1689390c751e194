"""How a tier is asked for a text other than those the writer has had. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from assistant.tiers.base import GenerationRequest
from assistant.workflow.state import Text

LIVELY: Final = 0.7
"""Least temperature of another text: well below it a model writes much the same once more."""

LIVELIER: Final = 1.0
"""Temperature of the second try, after the first brought a text that was there before."""


def livelier(request: GenerationRequest, *, tried: bool = False) -> GenerationRequest:
    """The same call without its seed, and with a temperature that leaves a choice.

    A tier's own default is left alone at the first try.
    """
    sampling = request.sampling
    least = LIVELIER if tried else LIVELY
    if sampling.temperature is not None:
        temperature: float | None = max(sampling.temperature, least)
    else:
        temperature = least if tried else None
    return replace(request, sampling=replace(sampling, temperature=temperature, seed=None))


def all_unwanted(texts: Iterable[Text], unwanted: Callable[[str], bool]) -> bool:
    """Whether there are texts and every one is unwanted."""
    contents = [text.content for text in texts if text.content]
    return bool(contents) and all(unwanted(content) for content in contents)
