"""Plants defects that natural data hardly holds, so that the weights of checks are fitted too."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import TypeAlias

from assistant.confidence.fitting.defect_texts import FOREIGN, PREAMBLES, REFUSALS, TOO_SHORT
from assistant.confidence.fitting.defects_of_form import ignoring_format, leaking, stitching
from assistant.confidence.fitting.examples import Example, Pool, beginning
from assistant.confidence.inputs import ScoringInput, instruction_of
from assistant.confidence.text.facts import names, numbers
from assistant.confidence.text.words import sentences, words
from assistant.types import DraftRequest, Length, Style

PER_KIND = 60
"""Most planted examples of a kind: enough shapes of it, at a weight that does not grow with them."""

_ROWS_FOR_ONE = 20
"""Judged drafts for each planted example of a kind, so that small data is not drowned in them."""

KIND_WEIGHT = 0.02
"""Each kind together weighs as much as this share of the judged drafts.

Small models fail grossly in several per cent of answers, so each way in about one. Planted drafts only
shape the curves of defects, so that this costs little elsewhere.
"""

GRAVE_WEIGHT = 0.05
"""The same for drafts that give a writer nothing at all, or hurt by being believed."""

SLIGHT_WEIGHT = 0.005
"""The same for defects that a hand removes in a second, as judges of the data mostly forgave them."""

_SPLIT_WORDS = 8
"""Shortest sentence that can be cut in two and joined with half of another."""

_PLAIN_WORD_LETTERS = 5
"""Shorter words are ones that nobody forbids."""

_SPLICED = 3
"""Sentences that a rambling text keeps mixing."""

_LOST_FACTS = 2
"""Least facts lost: one alone may be a word that only looks like a name."""

_SHORT_BASE = 0.7
"""Share of planted defects made from beginnings, as production drafts are short."""

_BLOCKS = re.compile(r"\n\s*\n")
_MARKED = re.compile(r"\W*(?:\d|[#*|>-])|[^.!?]*$")
"""Blocks that begin with a mark or a number, or hold no sentence."""

Plant: TypeAlias = "Callable[[Example, Pool, Random], ScoringInput | None]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A way to make an example from a good one; `plant` gives None where it cannot be made.

    All examples of a kind together weigh `weight` of the judged drafts.
    """

    name: str
    plant: Plant
    acceptable: bool = False
    weight: float = KIND_WEIGHT


def _ending_early(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    tokens = base.draft.text.split(" ")
    keep = generator.randint(len(tokens) // 3, len(tokens) - 2)
    text = " ".join(tokens[:keep]).rstrip(" .!?:;,*\n\"'")
    return replace(base.draft, text=text, finish=generator.choice(("stop", "length")))


def _looping(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    said = sentences(base.draft.text)
    start = generator.randrange(max(1, len(said) // 2))
    unit = " ".join(said[start : start + generator.randint(1, 3)])
    opening = " ".join(said[: start + 1])
    return replace(base.draft, text=f"{opening} " + " ".join([unit] * generator.randint(4, 12)))


def _refusing(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    return replace(base.draft, text=generator.choice(REFUSALS))


def _far_too_short(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    if generator.random() < 0.5:  # noqa: PLR2004 - a fair coin
        return replace(base.draft, text=generator.choice(TOO_SHORT))
    opening = words(base.draft.text)[: generator.randint(3, 9)]
    return replace(base.draft, text=" ".join(opening) + ".")


def _off_topic(base: Example, pool: Pool, generator: Random) -> ScoringInput | None:
    other = generator.choice(pool)
    if other.group == base.group:
        return None
    return replace(base.draft, text=beginning(other.draft.text) or other.draft.text)


def _foreign(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    said = list(FOREIGN[generator.choice(sorted(FOREIGN))])
    generator.shuffle(said)
    return replace(base.draft, text=" ".join(said))


def _announced(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    if base.draft.request.task == "chat":
        return None
    return replace(base.draft, text=f"{generator.choice(PREAMBLES)}\n\n{base.draft.text}")


def _fenced(base: Example, _pool: Pool, _generator: Random) -> ScoringInput | None:
    return replace(base.draft, text=f"```\n{base.draft.text.strip()}\n```")


def _using_a_banned_word(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    long_words = sorted(
        {
            word
            for word in words(base.draft.text)
            if word.isalpha() and len(word) >= _PLAIN_WORD_LETTERS
        }
    )
    if not long_words:
        return None
    request = replace(base.draft.request, style=Style(banned=(generator.choice(long_words),)))
    return replace(base.draft, request=request)


def _empty(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    return replace(base.draft, text=generator.choice(("", " ", "\n\n", "---")))


def _gibberish(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    letters = string.ascii_lowercase
    tokens = [
        "".join(generator.choices(letters, k=generator.randint(2, 9)))
        for _ in range(generator.randint(20, 120))
    ]
    return replace(base.draft, text=" ".join(tokens) + ".")


def _word_salad(base: Example, pool: Pool, generator: Random) -> ScoringInput | None:
    tokens = [word for other in generator.choices(pool, k=3) for word in words(other.draft.text)]
    chosen = generator.choices(tokens, k=generator.randint(40, 150))
    return replace(base.draft, text=" ".join(chosen) + ".")


def _parroting(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    asked = instruction_of(base.draft.request)
    if base.draft.request.text or not asked:
        return None
    opening = sentences(base.draft.text)[: generator.randint(0, 1)]
    return replace(base.draft, text=" ".join([asked] * generator.randint(1, 3) + opening))


def _rambling(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    said = [sentence.split() for sentence in sentences(base.draft.text)]
    said = [tokens for tokens in said if len(tokens) >= _SPLIT_WORDS]
    if len(said) < _SPLICED:
        return None
    chosen = generator.sample(said, _SPLICED)
    text = []
    for _ in range(generator.randint(4, 10)):
        head, tail = generator.choice(chosen), generator.choice(chosen)
        text += head[: len(head) // 2] + tail[len(tail) // 2 :]
    return replace(base.draft, text=" ".join(text))


def _of_wrong_length(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    target = round(len(words(base.draft.text)) * generator.choice((0.3, 0.45, 1.7, 2.5, 4)))
    return _with_length(base, target)


def _of_right_length(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    return _with_length(base, round(len(words(base.draft.text)) * generator.uniform(0.88, 1.12)))


def _with_length(base: Example, target: int) -> ScoringInput:
    return replace(
        base.draft, request=replace(base.draft.request, length=Length(words=max(1, target)))
    )


def _losing_facts(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    source = _rewriting(base)
    if source is None:
        return None
    facts = [*numbers(source.text), *names(source.text)]
    if len(facts) < _LOST_FACTS:
        return None
    generator.shuffle(facts)
    text = source.text
    for fact in facts[: generator.randint(_LOST_FACTS, max(_LOST_FACTS, len(facts)))]:
        text = re.sub(rf"(?<!\w){re.escape(fact)}\w*", generator.choice(("some", "one", "")), text)
    return None if text == source.text else replace(source, text=text)


def _keeping_facts(base: Example, _pool: Pool, generator: Random) -> ScoringInput | None:
    source = _rewriting(base)
    if source is None:
        return None
    # A careful rewrite: the same facts, a few words different.
    swaps = {
        "However": "Yet",
        "such as": "like",
        "many": "a lot of",
        "very": "quite",
        "also": "too",
    }
    text = source.text
    for old, new in swaps.items():
        if generator.random() < 0.7:  # noqa: PLR2004 - most but not all
            text = text.replace(f" {old} ", f" {new} ")
    return replace(source, text=text)


def _rewriting(base: Example) -> ScoringInput | None:
    """A request to rewrite the draft's prose; headings and list marks hold no facts."""
    blocks = _BLOCKS.split(beginning(base.draft.text))
    text = "\n\n".join(block for block in blocks if not _MARKED.match(block))
    if not numbers(text) and not names(text):
        return None
    request = DraftRequest(task="rewrite", instruction="Make this clearer.", text=text)
    return ScoringInput(request=request, text=text)


KINDS: tuple[Kind, ...] = (
    Kind(name="cut_off", plant=_ending_early, weight=GRAVE_WEIGHT),
    Kind(name="loop", plant=_looping),
    Kind(name="refusal", plant=_refusing, weight=GRAVE_WEIGHT),
    Kind(name="too_short", plant=_far_too_short, weight=GRAVE_WEIGHT),
    Kind(name="off_topic", plant=_off_topic),
    Kind(name="language", plant=_foreign),
    Kind(name="preamble", plant=_announced, weight=SLIGHT_WEIGHT),
    Kind(name="fence", plant=_fenced, weight=SLIGHT_WEIGHT),
    Kind(name="forbidden_word", plant=_using_a_banned_word),
    Kind(name="empty", plant=_empty, weight=GRAVE_WEIGHT),
    Kind(name="gibberish", plant=_gibberish),
    Kind(name="word_salad", plant=_word_salad),
    Kind(name="wrong_length", plant=_of_wrong_length, weight=SLIGHT_WEIGHT),
    Kind(name="right_length", plant=_of_right_length, acceptable=True, weight=SLIGHT_WEIGHT),
    Kind(name="parrot", plant=_parroting),
    Kind(name="rambling", plant=_rambling),
    Kind(name="stitched", plant=stitching, weight=GRAVE_WEIGHT),
    Kind(name="template_leak", plant=leaking, weight=GRAVE_WEIGHT),
    Kind(name="ignored_format", plant=ignoring_format),
    Kind(name="lost_facts", plant=_losing_facts, weight=GRAVE_WEIGHT),
    Kind(name="kept_facts", plant=_keeping_facts, acceptable=True, weight=GRAVE_WEIGHT),
)
"""Every kind; the acceptable ones show what the same request looks like done well."""


def planted(examples: Pool, generator: Random) -> list[Example]:
    """Planted examples made from acceptable judged drafts, each kind of the same total weight."""
    pool = [
        example
        for example in examples
        if example.acceptable and len(words(example.draft.text)) >= 60  # noqa: PLR2004
    ]
    per_kind = min(PER_KIND, 1 + len(examples) // _ROWS_FOR_ONE)
    made: list[Example] = []
    for kind in KINDS if pool else ():
        made += _of_kind(kind, pool, generator, count=per_kind, total=kind.weight * len(examples))
    return made


def _of_kind(
    kind: Kind, pool: Pool, generator: Random, *, count: int, total: float
) -> list[Example]:
    found: list[Example] = []
    for _ in range(count * 3):
        if len(found) == count:
            break
        base = _shortened(generator.choice(pool), generator)
        draft = kind.plant(base, pool, generator)
        if draft is not None:
            found.append(
                replace(
                    base,
                    draft=draft,
                    acceptable=kind.acceptable,
                    target=float(kind.acceptable),
                    kind=kind.name,
                )
            )
    return [replace(example, weight=total / len(found)) for example in found]


def _shortened(example: Example, generator: Random) -> Example:
    text = beginning(example.draft.text)
    if not text or generator.random() >= _SHORT_BASE:
        return example
    return replace(example, draft=replace(example.draft, text=text))
