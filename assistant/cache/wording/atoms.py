"""The clauses of an instruction as atoms with their relations, scopes and persons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Final

from assistant.cache.wording.clauses import Clause
from assistant.cache.wording.language import Entry, Language
from assistant.cache.wording.reading import PASSIVE, Draft, Reading
from assistant.cache.wording.scan import Token
from assistant.cache.wording.signs import OWNER
from assistant.cache.wording.source import is_text

_OPAQUE: Final = "\n"
"""Stands for a token that no phrase of the lexicon may run over."""
_LABEL: Final = ":"
"""Stands between a label and what belongs to it."""
_VALUES: Final = frozenset({"number", "date", "time", "money", "percent", "measure"})


def read(clauses: Iterable[Clause], language: Language, *, sourced: bool) -> Reading:
    """The atoms of `clauses`; `sourced` tells that they are about a pasted text."""
    reading = Reading(language, sourced=sourced)
    for tokens, boundary in clauses:
        if tokens:
            _read_clause(tokens, reading)
            reading.end_clause()
        if tokens or boundary.text == _LABEL:
            reading.label(boundary.text == _LABEL, boundary.ends)
    return reading


def _read_clause(clause: Sequence[Token], reading: Reading) -> None:
    language = reading.language
    tokens, begun = _without_articles(clause, language)
    _gather(tokens, language)
    bases = [_base(token, language) for token in tokens]
    place = 0
    head = True
    addressed = -1
    while place < len(tokens):
        if _points(tokens[place], bases[place + 1 :], reading) or (
            tokens[place] in begun and _stands_for_text(tokens, place, reading)
        ):
            place += 1
            continue
        if head and tokens[place].kind == "word" and (end := _head(bases, place, reading)):
            place, head = end, False
            addressed = reading.phrase
            continue
        if tokens[place] in begun and reading.phrase == addressed:
            _address(reading)
        found = language.lexicon.longest(bases, place)
        head = found is not None and found[1].kind == "separator"
        if found is None:
            _read_token(tokens[place], bases[place], reading)
            place += 1
        else:
            end, entry = found
            _read_entry(entry, tokens[place:end], bases[place:end], reading)
            place = end


def _without_articles(
    clause: Sequence[Token], language: Language
) -> tuple[list[Token], list[Token]]:
    """The tokens that are no articles, and those right behind an article."""
    articles = language.grammar.function.articles
    tokens: list[Token] = []
    begun: list[Token] = []
    behind = False
    for token in clause:
        article = token.kind == "word" and token.text in articles
        if not article:
            tokens.append(token)
            if behind:
                begun.append(token)
        behind = article
    return tokens, begun


_ADDRESSEES: Final = frozenset({"person", "name", "organization", "audience"})


def _address(reading: Reading) -> None:
    """The addressee between a verb and its object: "write my landlord an email"."""
    members = list(_phrase(reading, reading.phrase))
    if members and all(atom.cls in _ADDRESSEES and atom.relation == "" for atom in members):
        for atom in members:
            atom.relation = "to"
        reading.phrases[reading.phrase].relation = "to"
        reading.begin()


_FARTHEST: Final = 6
"""How many words may stand between a verb and its particle."""


def _gather(tokens: list[Token], language: Language) -> None:
    """Puts a particle right behind its verb: "cut this text down" becomes "cut down this text"."""
    particles = language.grammar.particles.words
    for place, token in enumerate(tokens):
        if place < 2 or token.text not in particles or not _ends_phrase(tokens, place, language):  # noqa: PLR2004
            continue
        for verb in range(place - 2, max(place - 2 - _FARTHEST, -1), -1):
            base = _base(tokens[verb], language)
            found = language.lexicon.longest([base, token.text], 0)
            if found is not None and found[0] == 2 and found[1].kind in {"concept", "not_verb"}:  # noqa: PLR2004
                tokens.insert(verb + 1, tokens.pop(place))
                break


def _ends_phrase(tokens: Sequence[Token], place: int, language: Language) -> bool:
    if place + 1 == len(tokens):
        return True
    found = language.lexicon.longest([_base(tokens[place + 1], language)], 0)
    return found is not None and found[1].kind in {"relation", "kept", "separator"}


def _head(bases: Sequence[str], place: int, reading: Reading) -> int:
    """Where a verb ends that only says that a text is wanted; 0 if there is none at `place`."""
    language = reading.language
    light = language.grammar.light
    found = language.lexicon.longest(bases, place)
    end, key = (found[0], found[1].key) if found else (place + 1, bases[place])
    if key not in light.actions and (key not in light.head or end > place + 1):
        return 0
    if key not in light.actions:
        reading.heads.add(key)
    if bases[place] not in light.actions:
        reading.canonical.append(" ".join(bases[place:end]))
    return end


def _base(token: Token, language: Language) -> str:
    match token.kind:
        case "word":
            unit = language.grammar.units.words.get(token.text, token.text)
            return language.lemmatizer.lemma(unit).base
        case "ordinal":
            return token.text
        case "owner":
            return "'s"
        case _:
            return _OPAQUE


def _read_token(token: Token, base: str, reading: Reading) -> None:
    """A token that the lexicon does not know."""
    if token.kind == "owner":
        reading.canonical.append("'s")
        _own(reading)
        return
    if token.kind == "quote":
        atom = Draft(key=f'"{token.text}', word=f'"{token.text}', cls="quote")
    elif token.kind in _VALUES:
        atom = Draft(key=token.text, word=token.text, cls=token.kind)
    else:
        form = reading.language.lemmatizer.lemma(token.text).form if token.kind == "word" else ""
        cls = "name" if token.capital else ""
        atom = Draft(
            key=base, word=base, cls=cls, plural=form == "s", surface=token.text, form=form
        )
        reading.inflected = form == "ed"
    _put(atom, reading)


def _phrase(reading: Reading, phrase: int) -> Iterator[Draft]:
    """The atoms of the last phrase, last first, if it is that one."""
    return takewhile(lambda atom: atom.phrase == phrase, reversed(reading.atoms))


def _own(reading: Reading) -> None:
    """The atoms of this phrase so far are the owner of what follows."""
    reading.mark(OWNER)
    for atom in _phrase(reading, reading.phrase):
        atom.relation = "of"


def _put(atom: Draft, reading: Reading) -> None:
    sign = "!" if reading.negated else ""
    past = "~" if reading.inflected else "+" if atom.plural else ""
    told = reading.inflected and reading.subject
    given = _given(atom, reading)
    reading.canonical.append(f"{sign}{atom.word}{past}")
    atom.given, atom.past = given, told
    reading.add(atom)
    reading.inflected = reading.subject = False
    if given:
        _give(reading)


def _read_entry(
    entry: Entry, tokens: Sequence[Token], bases: Sequence[str], reading: Reading
) -> None:
    if entry.kind in _SAYING:
        _put(_known(entry, " ".join(bases), tokens, reading), reading)
        _tense(tokens, reading)
    elif entry.kind == "kept":
        _keep(entry.key, bases, reading)
    else:
        _bind(entry, tokens, bases, reading)


_SAYING: Final = frozenset({"concept", "modal", "quantifier", "question"})


def _keep(relation: str, bases: Sequence[str], reading: Reading) -> None:
    """A relation that is a word too."""
    if reading.subject:
        # "I like", "we near": behind a subject it is a verb.
        word = " ".join(bases)
        _put(Draft(key=word, word=word, cls=""), reading)
        return
    again = relation == _ALTERNATIVE and reading.atoms and reading.atoms[-1].negated
    reading.begin(relation)
    _put(Draft(key=f"<{relation}", word=f"<{relation}", cls="relation"), reading)
    reading.negated = bool(again)


_ALTERNATIVE: Final = "or"
"""The relation behind which a negation goes on."""


def _bind(entry: Entry, tokens: Sequence[Token], bases: Sequence[str], reading: Reading) -> None:
    """Words that say nothing themselves, but how others are bound."""
    match entry.kind:
        case "drop":
            _tense(tokens, reading)
        case "separator":
            _separate(" ".join(bases), reading)
        case "relation":
            reading.canonical.append(f"<{entry.key}")
            _relate(entry.key, reading)
        case "not" | "not_verb":
            reading.negate(bases[0])
        case "person":
            reading.canonical.append(f"@{entry.key}")
            _person(entry.key, tokens[0].text, reading)
        case _:
            reading.canonical.append(" ".join(bases))


def _points(token: Token, following: Sequence[str], reading: Reading) -> bool:
    """Whether a token only points to the pasted text; what it points to names that text."""
    reference = reading.language.grammar.reference
    if not reading.sourced or token.kind != "word":
        return False
    ahead = any(is_text(base, reading.language) for base in following[:_POINTED])
    if token.text in reference.words and ahead:
        reading.go_on()
        reading.pointed = reading.phrase
        return True
    if token.text in reference.behind and reading.atoms and _names_text(reading.atoms[-1], reading):
        reading.atoms[-1].given = True
        return True
    return False


def _stands_for_text(tokens: Sequence[Token], place: int, reading: Reading) -> bool:
    """Whether a token behind an article is all that names the pasted text: "the above"."""
    behind = reading.language.grammar.reference.behind
    return (
        reading.sourced
        and tokens[place].text in behind
        and _ends_phrase(tokens, place, reading.language)
    )


_COUNTING: Final = _VALUES | {"quantifier", "relation", "modal", "question"}
"""What stands before a noun for the pasted text and still tells which part of it is meant."""
_POINTED: Final = 3
"""How many atoms a word that points may stand before the noun for a text."""


def _names_text(atom: Draft, reading: Reading) -> bool:
    return atom.cls == "document" or is_text(atom.word, reading.language)


def _given(atom: Draft, reading: Reading) -> bool:
    """Whether an atom only names the pasted text: "this message", "the following article"."""
    return reading.phrase == reading.pointed and _names_text(atom, reading)


def _give(reading: Reading) -> None:
    """What describes the noun for the pasted text says nothing of the wanted one."""
    for atom in _phrase(reading, reading.pointed):
        if atom.cls not in _COUNTING and not atom.key[:1].isdigit():
            atom.given = True
    reading.pointed = -1
    reading.go_on()


def _known(entry: Entry, word: str, tokens: Sequence[Token], reading: Reading) -> Draft:
    form = reading.language.lemmatizer.lemma(tokens[-1].text).form
    cls = entry.cls or entry.kind
    reading.inflected = form == "ed" and cls not in {"action", "modal"}
    return Draft(key=entry.key, word=word, cls=cls, plural=form == "s", form=form)


def _tense(tokens: Sequence[Token], reading: Reading) -> None:
    tense = reading.language.grammar.tense
    if any(token.text in tense.participle_after for token in tokens):
        reading.subject = False
    for token in tokens:
        if token.text in tense.past:
            reading.tenses.add("past")
            reading.mark(PASSIVE if _passive(token, reading) else f"{PASSIVE} before")
            reading.canonical.append("+past")
        elif token.text in tense.future:
            reading.tenses.add("future")
            reading.mark("+future")
            reading.canonical.append("+future")
        elif token.text in tense.present:
            reading.tenses.add("present")
            reading.mark("+present")


def _passive(token: Token, reading: Reading) -> bool:
    """Whether a past form is one of the verb of the present ones: "was" beside "is"."""
    lemma, present = reading.language.lemmatizer.lemma, reading.language.grammar.tense.present
    return lemma(token.text).base in {lemma(word).base for word in present[:1]}


def _separate(word: str, reading: Reading) -> None:
    """A new member of a list: what "no" denies of the first it denies of the others."""
    grammar = reading.language.grammar
    goes_on = (
        reading.negator
        and reading.negator not in grammar.negation.verbal
        and word not in grammar.function.turns
        and reading.atoms
        and reading.atoms[-1].negated
    )
    reading.part()
    reading.member = word not in grammar.function.turns
    reading.negated = reading.denying = bool(goes_on)


def _relate(relation: str, reading: Reading) -> None:
    reading.begin(relation)
    reading.subject = relation == "that"


def _person(person: str, word: str, reading: Reading) -> None:
    cases = reading.language.grammar.cases
    reading.persons.add(person)
    reading.subject = word in cases.subject
    case = ">" if word in cases.subject else "<" if word in cases.object else ""
    reading.mark(f"{person}{case}")
    if word in cases.subject:
        reading.persons.add(f"{person}>")
    elif word in cases.object:
        reading.persons.add(f">{person}")
