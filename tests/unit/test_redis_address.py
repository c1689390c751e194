"""What may stand in REDIS_URL, and that no error repeats a password."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.redis_address import moved_to, place_in, read_address

PLAIN = st.text("abcXYZ019._~-%", min_size=1, max_size=12)


@pytest.mark.parametrize(
    "url",
    [
        "redis://cache:6379/1",
        "rediss://user:p%40ss@cache?ssl_cert_reqs=none",
        "unix:///run/valkey.sock?db=2",
        "redis://",
    ],
)
def test_one_server_is_taken_as_it_is(url: str) -> None:
    """As redis-py reads it."""
    assert read_address(url).urls == (url,)
    assert not read_address(url).cluster


def test_nodes_of_a_cluster_share_user_password_and_options() -> None:
    """With or without TLS, by name and by address."""
    url = "rediss+cluster://user:p,ss@one:7001,two,[::1]:7003/?ssl_cert_reqs=none"

    address = read_address(url)

    assert address.cluster
    assert address.urls == tuple(
        f"rediss://user:p,ss@{host}/?ssl_cert_reqs=none"
        for host in ("one:7001", "two", "[::1]:7003")
    )
    assert [place_in(each) for each in address.urls] == [
        ("one", 7001),
        ("two", 6379),
        ("::1", 7003),
    ]


def test_a_node_that_others_name_gets_the_same_password() -> None:
    """Also where it is named by an IPv6 address."""
    url = "redis://user:p%40ss@one:7001/?client_name=ink"

    assert moved_to(url, "10.0.0.2", 7002) == "redis://user:p%40ss@10.0.0.2:7002/?client_name=ink"
    assert moved_to(url, "::1", 7002) == "redis://user:p%40ss@[::1]:7002/?client_name=ink"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://user:hunter2@host", "the scheme 'http' is not known; use redis://"),
        ("hunter2", "no scheme; use redis://"),
        ("user:hunter2@host:6379", "no scheme; use redis://"),
        ("redis://user:hun/ter2@host", "percent codes, as %40 for @"),
        ("redis://:1/hunter2@host", "percent codes, as %40 for @"),
        ("redis://user:hun#ter2@host", "percent codes, as %40 for @"),
        ("redis://hunter2:x,host:1", "redis+cluster://"),
        ("redis+cluster://user:hun/ter2@host", "percent codes, as %40 for @"),
        ("redis+cluster://user:hunter2@", "at least one host"),
        ("redis+cluster://user:hunter2@one,,two", "at least one host"),
        ("redis+cluster://:hunter2@one/3", "none but 0"),
        ("redis+cluster://:hunter2@one?db=3", "none but 0"),
        ("redis://host/hunter2", "number of a database"),
        ("unix:///run/valkey.sock?db=hunter2", "database is a number"),
        ("redis://host?hunter2=1", "an option"),
        ("redis://host?socket_timeout=60", "an option"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_being_shown(url: str, told: str) -> None:
    """Wherever it is wrong, a password may stand there."""
    with pytest.raises(ValueError, match=re.escape(told)) as caught:
        read_address(url)

    assert "hun" not in str(caught.value)
    assert "ter2" not in str(caught.value)


@given(
    user=PLAIN, password=st.text(max_size=20), scheme=st.sampled_from(["redis", "redis+cluster"])
)
def test_no_password_shows(user: str, password: str, scheme: str) -> None:
    """Neither in errors nor in what is printed of an address, however odd it is."""
    secret = f"QQ{password}QQ"
    try:
        shown = repr(read_address(f"{scheme}://{user}:{secret}@host"))
    except ValueError as error:
        shown = str(error)

    assert "QQ" not in shown
