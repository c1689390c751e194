"""Which requests share an entry and which never do."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.cache.base import CacheQuery
from assistant.cache.keys import canonical_request, entry_key, exact_key, partition
from assistant.types import (
    CacheControl,
    Caller,
    DraftRequest,
    Length,
    Message,
    Sampling,
    Style,
)

SECRET = b"a secret of the tests"
texts = st.text(max_size=40)
requests = st.builds(
    DraftRequest,
    task=st.sampled_from(["draft", "rewrite", "chat"]),
    instruction=texts,
    text=texts,
    before=texts,
    language=st.none() | st.sampled_from(["en", "de"]),
    keep=st.sampled_from([(), ("names",), ("names", "numbers")]),
    labels=st.lists(texts, max_size=2).map(tuple),
    messages=st.lists(
        st.builds(Message, role=st.sampled_from(["user", "assistant"]), content=texts), max_size=2
    ).map(tuple),
    sampling=st.builds(
        Sampling, temperature=st.none() | st.floats(0, 2), seed=st.none() | st.just(1)
    ),
)
queries = st.builds(
    CacheQuery,
    caller=st.builds(Caller, tenant=texts, user=texts),
    request=requests,
    shape=texts,
)


def key_of(query: CacheQuery) -> str:
    """The whole name of the entry."""
    return entry_key(SECRET, query)


def normal(text: str) -> str:
    """What two texts must share to count as one."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n"))


@given(queries)
def test_a_key_shows_digests_and_a_hash_tag_only(query: CacheQuery) -> None:
    """A Redis Cluster keeps a partition together, and nobody reads names or texts off a key."""
    assert re.fullmatch(r"ink:\{[0-9a-f]{32}\}:x:[0-9a-f]{64}", key_of(query))


@given(queries, texts)
def test_line_ends_do_not_count(query: CacheQuery, text: str) -> None:
    """A text typed on Windows is the same text; a carriage return before a line end is one itself."""
    text = text.rstrip("\r")
    unix = replace(query, request=replace(query.request, text=f"{text}\nend"))
    windows = replace(query, request=replace(query.request, text=f"{text}\r\nend"))

    assert key_of(unix) == key_of(windows)


@given(queries, texts)
def test_unicode_composition_does_not_count(query: CacheQuery, text: str) -> None:
    """Editors send é as one character or as two."""
    composed = replace(
        query, request=replace(query.request, text=unicodedata.normalize("NFC", text))
    )
    apart = replace(query, request=replace(query.request, text=unicodedata.normalize("NFD", text)))

    assert key_of(composed) == key_of(apart)


@given(queries)
def test_the_order_of_fields_and_spelled_out_defaults_do_not_count(query: CacheQuery) -> None:
    """A request is its values."""
    fields = {name: getattr(query.request, name) for name in DraftRequest.__dataclass_fields__}
    rebuilt = replace(query, request=DraftRequest(**dict(reversed(fields.items()))))

    assert key_of(rebuilt) == key_of(query)


@given(queries, st.integers(1, 10_000), st.floats(0, 1))
def test_deadline_bar_and_cache_control_do_not_count(
    query: CacheQuery, deadline_ms: int, bar: float
) -> None:
    """They decide whether a stored answer is served, never what it says."""
    other = replace(
        query,
        request=replace(query.request, deadline_ms=deadline_ms),
        min_score=bar,
        control=CacheControl(max_age_s=3),
    )

    assert key_of(other) == key_of(query)


@pytest.mark.parametrize("field", ["instruction", "text", "before", "after", "tone", "audience"])
@given(query=queries, first=texts, second=texts)
def test_any_other_difference_in_a_text_is_another_entry(
    field: str, query: CacheQuery, first: str, second: str
) -> None:
    """One character is enough."""
    assume(normal(first) != normal(second))
    changes: list[dict[str, Any]] = [{field: first}, {field: second}]

    keys = {key_of(replace(query, request=replace(query.request, **each))) for each in changes}

    assert len(keys) == 2


@given(queries, texts, texts)
def test_callers_and_shapes_never_share_an_entry(query: CacheQuery, one: str, two: str) -> None:
    """Not even where tenant and user read the same run together."""
    assume(normal(one) != normal(two))
    variants = [
        replace(query, caller=Caller(tenant=one, user=two)),
        replace(query, caller=Caller(tenant=two, user=one)),
        replace(query, caller=Caller(tenant=one, user=one)),
        replace(query, caller=Caller(tenant=one, user=one), shape=query.shape + "x"),
    ]

    assert len({key_of(each) for each in variants}) == len(variants)


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "café opens.\n"},
        {"text": "Café  opens.\n"},
        {"text": "Café opens. \n"},
        {"text": "Café opens.\r"},
        {"instruction": "make it warmer."},
        {"task": "tone"},
        {"language": "en"},
        {"length": Length(words=10)},
        {"length": Length(words=10, tolerance=0.1)},
        {"style": Style(banned=("very",))},
        {"style": Style(glossary=(("a", "b"),))},
        {"sampling": Sampling(temperature=0.0)},
        {"sampling": Sampling(seed=0)},
        {"variants": 2},
        {"entry": "best"},
        {"format": "markdown"},
        {"labels": ("publish",)},
        {"messages": (Message(role="user", content=""),)},
    ],
    ids=str,
)
def test_what_shapes_a_text_is_part_of_its_key(query: CacheQuery, changes: dict[str, Any]) -> None:
    """Case and white space of the source included."""
    changed = replace(query, request=replace(query.request, **changes))

    assert key_of(changed) != key_of(query)


def test_the_order_of_turns_counts(query: CacheQuery) -> None:
    """A conversation is a sequence, and who said what matters."""
    hello, bye = Message(role="user", content="hello"), Message(role="assistant", content="bye")
    swapped = (replace(hello, content="bye"), replace(bye, content="hello"))

    turns = [(hello, bye), (bye, hello), (hello,), swapped]

    assert len({str(canonical_request(replace(query.request, messages=m))) for m in turns}) == 4


def test_another_secret_gives_other_keys(query: CacheQuery) -> None:
    """Partitions as well, so that nobody finds a user by hashing names."""
    assert partition(SECRET, query) != partition(b"other", query)
    assert exact_key(SECRET, query) != exact_key(b"other", query)


def test_keys_stay_what_they_are_from_release_to_release() -> None:
    """Where this fails on purpose, pin the new key: nothing stored before is found any more."""
    query = CacheQuery(caller=Caller(), request=DraftRequest(instruction="é"), shape="s")

    assert entry_key(b"secret", query) == (
        "ink:{4630d5dd57b3c40f1fa2f4952a86bb62}"
        ":x:d7ce8d8a6b36ec6b621967e1567a6ff30e343b652c3cd08f824020e1fcdefb83"
    )


def test_half_a_surrogate_has_a_key_too(query: CacheQuery) -> None:
    """JSON can carry one, and a lookup must not fail on it."""
    broken = replace(query, request=replace(query.request, text="\ud800"))

    assert key_of(broken) != key_of(query)
