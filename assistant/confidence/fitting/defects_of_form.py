"""Planted defects of form: stitched drafts, leaked templates, ignored formats."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from assistant.confidence.fitting.defect_texts import FORMATS, PLACEHOLDERS, TEMPLATE_TOKENS
from assistant.confidence.fitting.examples import Example, Pool, beginning
from assistant.confidence.inputs import ScoringInput, instruction_of
from assistant.confidence.text.words import sentences

_BLOCKS = re.compile(r"\n\s*\n")

_LEAST_SENTENCES = 4
"""Fewer cannot be cut in two that each say something."""


def stitching(base: Example, pool: Pool, generator: Random) -> ScoringInput | None:
    """Part of the draft, then a draft of another request; or the draft begun once more."""
    said = sentences(base.draft.text)
    if len(said) < _LEAST_SENTENCES:
        return None
    if generator.random() < 0.5:  # noqa: PLR2004 - a fair coin
        other = generator.choice(pool)
        if other.group == base.group:
            return None
        ours = " ".join(said[: len(said) // 2])
        theirs = sentences(beginning(other.draft.text) or other.draft.text)
        return replace(base.draft, text=f"{ours}\n\n{' '.join(theirs[len(theirs) // 3 :])}")
    blocks = [one for one in _BLOCKS.split(base.draft.text.strip()) if one.strip()]
    kept = blocks[: max(1, generator.randint(len(blocks) // 2, len(blocks)))]
    return replace(base.draft, text="\n\n".join([*kept, *blocks]))


def leaking(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    """Tokens of a chat template, or a gap nobody filled, in the text."""
    text = base.draft.text.strip()
    if generator.random() < 0.5:  # noqa: PLR2004 - a fair coin
        token = generator.choice(TEMPLATE_TOKENS)
        return replace(base.draft, text=generator.choice((f"{token}\n{text}", f"{text}\n{token}")))
    said = sentences(text)
    at = generator.randint(0, len(said) - 1)
    gap = generator.choice(PLACEHOLDERS)
    return replace(base.draft, text=" ".join([*said[:at], gap, *said[at:]]))


def ignoring_format(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    """Prose where the instruction asks for a list, a table, a letter, JSON or verse."""
    asked = instruction_of(base.draft.request)
    text = " ".join(sentences(beginning(base.draft.text) or base.draft.text))
    if not asked or base.draft.request.task not in {"draft", "chat"} or re.search(r"^\W*\d", text):
        return None
    demand = generator.choice(FORMATS)
    request = replace(
        base.draft.request, task="draft", messages=(), instruction=f"{asked} {demand}"
    )
    prose = re.sub(r"[*#|`]|(?:^|\s)(?:-|\d+[.)])\s", " ", text)
    return replace(base.draft, request=request, text=" ".join(prose.split()))
