"""Identical requests at several worker processes, over real HTTP: one generation for all of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import httpx2
import pytest
from anyio import to_thread

from support.flights_app import BEGUN, PACE, STOPPED, VALKEY_VARIABLE, WORDS
from support.server_app import GUARD_S
from support.serving import clean_environment
from support.valkey import Valkey, running_valkey

ROOT = Path(__file__).parents[2]

WORKERS = 4

FREED_WITHIN_S = 1
"""The promise to the engines behind, as for a single process."""

WITHIN_S = 4
"""A guard, below the five seconds after which a connection of redis-py gives up by itself."""

SERVE = f"""
if __name__ == "__main__":
    from server.run import listen, run, url_of
    listening = listen("127.0.0.1", 0)
    print(url_of(listening), flush=True)
    run(listening, workers={WORKERS}, app="support.flights_app:flights_app")
"""


class Client:
    """One connection, and so always the same worker."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.pid = 0
        self.status = 0
        self.text: str | None = None
        self._http = http
        self._scope = anyio.CancelScope()

    async def worker(self) -> dict[str, int]:
        """What its worker says of itself."""
        told: dict[str, int] = (await self._http.get("/worker")).json()
        return told

    async def ask(self, body: dict[str, object]) -> None:
        """Sends a request and notes the text of the reply; nothing where the server was lost."""
        with self._scope:
            try:
                reply = await self._http.post("/v1/chat/completions", json=body)
            except httpx2.HTTPError:
                return
            self.status = reply.status_code
            if reply.status_code == 200:
                self.text = _streamed(reply.text) if "stream" in body else _plain(reply)

    def leave(self) -> None:
        """Hangs up."""
        self._scope.cancel()


@pytest.fixture(scope="module")
def shared_valkey() -> Iterator[Valkey]:
    """Where the workers meet."""
    with running_valkey() as server:
        yield server


@pytest.fixture(scope="module")
def url(shared_valkey: Valkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of four processes; one that is lost is replaced."""
    folder = tmp_path_factory.mktemp("workers")
    script, log = folder / "serve.py", folder / "log"
    script.write_text(SERVE, encoding="utf-8")
    environment = {
        **clean_environment(),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        "XDG_CONFIG_HOME": str(folder),
        VALKEY_VARIABLE: shared_valkey.url,
    }
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, str(script)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
        ) as process,
    ):
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture
def valkey(shared_valkey: Valkey) -> Valkey:
    """The place where workers meet, emptied."""
    shared_valkey.run("FLUSHALL")
    return shared_valkey


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """Closes the connections of a test."""
    async with AsyncExitStack() as stack:
        yield stack


async def connected(stack: AsyncExitStack, url: str, *, each: int) -> Sequence[Client]:
    """Clients of all workers, so many of `each`, in turns."""
    found: dict[int, list[Client]] = {}
    with anyio.fail_after(3 * GUARD_S):
        while len(found) < WORKERS or min(map(len, found.values())) < each:
            http = httpx2.AsyncClient(base_url=url, timeout=3 * GUARD_S, verify=False)
            client = Client(await stack.enter_async_context(http))
            client.pid = (await client.worker())["pid"]
            mates = found.setdefault(client.pid, [])
            if len(mates) < each:
                mates.append(client)
            else:
                await http.aclose()
    return [client for mates in zip(*found.values(), strict=True) for client in mates]


def chat(name: str, *, stream: bool) -> dict[str, object]:
    """A request that only requests of the same name are identical to."""
    body: dict[str, object] = {"messages": [{"role": "user", "content": f"a letter: {name}"}]}
    return body | {"stream": True} if stream else body


async def all_wait(clients: Sequence[Client], before: Counter[str], requests: int) -> None:
    """Returns once so many requests have found their flight."""
    with anyio.fail_after(GUARD_S):
        while (await counted(clients) - before).total() < requests:
            pass


async def counted(clients: Sequence[Client]) -> Counter[str]:
    """What the flights of all workers have counted, asked over other connections than they wait on."""
    sums: Counter[str] = Counter()
    for client in {client.pid: client for client in clients}.values():
        told = await client.worker()
        del told["pid"]
        sums.update(told)
    return sums


def write_on(valkey: Valkey, words: int = 1) -> None:
    """Every generation writes so many words more."""
    for _ in range(words):
        valkey.run("XADD", PACE, "*", "word", "1")


def pids(valkey: Valkey, what: str) -> list[int]:
    """The processes that began or stopped a generation, one entry each time."""
    found = valkey.run("LRANGE", what, 0, -1)
    assert isinstance(found, list)
    return [int(pid) for pid in found]


async def first_of(valkey: Valkey, what: str, *, within_s: int) -> int | None:
    """The process that first began or stopped a generation, once there is one."""
    wait = ("BLMOVE", what, what, "LEFT", "LEFT", within_s)
    pid = await to_thread.run_sync(lambda: valkey.run(*wait))
    return int(pid) if isinstance(pid, bytes) else None


def _plain(reply: httpx2.Response) -> str:
    text = reply.json()["choices"][0]["message"]["content"]
    assert isinstance(text, str)
    return text


def _streamed(body: str) -> str:
    lines = [line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: ")]
    assert lines.pop() == "[DONE]"
    deltas = [choice["delta"] for line in lines for choice in json.loads(line)["choices"]]
    return "".join(delta.get("content") or "" for delta in deltas)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_hundred_identical_requests_at_four_workers_are_written_once(
    stack: AsyncExitStack, url: str, valkey: Valkey, *, stream: bool
) -> None:
    """All have one text, whether they wait for all of it or read along."""
    clients = await connected(stack, url, each=25)
    watchers = await connected(stack, url, each=1)
    before = await counted(watchers)

    async with anyio.create_task_group() as group:
        for client in clients:
            group.start_soon(client.ask, chat(f"hundred {stream}", stream=stream))
        await all_wait(watchers, before, len(clients))
        write_on(valkey, WORDS)

    assert len(pids(valkey, BEGUN)) == 1
    assert len({client.text for client in clients}) == 1
    assert clients[0].text
    assert await counted(watchers) - before == Counter(led=1, joined=99)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_the_client_who_began_may_hang_up_without_harm_to_others(
    stack: AsyncExitStack, url: str, valkey: Valkey, *, stream: bool
) -> None:
    """Neither those at its worker nor those elsewhere."""
    clients = await connected(stack, url, each=2)
    watchers = await connected(stack, url, each=1)
    before = await counted(watchers)
    first, *others = clients

    async with anyio.create_task_group() as group:
        group.start_soon(first.ask, chat(f"leaver {stream}", stream=stream))
        await first_of(valkey, BEGUN, within_s=WITHIN_S)
        for client in others:
            group.start_soon(client.ask, chat(f"leaver {stream}", stream=stream))
        await all_wait(watchers, before, len(clients))
        first.leave()
        write_on(valkey, WORDS)

    assert first.text is None
    assert others[0].text
    assert len({client.text for client in others}) == 1
    assert (len(pids(valkey, BEGUN)), pids(valkey, STOPPED)) == (1, [])


async def test_the_generation_stops_when_everybody_has_hung_up(
    stack: AsyncExitStack, url: str, valkey: Valkey
) -> None:
    """And who comes later has a text of its own."""
    clients = await connected(stack, url, each=2)
    watchers = await connected(stack, url, each=1)
    before = await counted(watchers)

    async with anyio.create_task_group() as group:
        for client in clients:
            group.start_soon(client.ask, chat("all leave", stream=False))
        await all_wait(watchers, before, len(clients))
        for client in clients:
            client.leave()
    stopped = await first_of(valkey, STOPPED, within_s=FREED_WITHIN_S)
    write_on(valkey, WORDS)
    late = watchers[0]
    await late.ask(chat("all leave", stream=False))

    assert stopped is not None
    assert late.text
    assert len(pids(valkey, BEGUN)) == 2


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_worker_that_is_killed_midway_costs_the_others_one_more_generation(
    stack: AsyncExitStack, url: str, valkey: Valkey, *, stream: bool
) -> None:
    """Everybody at the other workers has the same text in the end."""
    clients = await connected(stack, url, each=3)
    watchers = await connected(stack, url, each=1)
    before = await counted(watchers)

    async with anyio.create_task_group() as group:
        for client in clients:
            group.start_soon(client.ask, chat(f"killed {stream}", stream=stream))
        await all_wait(watchers, before, len(clients))
        leader = await first_of(valkey, BEGUN, within_s=WITHIN_S)
        assert leader is not None
        write_on(valkey)
        os.kill(leader, signal.SIGKILL)
        write_on(valkey, WORDS)

    others = [client for client in clients if client.pid != leader]
    assert len(others) == 9
    assert others[0].text
    assert len({client.text for client in others}) == 1
    assert len(pids(valkey, BEGUN)) == 2
