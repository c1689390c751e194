"""How running servers are, by what they say over real connections."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import ThreadingHTTPServer

import pytest

from assistant.launch.placement import Wanted
from assistant.launch.probe import NotGenerating, client_for, is_healthy, measure
from assistant.launch.python import is_too_old
from assistant.launch.status import EndpointStatus, read_statuses
from assistant.policy.models import SGLangTierPolicy
from support.fake_sglang import RECORDED, Handler, bodies
from support.gpu_host import free_port
from support.sglang_replay import RECORDED as WIRE
from support.sglang_replay import body_of

Bodies = dict[str, tuple[int, object]]
Serve = Callable[[Bodies], str]


@contextmanager
def serving(answers: Bodies) -> Iterator[str]:
    """A server with these answers; `/generate` answers as the recording does."""

    class Answers(Handler):
        flags = {}  # noqa: RUF012 - as its parent
        bodies = answers

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers that end with the test."""
    with ExitStack() as stack:
        yield lambda answers: stack.enter_context(serving(answers))


def wanted(endpoint: str, **keys: object) -> Wanted:
    """A server of a tier that serves SmolLM2."""
    policy = {"engine": "sglang", "model": "smollm2-135m", "endpoints": (endpoint,), **keys}
    tier = SGLangTierPolicy.model_validate(policy)
    return Wanted(tier="draft", policy=tier, endpoint=endpoint)


async def read(server: Wanted, **environment: str) -> EndpointStatus:
    """The state of one server."""
    (status,) = await read_statuses([server], environment)
    return status


async def test_a_running_server_is_told_with_its_numbers(serve: Serve) -> None:
    """Those of the recording."""
    url = serve(bodies({"served-model-name": "smollm2-135m"}))

    status = await read(wanted(url))

    assert status.up
    assert status.warnings == ()
    assert (status.version, status.model, status.context_tokens) == ("0.5.17", "smollm2-135m", 2048)
    assert (status.running, status.waiting, status.cache_usage) == (0, 0, 0.0)
    assert status.cache_hit_rate == pytest.approx(1041 / (971 + 223))
    assert status.card == "NVIDIA H100 80GB HBM3"


async def test_a_busy_server_is_told_with_what_it_does(serve: Serve) -> None:
    """Five streams on an H100, as recorded."""
    busy = json.loads(body_of(WIRE["get v1/loads while busy 1"]))
    url = serve(bodies({"served-model-name": "smollm2-135m"}) | {"/v1/loads": (200, busy)})

    status = await read(wanted(url))

    assert (status.running, status.waiting, status.cache_usage) == (5, 0, 0.0298)
    assert status.tokens_per_s == pytest.approx(2237.83)


async def test_the_ranks_of_a_server_are_told_as_one(serve: Serve) -> None:
    """Requests and tokens add up; each rank has a cache of its own, so their fill is averaged."""
    rank = {
        "num_running_reqs": 5,
        "num_waiting_reqs": 1,
        "token_usage": 0.2,
        "gen_throughput": 100.5,
    }
    other = {"num_running_reqs": 3, "num_waiting_reqs": 0, "token_usage": 0.4, "gen_throughput": 50}
    loads = {"accelerator": "NVIDIA H200", "loads": [rank, other]}
    url = serve(bodies({"served-model-name": "smollm2-135m"}) | {"/v1/loads": (200, loads)})

    status = await read(wanted(url))

    assert (status.running, status.waiting, status.tokens_per_s) == (8, 1, 150.5)
    assert status.cache_usage == pytest.approx(0.3)
    assert status.card == "NVIDIA H200"


@pytest.mark.parametrize(
    "loads",
    [
        b"\xff\xfe",
        b"<html>",
        [],
        {},
        {"loads": []},
        {"loads": 7},
        {"loads": [7]},
        {"loads": [{}]},
        "7",
    ],
)
async def test_loads_in_other_words_tell_nothing(serve: Serve, loads: object) -> None:
    """The server is up all the same."""
    url = serve(bodies({"served-model-name": "smollm2-135m"}) | {"/v1/loads": (200, loads)})

    status = await read(wanted(url))

    assert status.up
    assert (status.running, status.waiting, status.cache_usage) == (None, None, None)


@pytest.mark.parametrize(
    "metrics", [b"\xff\xfe 1", "<html>", "{", 'a{b="} 1', "a 1 2 3 4", "a{", "# TYPE"]
)
async def test_metrics_in_other_words_tell_nothing(serve: Serve, metrics: object) -> None:
    """The server is up all the same."""
    url = serve(bodies({"served-model-name": "smollm2-135m"}) | {"/metrics": (200, metrics)})

    status = await read(wanted(url))

    assert status.up
    assert status.cache_hit_rate is None


async def test_a_proxy_of_the_environment_never_sees_key_or_request(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Servers spoken to in the clear are near, as for the tiers themselves."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    url = serve(bodies({"served-model-name": "smollm2-135m"}))

    status = await read(wanted(url, api_key_env="TIER_KEY"), TIER_KEY="s3cret")

    assert status.up


async def test_an_old_version_is_told_for_gemma_4_only(serve: Serve) -> None:
    """Other models run on it as they always did."""
    info = RECORDED["server_info"] | {
        "version": "0.5.9",
        "served_model_name": "google/gemma-4-12B-it",
    }
    gemma = await read(wanted(serve({"/server_info": (200, info)}), model="google/gemma-4-12B-it"))
    info = RECORDED["server_info"] | {"version": "0.5.9"}
    other = await read(wanted(serve({"/server_info": (200, info)})))

    assert "SGLang 0.5.9 is too old for Gemma 4: it needs 0.5.17" in gemma.warnings
    assert not any("too old" in warning for warning in other.warnings)


async def test_a_server_without_metrics_is_up_and_told_how_to_have_them(serve: Serve) -> None:
    """What it does not tell stays empty."""
    status = await read(wanted(serve({"/server_info": (200, RECORDED["server_info"])})))

    assert status.up
    assert "tells no metrics: start it with --enable-metrics" in status.warnings
    assert status.running is None
    assert status.cache_hit_rate is None


async def test_a_context_without_room_for_the_longest_text_is_told(serve: Serve) -> None:
    """Every long request would be refused."""
    url = serve(bodies({"served-model-name": "smollm2-135m"}))

    status = await read(wanted(url, max_tokens=4000))

    assert "`max_tokens: 4000` leaves no room for a prompt in 2048 tokens" in status.warnings


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"/server_info": (401, {"error": "Unauthorized"})}, "asks for a key: set `api_key_env`"),
        ({"/server_info": (200, "<html>")}, "is no SGLang server (HTTP 200)"),
        ({"/server_info": (200, b"\xff\xfe\xfd")}, "is no SGLang server (HTTP 200)"),
        ({"/server_info": (200, b"Zur\xfcck")}, "is no SGLang server (HTTP 200)"),
        ({"/server_info": (401, b"\xfc")}, "asks for a key: set `api_key_env`"),
        ({"/server_info": (502, {"detail": "Bad Gateway"})}, "is no SGLang server (HTTP 502)"),
        ({}, "is no SGLang server (HTTP 404)"),
    ],
)
async def test_whatever_else_answers_is_down(serve: Serve, answers: Bodies, reason: str) -> None:
    """With the reason, as a person would say it."""
    status = await read(wanted(serve(answers)))

    assert (status.up, status.reason) == (False, reason)


async def test_a_server_that_is_not_there_is_down() -> None:
    """Nothing is raised."""
    status = await read(wanted(f"http://127.0.0.1:{free_port()}"))

    assert (status.up, status.reason) == (False, "not reachable")


async def test_a_missing_key_is_told_by_its_variable() -> None:
    """The server is not asked without it."""
    status = await read(wanted("http://127.0.0.1:9", api_key_env="TIER_KEY"))

    assert status.reason == "$TIER_KEY is not set"


async def test_a_server_is_measured_by_what_it_generates(serve: Serve) -> None:
    """Speed is our measure, memory its word."""
    async with client_for(serve(bodies({})), None) as client:
        ready = await measure(client)

    assert ready.tokens_per_s > 0
    assert (ready.weights_gb, ready.cache_gb, ready.cache_tokens) == (0.266, 23.238, 1082946)


async def test_a_server_that_answers_without_tokens_does_not_generate(serve: Serve) -> None:
    """Being healthy is not enough."""
    async with client_for(serve({"/generate": (500, {"error": "boom"})}), None) as client:
        healthy = await is_healthy(client)
        with pytest.raises(NotGenerating, match="answered with HTTP 500"):
            await measure(client)

    assert healthy


@pytest.mark.parametrize(
    ("version", "too_old"),
    [("0.5.16", True), ("0.4.99", True), ("0.5.17", False), ("0.5.17.post1", False), ("1.0.0rc1", False),
     ("unknown", False)],
)  # fmt: skip
def test_versions_are_compared_as_numbers(version: str, too_old: bool) -> None:
    """0.5.17 is newer than 0.5.9."""
    assert is_too_old(version) is too_old
