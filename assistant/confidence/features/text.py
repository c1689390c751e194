"""Features of the words of a draft, alone and against the words of the request."""

from __future__ import annotations

from assistant.confidence.features.base import NAN, Feature, View
from assistant.confidence.reading import ABOUT_SOURCE, FROM_SOURCE, LISTS
from assistant.confidence.text.forms import Form
from assistant.confidence.text.stopwords import STOPWORDS
from assistant.confidence.text.words import shingles

_NOT_IN_ITS_WORDS = ABOUT_SOURCE | {"titles"}
"""Tasks that do not take up the words of their instruction; good titles allude."""

_STEM_LETTERS = 5
"""Words agreeing in their first letters count as the same: "compute", "computing"."""

_LEAST_TERM_LETTERS = 3
"""Shorter words are rarely what a text is about."""

_WINDOW_WORDS = 40
"""Vocabulary is compared over stretches of this size, so that long and short texts are alike."""

_FEW_WORDS = 20
"""Shares over fewer words jump with each of them."""

_RUN = 4
"""Words in a row that agree by copying; three agree by chance."""

_QUOTED_SHARE = 0.1
"""A title or an opening may well quote the instruction."""

_ECHO_CAP = 0.5
"""Half of a draft taken from the instruction is as useless as all of it."""

_NONE_TAKEN_UP = 0.2
"""Of five key words of an instruction a draft on its subject takes up at least one."""

_LEAST_WORDS_ON_A_SUBJECT = 40
"""A shorter text may well speak of its subject without naming it."""

_LEAST_TERMS_ASKED = 4
"""With fewer key words, a synonym each is enough to take up none."""

_TOLD_NOT_SAID = frozenset(
    [
        "story",
        "stories",
        "tale",
        "fiction",
        "scene",
        "chapter",
        "diary",
        "monologue",
        "poem",
        "lyrics",
    ]
)
"""What an instruction asks for when the draft will show its subject in other words."""

_OTHER_WORDS: frozenset[Form] = frozenset(["dialogue", "verse", "haiku", "JSON", "table"])
"""Forms that show what they are about rather than say it."""

_UNSURE_LANGUAGE = 0.6
"""Identifier's probability below which even a short text reads like no language."""

_LEAST_CHARACTERS = 30


def _no_language(view: View) -> float:
    if len(view.reading.text) < _LEAST_CHARACTERS:
        return NAN
    code, probability = view.reading.language
    return 1.0 if code == "zxx" else max(0.0, _UNSURE_LANGUAGE - probability)


def _stretches(tokens: list[str]) -> list[float]:
    starts = range(0, len(tokens) - _WINDOW_WORDS + 1, _WINDOW_WORDS // 2)
    return [len(set(tokens[start : start + _WINDOW_WORDS])) / _WINDOW_WORDS for start in starts]


def _vocabulary(view: View) -> float:
    shares = _stretches(view.reading.words)
    return sum(shares) / len(shares) if shares else NAN


def _poorest_stretch(view: View) -> float:
    return min(_stretches(view.reading.words), default=NAN)


def _repeated_sentences(view: View) -> float:
    if "verse" in view.reading.asked.forms:
        # A refrain is none of it.
        return NAN
    said = [one.casefold() for one in view.reading.sentences if len(one) >= _LEAST_CHARACTERS]
    return 1 - len(set(said)) / len(said) if said else NAN


def _function_words(view: View) -> float:
    tokens = view.reading.words
    unlike_prose = view.reading.task in LISTS or view.reading.language[0] != "en"
    if len(tokens) < _FEW_WORDS or unlike_prose:
        return NAN
    return sum(token in STOPWORDS for token in tokens) / len(tokens)


def _terms(tokens: list[str]) -> set[str]:
    return {
        token[:_STEM_LETTERS]
        for token in tokens
        if len(token) >= _LEAST_TERM_LETTERS and token not in STOPWORDS
    }


def _terms_taken_up(view: View) -> float:
    asked = _terms(view.reading.instruction_words)
    if not asked or not view.reading.words or view.reading.task in _NOT_IN_ITS_WORDS:
        return NAN
    return len(asked & _terms(view.reading.words)) / len(asked)


def _terms_ignored(view: View) -> float:
    # A second slope near zero: one term more matters most where hardly any was taken up.
    reading = view.reading
    if view.unusable:
        return NAN
    if len(reading.words) < _LEAST_WORDS_ON_A_SUBJECT or reading.language[0] != "en":
        return NAN
    if len(_terms(reading.instruction_words)) < _LEAST_TERMS_ASKED:
        return NAN
    if not _OTHER_WORDS.isdisjoint(reading.asked.forms):
        return NAN
    if not _TOLD_NOT_SAID.isdisjoint(reading.instruction_words):
        return NAN
    return _NONE_TAKEN_UP - min(_NONE_TAKEN_UP, _terms_taken_up(view))


def _own_words(view: View) -> float:
    reading = view.reading
    written = _terms(reading.words)
    if reading.task in FROM_SOURCE or not written:
        return NAN
    given = _terms(reading.source_words) | _terms(reading.instruction_words)
    return len(written - given) / len(written)


def _copied_share(given: list[str], written: list[str]) -> float:
    copies = shingles(written, _RUN)
    runs = set(shingles(given, _RUN))
    return sum(run in runs for run in copies) / len(copies) if copies and runs else NAN


def _echo(view: View) -> float:
    share = _copied_share(view.reading.instruction_words, view.reading.words)
    return min(_ECHO_CAP, max(0.0, share - _QUOTED_SHARE))


def _copied(view: View) -> float:
    # Rewrites and summaries may well use the source's phrases; new text should not.
    if view.reading.task in FROM_SOURCE:
        return NAN
    return _copied_share(view.reading.source_words, view.reading.words)


TEXT_FEATURES = (
    Feature(
        name="no_language",
        family="style",
        defect=True,
        measure=_no_language,
        sign=-1,
        low="reads like a language",
        high="reads like no language",
        on_prefix=True,
    ),
    Feature(
        name="vocabulary",
        family="decay",
        measure=_vocabulary,
        sign=1,
        low="uses few different words",
        high="uses many different words",
        on_prefix=True,
    ),
    Feature(
        name="poorest_stretch",
        candidate=True,
        family="decay",
        measure=_poorest_stretch,
        sign=1,
        low="has a stretch that uses the same words more than most",
        high="no stretch of it keeps using the same words",
    ),
    Feature(
        name="repeated_sentences",
        family="decay",
        defect=True,
        measure=_repeated_sentences,
        sign=-1,
        low="never says a sentence twice",
        high="repeats itself: {percent} of its sentences occur before",
        on_prefix=True,
    ),
    Feature(
        name="function_words",
        candidate=True,
        family="style",
        measure=_function_words,
        sign=1,
        low="has fewer of the small words that tie sentences together than most",
        high="is written in full sentences",
        on_prefix=True,
    ),
    Feature(
        name="terms_taken_up",
        candidate=True,
        family="unmet_instruction",
        measure=_terms_taken_up,
        sign=1,
        low="takes up only {percent} of the instruction's key words",
        high="takes up {percent} of the instruction's key words",
    ),
    Feature(
        name="terms_ignored",
        family="unmet_instruction",
        defect=True,
        measure=_terms_ignored,
        sign=-1,
        low="speaks of what the instruction speaks of",
        high="hardly mentions what the instruction speaks of",
    ),
    Feature(
        name="own_words",
        candidate=True,
        family="unmet_instruction",
        measure=_own_words,
        sign=1,
        low="adds little of its own to the request",
        high="adds much of its own to the request",
    ),
    Feature(
        name="echo",
        family="unmet_instruction",
        defect=True,
        measure=_echo,
        sign=-1,
        low="does not parrot the instruction",
        high="parrots the instruction instead of following it",
    ),
    Feature(
        name="copied",
        candidate=True,
        family="unmet_instruction",
        measure=_copied,
        sign=-1,
        low="uses its own words rather than the source's",
        high="copies: {percent} of its phrases stand in the source",
    ),
)
