"""Which requests share an entry and which never do."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.cache.addresses import Address, address_of
from assistant.cache.base import CacheQuery, CacheRules
from assistant.cache.keys import entry_key, text_digest
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


def address(query: CacheQuery) -> Address:
    """Where it belongs."""
    return address_of(SECRET, query)


def normal(text: str) -> str:
    """What two texts must share to count as one."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n"))


@given(queries)
def test_an_address_is_made_of_digests_and_shows_nothing(query: CacheQuery) -> None:
    """Nobody reads names or texts off a key, and a Redis Cluster keeps a partition together."""
    found = address(query)

    parts = (found.tenant, found.user, found.partition, found.shared, found.exact)
    assert all(re.fullmatch(r"[0-9a-f]{32}", part) for part in parts)
    assert len(set(parts)) == len(parts)
    assert entry_key(found.partition, "draft_1") == f"ink:{{{found.partition}}}:e:draft_1"


@given(queries, texts)
def test_line_ends_do_not_count(query: CacheQuery, text: str) -> None:
    """A text typed on Windows is the same text; a carriage return before a line end is one itself."""
    text = text.rstrip("\r")
    unix = replace(query, request=replace(query.request, text=f"{text}\nend"))
    windows = replace(query, request=replace(query.request, text=f"{text}\r\nend"))

    assert address(unix) == address(windows)


@given(queries, texts)
def test_unicode_composition_does_not_count(query: CacheQuery, text: str) -> None:
    """Editors send é as one character or as two."""
    composed = replace(
        query, request=replace(query.request, text=unicodedata.normalize("NFC", text))
    )
    apart = replace(query, request=replace(query.request, text=unicodedata.normalize("NFD", text)))

    assert address(composed) == address(apart)


@given(queries)
def test_the_order_of_fields_and_spelled_out_defaults_do_not_count(query: CacheQuery) -> None:
    """A request is its values."""
    fields = {name: getattr(query.request, name) for name in DraftRequest.__dataclass_fields__}
    rebuilt = replace(query, request=DraftRequest(**dict(reversed(fields.items()))))

    assert address(rebuilt) == address(query)


@given(queries, st.integers(1, 10_000), st.floats(0, 1))
def test_haste_bar_rules_and_cache_control_do_not_count(
    query: CacheQuery, deadline_ms: int, bar: float
) -> None:
    """They decide whether a stored answer is served, never what it says."""
    other = replace(
        query,
        request=replace(query.request, deadline_ms=deadline_ms, answer_now=True),
        rules=CacheRules(variants=9),
        min_score=bar,
        tiers=frozenset({"large"}),
        control=CacheControl(max_age_s=3, surface="openai"),
    )

    assert address(other) == address(query)


@pytest.mark.parametrize("field", ["instruction", "text", "before", "after", "tone", "audience"])
@given(query=queries, first=texts, second=texts)
def test_any_other_difference_in_a_text_is_another_entry(
    field: str, query: CacheQuery, first: str, second: str
) -> None:
    """One character is enough."""
    assume(normal(first) != normal(second))
    changes: list[dict[str, Any]] = [{field: first}, {field: second}]

    keys = {
        address(replace(query, request=replace(query.request, **each))).exact for each in changes
    }

    assert len(keys) == 2


@given(queries, texts, texts)
def test_callers_and_shapes_never_share_a_partition(query: CacheQuery, one: str, two: str) -> None:
    """Not even where tenant and user read the same run together."""
    assume(normal(one) != normal(two))
    variants = [
        replace(query, caller=Caller(tenant=one, user=two)),
        replace(query, caller=Caller(tenant=two, user=one)),
        replace(query, caller=Caller(tenant=one, user=one)),
        replace(query, caller=Caller(tenant=one, user=one), shape=query.shape + "x"),
    ]

    assert len({address(each).partition for each in variants}) == len(variants)


@given(queries, texts, texts)
def test_only_users_of_one_tenant_have_a_shared_partition_in_common(
    query: CacheQuery, one: str, two: str
) -> None:
    """Another tenant has another one."""
    assume(normal(one) != normal(two))
    anna, boris, carla = (
        address(replace(query, caller=Caller(tenant=tenant, user=user)))
        for tenant, user in ((one, one), (one, two), (two, one))
    )

    assert anna.shared == boris.shared != carla.shared
    assert anna.shared not in {anna.partition, boris.partition}


FIELDS: dict[str, list[Any]] = {
    "task": ["draft", "rewrite", "chat"],
    "instruction": ["", "a", "A", "a ", "a\n"],
    "text": ["", "a", "A", "a ", "a\n", "a\u0300"],
    "before": ["", "a", "b"],
    "after": ["", "a", "b"],
    "language": [None, "en", "de", ""],
    "audience": [None, "", "children"],
    "tone": [None, "", "warm"],
    "length": [None, Length(words=1), Length(percent=1), Length(words=1, tolerance=0.1)],
    "style": [
        Style(),
        Style(banned=("a",)),
        Style(voice_samples=("a",)),
        Style(glossary=(("a", "b"),)),
        Style(glossary=(("b", "a"),)),
    ],
    "keep": [(), ("names",), ("names", "numbers"), ("numbers", "names")],
    "format": [None, "plain", "html"],
    "variants": [1, 2],
    "labels": [(), ("a",), ("a", "b"), ("b", "a")],
    "messages": [
        (),
        (Message(role="user", content="a"),),
        (Message(role="system", content="a"),),
        (Message(role="user", content="a"), Message(role="user", content="a")),
    ],
    "sampling": [
        Sampling(),
        Sampling(temperature=0.0),
        Sampling(top_p=0.0),
        Sampling(max_tokens=0),
        Sampling(stop=("a",)),
        Sampling(seed=0),
    ],
    "entry": ["auto", "fast", "best"],
}
"""Every field that shapes a text, with values that differ from one another."""

shaped = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in FIELDS.items()})


def test_no_field_is_forgotten() -> None:
    """A new one shapes texts until somebody says otherwise."""
    unlike = {"deadline_ms", "answer_now"}
    assert set(FIELDS) == set(DraftRequest.__dataclass_fields__) - unlike


@given(one=shaped, other=shaped, caller=st.builds(Caller, tenant=texts))
def test_two_requests_have_one_key_exactly_if_nothing_that_shapes_them_differs(
    one: dict[str, Any], other: dict[str, Any], caller: Caller
) -> None:
    """In any field, in any way."""
    queries = [
        CacheQuery(caller=caller, request=DraftRequest(**each), shape="s") for each in (one, other)
    ]

    keys = {address(query).exact for query in queries}

    assert (len(keys) == 1) is (one == other)


@given(one=shaped, data=st.data())
def test_a_difference_in_one_field_is_enough(one: dict[str, Any], data: st.DataObject) -> None:
    """Whichever it is."""
    name = data.draw(st.sampled_from(sorted(FIELDS)))
    other = data.draw(st.sampled_from([each for each in FIELDS[name] if each != one[name]]))
    requests = (DraftRequest(**one), DraftRequest(**{**one, name: other}))

    found = [address(CacheQuery(caller=Caller(), request=each, shape="s")) for each in requests]

    assert found[0].exact != found[1].exact


def test_the_order_of_turns_counts(query: CacheQuery) -> None:
    """A conversation is a sequence, and who said what matters."""
    hello, bye = Message(role="user", content="hello"), Message(role="assistant", content="bye")
    swapped = (replace(hello, content="bye"), replace(bye, content="hello"))
    turns = [(hello, bye), (bye, hello), (hello,), swapped]

    talks = [replace(query, request=replace(query.request, messages=each)) for each in turns]

    assert len({address(each).exact for each in talks}) == 4


def test_another_secret_gives_other_keys(query: CacheQuery) -> None:
    """All of them, so that nobody finds a user by hashing names."""
    one, other = address_of(SECRET, query), address_of(b"other", query)

    for name in Address.__dataclass_fields__:
        assert getattr(one, name) != getattr(other, name)


def test_keys_stay_what_they_are_from_release_to_release() -> None:
    """Where this fails on purpose, raise SCHEMA_VERSION: nothing stored before is found any more."""
    query = CacheQuery(caller=Caller(), request=DraftRequest(instruction="é"), shape="s")

    found = address_of(b"secret", query)

    assert (found.partition, found.exact) == (
        "ea4e2349caa3228f6c186eaf9a39526f",
        "f1c49e1aaa6674a1ca4823bb32007a9e",
    )


def test_half_a_surrogate_has_a_key_too(query: CacheQuery) -> None:
    """JSON can carry one, and a lookup must not fail on it."""
    broken = replace(query, request=replace(query.request, text="\ud800"))

    assert address(broken).exact != address(query).exact


@given(st.lists(st.sampled_from(["one", "two", "three"]), min_size=1), st.text(" \n\t", min_size=1))
def test_texts_that_differ_in_white_space_alone_count_as_one(words: list[str], gap: str) -> None:
    """A refused text does not come back with another line break."""
    assert text_digest(SECRET, " ".join(words)) == text_digest(SECRET, gap.join(["", *words, ""]))
    assert text_digest(SECRET, "".join(words)) != text_digest(SECRET, "-".join([*words, ""]))
