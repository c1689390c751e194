"""The Cache-Control header of a request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cache.control import LONGEST_AGE_S, parse_cache_control
from assistant.types import CacheControl


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, CacheControl()),
        ("", CacheControl()),
        ("no-cache", CacheControl(no_cache=True)),
        ("No-Store", CacheControl(no_store=True)),
        ("only-if-cached, max-age=60", CacheControl(only_if_cached=True, max_age_s=60)),
        ("max-age=0", CacheControl(max_age_s=0)),
        ('max-age="7"', CacheControl(max_age_s=7)),
        ("max-age=9, max-age=3", CacheControl(max_age_s=3)),
        (" ,, no-cache ,", CacheControl(no_cache=True)),
        ("max-stale=5, min-fresh=2, no-transform", CacheControl()),
        ("max-age=-1", CacheControl()),
        ("max-age=1.5", CacheControl()),
        ("max-age", CacheControl()),
        ("max-age=", CacheControl()),
        ("max-age=soon, no-store", CacheControl(no_store=True)),
        ("max-age=٣", CacheControl()),
        (f"max-age={'9' * 5000}", CacheControl(max_age_s=LONGEST_AGE_S)),
        (f"max-age={'0' * 5000}4", CacheControl(max_age_s=4)),
        ('ext="a, no-store", no-cache', CacheControl(no_cache=True)),
        ("x-no-cache", CacheControl()),
    ],
)
def test_known_directives_are_read_and_others_ignored(
    header: str | None, expected: CacheControl
) -> None:
    """RFC 9111 section 5.2.1, forgiving where it says so."""
    assert parse_cache_control(header) == expected


@given(st.text(max_size=60))
def test_no_header_is_ever_an_error(header: str) -> None:
    """A client's odd header must not cost it its answer."""
    age = parse_cache_control(header).max_age_s

    assert age is None or 0 <= age <= LONGEST_AGE_S
