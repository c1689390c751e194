"""Engine and Valkey come up together, and nothing of them stays, however their owner ends."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from assistant.embedded.host import embedded_host, embedded_host_async
from assistant.embedded.model import BUILT_IN_MODEL, resolve_gguf
from assistant.embedded.spec import Addresses, EngineAddress, EngineSpec, HostSpec
from assistant.errors import EmbeddedError

HANGING_S = 60.0
"""A guard against hanging, not an expectation."""

PARENT = Path(__file__).with_name("parent.py")

needs_pidfd = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells when a process that is not a child ends"
)


@dataclass(frozen=True)
class Running:
    """An embedded host in a parent process of its own, with a stream in progress."""

    parent: subprocess.Popen[str]
    engine: EngineAddress
    guard: int
    valkey: int


def cache_only(data_dir: Path) -> HostSpec:
    """A host that starts fast."""
    return HostSpec(engines=(), data_dir=data_dir, valkey=True)


def whole(data_dir: Path) -> HostSpec:
    """Engine and Valkey."""
    engine = EngineSpec(
        model=BUILT_IN_MODEL,
        gguf=resolve_gguf(BUILT_IN_MODEL, None),
        context_tokens=1024,
        parallel=1,
    )
    return HostSpec(engines=(engine,), data_dir=data_dir, valkey=True)


@contextmanager
def connected(addresses: Addresses) -> Iterator[redis.Redis]:
    """A client that waits for a server that changes hands."""
    retry = Retry(ConstantBackoff(0.01), int(HANGING_S / 0.01))
    client = redis.Redis.from_url(addresses.redis_url or "", retry=retry)
    with client:
        yield client


def valkey_pid(addresses: Addresses) -> int:
    """The process that answers."""
    with connected(addresses) as client:
        return int(client.info("server")["process_id"])


def parent_of(pid: int) -> int:
    """The process that started `pid`."""
    ps = shutil.which("ps") or "ps"
    return int(subprocess.check_output([ps, "-o", "ppid=", "-p", str(pid)]))


@contextmanager
def streaming(engine: EngineAddress) -> Iterator[None]:
    """A generation that would go on for long."""
    body = {"messages": [{"role": "user", "content": "Tell a story."}], "stream": True}
    headers = {"authorization": f"Bearer {engine.api_key}"}
    url = f"{engine.url}/v1/chat/completions"
    with (
        httpx2.Client(timeout=HANGING_S) as client,
        client.stream("POST", url, json=body, headers=headers) as response,
    ):
        assert next(response.iter_bytes()).startswith(b"data: ")
        yield


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A host in the middle of a generation, whose parent the test may end as it likes."""
    with ExitStack() as stack:
        parent = stack.enter_context(
            subprocess.Popen(
                [sys.executable, str(PARENT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        stack.callback(parent.kill)
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(whole(tmp_path).to_json() + "\n")
        parent.stdin.flush()
        addresses = Addresses.from_json(parent.stdout.readline())
        engine = addresses.engines[BUILT_IN_MODEL]
        stack.enter_context(streaming(engine))
        valkey = valkey_pid(addresses)
        yield Running(parent=parent, engine=engine, guard=parent_of(valkey), valkey=valkey)


@contextmanager
def expect_gone(*pids: int) -> Iterator[None]:
    """All these processes end by what the block does."""
    with ExitStack() as stack:
        watched = [os.pidfd_open(pid) for pid in pids]
        for descriptor in watched:
            stack.callback(os.close, descriptor)
        yield
        for descriptor in watched:
            ended, _, _ = select.select([descriptor], [], [], HANGING_S)
            assert ended


def leave(running: Running) -> None:
    """The parent ends as programs should."""
    assert running.parent.stdin is not None
    running.parent.stdin.write("\n")
    running.parent.stdin.flush()


def terminate(running: Running) -> None:
    """The parent gets SIGTERM, which it does not handle."""
    running.parent.terminate()


def kill(running: Running) -> None:
    """The parent has no chance to do anything."""
    running.parent.kill()


def terminate_guard(running: Running) -> None:
    """Somebody stops the guard; its parent stays."""
    os.kill(running.guard, signal.SIGTERM)


def kill_guard(running: Running) -> None:
    """The guard has no chance to do anything; its parent stays."""
    os.kill(running.guard, signal.SIGKILL)


@needs_pidfd
@pytest.mark.parametrize("end", [leave, terminate, kill, terminate_guard, kill_guard])
def test_nothing_stays_however_it_ends(running: Running, end: Callable[[Running], None]) -> None:
    """Guard and Valkey are gone in the middle of a generation."""
    with expect_gone(running.guard, running.valkey):
        end(running)


@needs_pidfd
def test_ctrl_c_leaves_the_engine_to_its_parent(running: Running) -> None:
    """The parent may still be writing its last answer; it decides when the guard goes."""
    os.kill(running.guard, signal.SIGINT)
    os.kill(running.guard, signal.SIGHUP)

    assert httpx2.get(f"{running.engine.url}/health").is_success
    with expect_gone(running.guard):
        leave(running)


def test_the_engine_answers_only_with_its_key(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It generates for us, refuses others, and prints nothing into the terminal."""
    with embedded_host(whole(tmp_path)) as addresses:
        engine = addresses.engines[BUILT_IN_MODEL]
        with streaming(engine):
            refused = httpx2.get(f"{engine.url}/v1/models")

    assert refused.status_code == 401
    assert capfd.readouterr() == ("", "")


async def test_async_code_can_hold_a_host(tmp_path: Path) -> None:
    """Errors of the block come out unchanged, and the cache is gone after it."""
    urls: list[str | None] = []

    async def fail_inside() -> None:
        async with embedded_host_async(cache_only(tmp_path)) as addresses:
            urls.append(addresses.redis_url)
            with connected(addresses) as client:
                client.ping()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_inside()

    with redis.Redis.from_url(urls[0] or "") as client, pytest.raises(redis.ConnectionError):
        client.ping()


def test_the_cache_survives_a_restart(tmp_path: Path) -> None:
    """What was stored is there the next time."""
    with embedded_host(cache_only(tmp_path)) as addresses, connected(addresses) as client:
        client.set("answer", "kept")

    with embedded_host(cache_only(tmp_path)) as addresses, connected(addresses) as client:
        assert client.get("answer") == b"kept"


def test_the_cache_is_bounded_and_off_the_network(tmp_path: Path) -> None:
    """It forgets what was not used for long, and listens on its socket only."""
    with embedded_host(cache_only(tmp_path)) as addresses, connected(addresses) as client:
        settings = client.config_get("maxmemory*") | client.config_get("port")

    assert settings["maxmemory"] == str(256 * 1024 * 1024)
    assert settings["maxmemory-policy"] == "allkeys-lru"
    assert settings["port"] == "0"


def test_a_second_host_shares_the_server_and_inherits_it(tmp_path: Path) -> None:
    """One server per data folder; when its owner leaves, the other goes on with its data."""
    with ExitStack() as first:
        owner = first.enter_context(embedded_host(cache_only(tmp_path)))
        with embedded_host(cache_only(tmp_path)) as heir, connected(heir) as client:
            shared = valkey_pid(heir) == valkey_pid(owner)
            client.set("answer", "kept")

            first.close()

            assert shared
            assert heir.redis_url == owner.redis_url
            assert client.get("answer") == b"kept"


@needs_pidfd
@pytest.mark.parametrize("killed", ["guard", "guard and valkey"])
def test_the_next_host_works_after_a_crash(tmp_path: Path, killed: str) -> None:
    """Neither a lock nor a socket left behind is in the way."""
    with ExitStack() as crashing:
        addresses = crashing.enter_context(embedded_host(cache_only(tmp_path)))
        valkey = valkey_pid(addresses)
        guard = parent_of(valkey)
        with expect_gone(guard, valkey):
            if killed == "guard and valkey":
                os.kill(valkey, signal.SIGKILL)
            os.kill(guard, signal.SIGKILL)

    with embedded_host(cache_only(tmp_path)) as addresses, connected(addresses) as client:
        assert client.ping()


def test_a_broken_model_is_named_and_nothing_stays(tmp_path: Path) -> None:
    """The engine's own words would say nothing; the cache started beside it is gone again."""
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(100))
    engine = EngineSpec(model="m", gguf=broken, context_tokens=512, parallel=1)
    spec = HostSpec(engines=(engine,), data_dir=tmp_path, valkey=True)

    with pytest.raises(EmbeddedError, match=r"cannot load .*broken\.gguf"), embedded_host(spec):
        pass

    with embedded_host(cache_only(tmp_path)) as addresses, connected(addresses) as client:
        assert client.ping()


def test_an_unusable_data_folder_is_named(tmp_path: Path) -> None:
    """The way out is another folder."""
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(EmbeddedError, match="name another"), embedded_host(cache_only(file)):
        pass


def test_a_damaged_cache_is_named(tmp_path: Path) -> None:
    """Valkey's own last words are in the error."""
    folder = tmp_path / "valkey"
    folder.mkdir()
    (folder / "dump.rdb").write_bytes(b"no such format")

    with (
        pytest.raises(EmbeddedError, match="Valkey cannot run"),
        embedded_host(cache_only(tmp_path)),
    ):
        pass
