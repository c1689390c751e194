"""Whether a sentence ends between two characters."""

from __future__ import annotations

import re

from assistant.workflow.segments.characters import (
    CLAUSE_MARKS,
    CLOSERS,
    QUOTES,
    TERMINATORS,
    WIDE_CLAUSE_MARKS,
    WIDE_TERMINATORS,
    Strength,
    begins_sentence,
    is_phrased,
    is_unspaced,
)

TAIL = 40
"""Characters before a place that tell what ends there: the longest abbreviation, and its marks."""

_BY_LANGUAGE = (
    # English
    "mr mrs ms dr prof rev hon st sr jr gen col sgt capt cpt lt cmdr adm gov sen rep messrs vs etc cf al viz fig figs eq eqs",
    "chap sect vols pp p pg eds approx appt dept univ inst inc ltd co corp bros llc ave blvd rd mt ft oz lb lbs hr hrs",
    "tsp tbsp jan feb apr jun jul aug sep sept oct nov dec tue tues wed thu thur thurs fri refs ex eg ie ca ibid incl excl",
    # German
    "bd bde bzw bspw dgl dipl ebd evtl ff fr frl geb ggf hrsg ing inkl zzgl jh jhd kap lfd mio mrd nr od sog str tel usw",
    "vgl zb zt zz",
    # French, Spanish, Italian, Portuguese
    "mm mme mmes mlle mgr env av \u00e9d \u00e9ds fasc suppl sra srta dra ud uds vd vds p\u00e1g p\u00e1gs p\u00e1rr n\u00fam ej",
    "aprox avda dpto sig sigg dott pag pagg ecc geom avv n\u00ba exmo",
    # Dutch, Scandinavian, Finnish, Polish, Czech, Turkish
    "bijv dhr mevr blz enz osv mfl esim tms ns np tzn itd itp ul dz nap\u0159 tzv \u00f6rn vb yy",
    # Russian, Ukrainian
    "\u0433 \u0433\u0433 \u0434\u0440 \u0438\u043c \u0443\u043b \u0441\u0442\u0440 \u0441\u043c \u0440\u0443\u0431 \u043a\u043e\u043f",
    "\u0442\u044b\u0441 \u043c\u043b\u043d \u043c\u043b\u0440\u0434 \u0440\u0438\u0441 \u0442\u0430\u0431\u043b \u043f\u0440\u043e\u0444",
    "\u0430\u043a\u0430\u0434 \u043d\u0430\u043f\u0440 \u0432\u0443\u043b \u0440\u0440",
)
_ABBREVIATIONS = frozenset(word for line in _BY_LANGUAGE for word in line.split())
"""Words that are written with a full stop; where one does end a sentence, the next end is taken."""

_BEFORE_NUMBERS = frozenset(
    ["no", "nos", "art", "abs", "ch", "sec", "vol", "ed", "ref", "min", "max", "mind", "mar", "mon", "sat", "sun",
     "est", "op", "lt", "s"]
)  # fmt: skip
"""Words that are abbreviations where a number follows: "No. 5", but "He said no."."""

_LAST_WORD = re.compile(r"[^\s(\[{\"'\u2018\u201c\u201e\u00ab\u2014\u2013/]+$")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,3}$")
_ORDINAL = re.compile(r"(?:\d{1,2}\.)*\d{1,2}$|[IVXLCM]{1,7}$")
_NOTE = re.compile(r"(?:\[\^?[\w,\u2013-]{1,8}\])+$")
_ELLIPSIS = frozenset(".\u2026\u2025")


def between(before: str, after: str, *, newline: bool) -> Strength:
    """What the blank between `before` and the character `after` is; `newline`: it holds a line break."""
    core, marks, _ = _taken_apart(before)
    if marks and (marks != "." or not _is_abbreviated(core, after)):
        trails_off = marks != "." and _ELLIPSIS.issuperset(marks)
        sure = begins_sentence(after) and not trails_off
        return Strength.SENTENCE if sure else Strength.LOOSE
    if newline:
        return Strength.LINE
    if before[-1:] in CLAUSE_MARKS:
        return Strength.CLAUSE
    if is_phrased(before[-1:]) and is_phrased(after):
        return Strength.SENTENCE
    return Strength.BLANK


def beside(before: str, after: str) -> Strength:
    """What the place between two characters is that no blank stands between; mostly nothing."""
    if after in CLOSERS or after in TERMINATORS or after in CLAUSE_MARKS:
        return Strength.NEVER
    if before[-1:] in WIDE_CLAUSE_MARKS:
        return Strength.CLAUSE
    if before[-1:] not in TERMINATORS and before[-1:] not in CLOSERS:
        return Strength.NEVER
    core, marks, closers = _taken_apart(before)
    if not marks or not _is_wide(core, marks, after):
        return Strength.NEVER
    # Speech is often followed by who says it, without a mark.
    return Strength.LOOSE if set(closers) & set(QUOTES) else Strength.SENTENCE


def _taken_apart(before: str) -> tuple[str, str, str]:
    """What stands before the end marks of a sentence, these, and what closes behind them."""
    if before[-1:].isalnum() and before[-1] not in CLOSERS:
        return before, "", ""
    noted = _NOTE.sub("", before) if before.endswith("]") else before
    rest = noted.rstrip(CLOSERS)
    core = rest.rstrip(TERMINATORS)
    return core, rest[len(core) :], noted[len(rest) :]


def _is_wide(core: str, marks: str, after: str) -> bool:
    if marks[-1] in WIDE_TERMINATORS:
        return True
    return marks[-1] in "!?" and is_unspaced(after) and is_unspaced(core[-1:])


def _is_abbreviated(core: str, after: str) -> bool:
    """Whether a full stop belongs to an abbreviation, an initial or an ordinal number."""
    found = _LAST_WORD.search(core)
    if found is None:
        return True
    word = found[0].lstrip("*_~`")
    if len(word) == 1 and word.isalpha() and word.lower() != word.upper():
        return True
    folded = word.casefold()
    return (
        folded in _ABBREVIATIONS
        or (after.isdigit() and folded in _BEFORE_NUMBERS)
        or _DOTTED.fullmatch(word) is not None
        or _ORDINAL.fullmatch(word) is not None
    )
