"""Slips of English grammar and spelling that are wrong in any context."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

_DOUBLED = frozenset([
    "the", "a", "an", "of", "to", "and", "for", "with", "at", "by", "from", "be", "are", "they",
    "my", "our", "your", "their", "or", "if", "as", "we", "he", "she",
])  # fmt: skip
"""Words that never stand twice in a row; "that that" and "had had" do."""

_VOWELS = "aeiou"
_LIKE_CONSONANTS = (
    "uni", "use", "usu", "usi", "uti", "eu", "ubi", "ura", "uto", "one", "once", "ewe", "ouija", "uk", "us-",
    "u-", "ufo", "ukr", "uga", "ure", "uru", "e-",
)  # fmt: skip
"""Beginnings of words written with a vowel and spoken with none, and letters by themselves."""

_PAIRS_WRITTEN = (
    "should of,could of,would of,must of,might of,they was,we was,you was,they has,"
    "we has,you has,he don't,she don't,it don't,this are,these is,those is,these was,"
    "those was,its a,its an,its been,your a,your an,rather then,other then,more better,"
    "more easier,more bigger,more worse,most easiest,most best,could able,can able,"
    "didn't went,didn't knew,didn't saw,didn't took,didn't came,didn't gave,didn't wrote,"
    "did went,don't has,doesn't has,does has,did not went,i am agree,much people,"
    "many informations,an advices,a informations,to to,he have,she have,he were,she were,"
    "have went,has went,had went,have wrote,has wrote,have took,has took,has came"
)
_PAIRS = frozenset(tuple(pair.split()) for pair in _PAIRS_WRITTEN.split(","))
"""Two words that are wrong beside each other."""

_MISSPELLED = frozenset([
    "recieve", "recieved", "reciept", "definately", "definatly", "seperate", "seperately",
    "occured", "occuring", "occurence", "untill", "teh", "adress", "beleive", "beleived",
    "goverment", "enviroment", "neccessary", "necesary", "accomodate", "accomodation",
    "tommorow", "tommorrow", "becuase", "thier", "existance", "independant", "succesful",
    "successfull", "truely", "wierd", "begining", "arguement", "commited", "noticable",
    "occassion", "occassionally", "priviledge", "refered", "alot", "freind", "knowlege",
    "maintainance", "millenium", "mispell", "persistant", "posession", "prefered", "reccomend",
    "recomend", "relevent", "rythm", "shedule", "similiar", "suprise", "suprised", "tounge",
    "tendancy", "threshhold", "vaccuum", "writting", "acheive", "acheived", "aquire", "basicly",
    "catagory", "collegue", "concious", "dissapear", "dissapoint", "embarass", "enviromental",
    "familar", "finaly", "foriegn", "fourty", "garantee", "grammer", "happend", "harrass",
    "hieght", "immediatly", "incidently", "intresting", "liason", "libary", "managment",
    "mischievious", "neice", "noticably", "paralel", "peice", "performence", "perhpas",
    "personel", "politican", "probaly", "realy", "responsability", "sentance", "shoud",
    "speach", "strenght", "sucess", "togeather", "tryed", "unfortunatly", "useing", "usualy",
    "yuo",
])  # fmt: skip
_SPARING = frozenset([
    "of", "if", "though", "than", "wish", "does", "did", "would", "could", "should", "may",
    "might", "must", "can", "will", "let", "that", "lest", "suggest", "and", "whether", "as",
    "what",
])  # fmt: skip
"""Before a pronoun these allow verb forms that are wrong elsewhere: "one of you has", "if he were"."""

_LOWER_I = frozenset([
    "am", "was", "have", "had", "will", "would", "can", "can't", "don't", "think", "hope",
    "wish", "want", "know", "could", "didn't",
])  # fmt: skip
"""Behind these a small "i" can only be the pronoun."""

_CONTRACTED_I = frozenset({"i'm", "i've", "i'll", "i'd"})
_EDGES = "\"'\u2019\u201c\u201d()[]*_,.;:!?\u2026\u2014"


_ARTICLES = frozenset({"a", "an"})
_AFTER_A_LETTER = frozenset({"and", "are", "is", "or", "in", "if", "as", "at", "of", "on"})
"""Behind "a" these show that it is a letter: "both a and b"."""

_FIRST_OF_PAIRS = frozenset(pair[0] for pair in _PAIRS)
_TRIGGERS = _DOUBLED | _ARTICLES | _FIRST_OF_PAIRS | _CONTRACTED_I | {"i"}
"""Only from one of these can a pair be wrong."""


def slips(text: str, words: frozenset[str]) -> list[str]:
    """Slips as written, in order; misspelled words last.

    Takes the folded words too. What stands across a punctuation mark is no pair.
    """
    found = list(_paired(text.replace("\u2019", "'").split()))
    found += sorted(words & _MISSPELLED)
    return found


def _paired(tokens: list[str]) -> Iterator[str]:
    folded = [token.casefold() for token in tokens]
    for position, (first, second) in enumerate(pairwise(folded)):
        if first in _TRIGGERS and _wrong(tokens, position, first, second):
            before = folded[position - 1] if position else ""
            if before not in _SPARING or (first, second.rstrip(_EDGES)) not in _PAIRS:
                yield f"{tokens[position]} {tokens[position + 1].rstrip(_EDGES)}"


def _wrong(tokens: list[str], position: int, first: str, second: str) -> bool:
    written = tokens[position]
    if first == second:
        return first in _DOUBLED and tokens[position + 1] == second
    if first in _ARTICLES and written != "A" and _wrong_article(first, tokens[position + 1]):
        return True
    if written in _CONTRACTED_I or (written == "i" and second.rstrip(_EDGES) in _LOWER_I):
        return True
    return first in _FIRST_OF_PAIRS and (first, second.rstrip(_EDGES)) in _PAIRS


def _wrong_article(article: str, following: str) -> bool:
    word = following.lstrip("\"'\u201c*_(").rstrip(_EDGES)
    # Letters spoken one by one ("an MRI", "a UN envoy") and names sound as they like.
    if not word.isascii() or len(word) < 3 or not word.islower() or not word[:2].isalpha():  # noqa: PLR2004 - "a b", "an x"
        return False
    if article == "a":
        return (
            word not in _AFTER_A_LETTER
            and word[0] in _VOWELS
            and not word.startswith(_LIKE_CONSONANTS)
        )
    return (
        word[0] not in _VOWELS
        and word[0] not in "hy"
        and any(letter in "aeiouy" for letter in word[:4])
    )
