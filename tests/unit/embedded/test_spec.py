"""What goes between the processes of the embedded host survives the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.embedded.spec import Addresses, EngineAddress, EngineSpec, HostSpec
from assistant.errors import EmbeddedError

names = st.text(min_size=1)
engine_specs = st.builds(
    EngineSpec,
    model=names,
    gguf=st.builds(Path, st.from_regex(r"/[a-z]{1,8}\.gguf", fullmatch=True)),
    context_tokens=st.integers(1, 10**6),
    parallel=st.integers(1, 64),
)
host_specs = st.builds(
    HostSpec,
    engines=st.lists(engine_specs).map(tuple),
    data_dir=st.just(Path("/data of ours")),
    valkey=st.booleans(),
)
addresses = st.builds(
    Addresses,
    engines=st.dictionaries(names, st.builds(EngineAddress, url=names, api_key=names)),
    redis_url=st.none() | names,
)


@given(host_specs)
def test_a_spec_survives_its_line(spec: HostSpec) -> None:
    """It stays on one line, whatever a model is called."""
    line = spec.to_json()

    assert "\n" not in line
    assert HostSpec.from_json(line) == spec


@given(addresses)
def test_addresses_survive_an_environment_variable(there: Addresses) -> None:
    """Worker processes find the same engines."""
    line = there.to_json()

    assert line.isascii()
    assert Addresses.from_json(line) == there


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"engines": {"m": {}}, "redis_url": null}'])
def test_malformed_addresses_are_refused(line: str) -> None:
    """A wrong environment variable is an error in words."""
    with pytest.raises(EmbeddedError, match="start the host again"):
        Addresses.from_json(line)
