"""Commands over a real cluster of three nodes, well, in motion, and with a node dead."""

from __future__ import annotations

from collections.abc import Awaitable

import anyio
import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from assistant.bounded import DOWN, BoundedRedis, Down, Limits
from assistant.breaker import COOLDOWN_S, FAILURES_IN_A_ROW, Breaker
from support.asking import GET, get, get_by_script, put
from support.clock import ManualClock
from support.toxic import toxic_way_to
from support.valkey import running_valkey
from support.valkey_cluster import ValkeyCluster

LIMITS = Limits(timeout_s=0.3, connect_timeout_s=0.5, connections=4)
HANGING_S = 5.0
"""A guard: a client without bounds waits 15 s for a node that is silent."""


@pytest.fixture
async def names(cluster: ValkeyCluster, redis: BoundedRedis) -> list[str]:
    """A name on each node, whose value is the name itself."""
    made = [cluster.key_of(number) for number in range(3)]
    for name in made:
        assert await put(redis, name, name)
    return made


async def pipelined(redis: BoundedRedis, names: list[str]) -> object:
    """What is stored under these names, asked for at once."""

    def queue(client: Redis) -> Awaitable[object]:
        pipe = client.pipeline(transaction=False)
        for name in names:
            pipe.get(name)
        return pipe.execute()

    return await redis.ask("pipelined", queue)


async def test_every_command_finds_its_node(
    redis: BoundedRedis, cluster: ValkeyCluster, names: list[str]
) -> None:
    """Single ones and scripts; each node has what is its own."""
    found = [await get(redis, name) for name in names]
    by_script = [await get_by_script(redis, name) for name in names]

    assert found == by_script == [name.encode() for name in names]
    assert [node.run("DBSIZE") for node in cluster.nodes] == [1, 1, 1]


async def test_a_pipeline_is_split_over_nodes_and_answers_in_order(
    redis: BoundedRedis, names: list[str]
) -> None:
    """However the slots are mixed."""
    asked = [names[2], names[0], "nothing", names[1], names[2]]

    found = await pipelined(redis, asked)

    assert found == [None if name == "nothing" else name.encode() for name in asked]


async def test_commands_whose_key_is_not_first_find_their_node_too(
    redis: BoundedRedis, cluster: ValkeyCluster
) -> None:
    """Streams, unions and memory."""
    name, other = (f"{{{cluster.key_of(2)}}}:{one}" for one in "ab")

    def fill(client: Redis) -> Awaitable[object]:
        pipe = client.pipeline(transaction=False)
        pipe.xadd(name, {"field": "value"}, id="1-1")
        pipe.zadd(other, {"member": 1})
        return pipe.execute()

    await redis.ask("fill", fill)
    read = await redis.ask("read", lambda client: client.xread({name: "0"}))
    union = await redis.ask("union", lambda client: client.zunion([other]))
    memory = await redis.ask("memory", lambda client: client.memory_usage(other))

    assert read == [[name.encode(), [(b"1-1", {b"field": b"value"})]]]
    assert union == [b"member"]
    assert isinstance(memory, int)


async def test_keys_of_different_slots_in_one_command_are_refused(
    redis: BoundedRedis, names: list[str]
) -> None:
    """By the node, in time; nobody is left alone for it."""
    with capture_logs() as logs:
        reply = await redis.run("script", GET, keys=names, args=[])

    assert reply == DOWN
    assert [log["event"] for log in logs] == ["test.refused"]
    assert redis.state == "closed"


async def test_names_of_all_nodes_are_listed(redis: BoundedRedis, names: list[str]) -> None:
    """Once each."""
    found: list[bytes] = []
    async for batch in redis.scan("list", "key*"):
        assert not isinstance(batch, Down)
        found += batch

    assert sorted(found) == sorted(name.encode() for name in names)


async def test_a_transaction_says_that_a_cluster_has_none(redis: BoundedRedis) -> None:
    """A mistake of ours, not of the cluster."""

    def begin(client: Redis) -> Awaitable[object]:
        return client.pipeline(transaction=True).execute()

    with pytest.raises(ValueError, match="transaction=False"):
        await redis.ask("mistake", begin)


async def test_one_node_of_the_address_is_enough(cluster: ValkeyCluster, names: list[str]) -> None:
    """It names the others, and a dead one among those that are named does no harm."""
    port = cluster.nodes[1].port
    for url in (
        f"redis+cluster://127.0.0.1:{port}",
        f"redis+cluster://127.0.0.1:1,127.0.0.1:{port}",
    ):
        client = BoundedRedis(url, name="test", limits=LIMITS)
        found = [await get(client, name) for name in names]
        await client.aclose()

        assert found == [name.encode() for name in names]


async def test_every_node_is_told_user_and_password(cluster: ValkeyCluster) -> None:
    """Those that are found by the layout too."""
    for node in cluster.nodes:
        node.run("ACL", "SETUSER", "ink", "on", ">p@ss", "~*", "+@all")
    host = f"127.0.0.1:{cluster.nodes[0].port}"
    client = BoundedRedis(f"redis+cluster://ink:p%40ss@{host}", name="test", limits=LIMITS)

    stored = [await put(client, cluster.key_of(number)) for number in range(3)]
    lists = [node.run("CLIENT", "LIST") for node in cluster.nodes]
    await client.aclose()

    assert stored == [True] * 3
    assert all(isinstance(one, bytes) and b"user=ink" in one for one in lists)


async def test_a_slot_that_moved_is_found_at_its_new_node(
    redis: BoundedRedis, cluster: ValkeyCluster, names: list[str]
) -> None:
    """By commands, pipelines and scripts, without one that fails."""
    wanted = [name.encode() for name in names]

    cluster.move(names[0], to=1)
    assert await get(redis, names[0]) == wanted[0]
    cluster.move(names[0], to=2)
    assert await pipelined(redis, names) == wanted
    cluster.move(names[0], to=0)
    assert await get_by_script(redis, names[0]) == wanted[0]


async def test_a_slot_that_is_moving_is_asked_for_at_both_nodes(
    redis: BoundedRedis, cluster: ValkeyCluster, names: list[str]
) -> None:
    """What is still here is answered here, what is not is there already."""
    here, there = names[0], f"{names[0]}:new"

    with cluster.moving(here, to=1):
        stored = await put(redis, there, "there")
        found = [await get(redis, there), await get_by_script(redis, there)]
        both = await pipelined(redis, [here, there])
        at = cluster.nodes[1].run("DBSIZE")

    assert stored
    assert found == [b"there", b"there"]
    assert both == [here.encode(), b"there"]
    assert at == 2  # and the value that the node had before


async def test_a_node_that_falls_silent_takes_nothing_else_with_it(
    redis: BoundedRedis, cluster: ValkeyCluster, names: list[str]
) -> None:
    """All at once and many: who asks the others is answered, who asks that one is told in time."""
    found: dict[str, set[object]] = {name: set() for name in names}

    async def ask(name: str) -> None:
        for _ in range(FAILURES_IN_A_ROW):
            found[name].add(await get(redis, name))

    cluster.nodes[2].pause()
    with anyio.fail_after(HANGING_S):
        async with anyio.create_task_group() as group:
            for name in [*names, *names]:
                group.start_soon(ask, name)

    assert found == {names[0]: {names[0].encode()}, names[1]: {names[1].encode()}, names[2]: {DOWN}}
    assert redis.state == "open"
    assert not await redis.ping()


async def test_a_pipeline_over_a_dead_node_is_down_and_ends_in_time(
    redis: BoundedRedis, cluster: ValkeyCluster, names: list[str]
) -> None:
    """Half an answer is none."""
    cluster.nodes[2].pause()

    with anyio.fail_after(HANGING_S):
        assert await pipelined(redis, names) == DOWN
        assert await pipelined(redis, names[:2]) == [name.encode() for name in names[:2]]


async def test_a_node_that_comes_back_is_found_by_one_probe(
    redis: BoundedRedis, cluster: ValkeyCluster, names: list[str], clock: ManualClock
) -> None:
    """After its own cooldown."""
    cluster.nodes[2].pause()
    for _ in range(FAILURES_IN_A_ROW):
        await get(redis, names[2])
    cluster.nodes[2].resume()

    assert await get(redis, names[2]) == DOWN
    clock.now += COOLDOWN_S
    assert await get(redis, names[2]) == names[2].encode()
    assert redis.state == "closed"


async def test_slots_that_another_node_took_over_are_found_there(
    own_cluster: ValkeyCluster,
) -> None:
    """After the first command that fails: the layout is read anew before the next one."""
    redis = BoundedRedis(own_cluster.url, name="test", limits=LIMITS)
    names = [own_cluster.key_of(number) for number in range(3)]
    stored = [await put(redis, name) for name in names]
    own_cluster.nodes[2].kill()
    without = [await get(redis, name) for name in names]
    own_cluster.take_over(2, by=0)

    replies = [await get(redis, names[2]), await put(redis, names[2]), await get(redis, names[2])]
    well = await redis.ping()
    await redis.aclose()

    assert stored == [True] * 3
    assert without == [b"value", b"value", DOWN]
    assert replies == [None, True, b"value"]
    assert well


@pytest.mark.parametrize("known", [True, False], ids=["its-nodes-known", "never-met"])
async def test_a_cluster_that_falls_silent_is_left_alone_and_found_again(
    cluster: ValkeyCluster, names: list[str], clock: ManualClock, known: bool
) -> None:
    """By a ping at once, by others after the cooldown."""
    breaker = Breaker(failures=1, clock=clock)
    client = BoundedRedis(cluster.url, name="test", limits=LIMITS, breaker=breaker)
    if known:
        await get(client, names[0])
    for node in cluster.nodes:
        node.pause()
    with anyio.fail_after(HANGING_S):
        silent = [await get(client, names[0]), await client.ping()]
    for node in cluster.nodes:
        node.resume()

    clock.now += COOLDOWN_S
    found = await get(client, names[0])
    well = await client.ping()
    await client.aclose()

    assert silent == [DOWN, False]
    assert found == names[0].encode()
    assert well


async def test_callers_who_hang_up_do_no_harm(cluster: ValkeyCluster, names: list[str]) -> None:
    """Not even the one who was reading the layout for all."""
    client = BoundedRedis(cluster.url, name="test", limits=LIMITS)
    for turns in range(6):
        async with anyio.create_task_group() as group:
            for name in names:
                group.start_soon(get, client, name)
            for _ in range(turns):
                await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()

    found = [await get(client, name) for name in names]
    await client.aclose()

    assert found == [name.encode() for name in names]


async def test_a_server_that_is_no_cluster_refuses() -> None:
    """Nothing is lost but what it would have kept."""
    with running_valkey() as server:
        async with toxic_way_to(server.url) as way:
            url = way.url.replace("redis://", "redis+cluster://")
            client = BoundedRedis(url, name="test", limits=LIMITS)
            with capture_logs() as logs:
                reply = await get(client, "a")
            await client.aclose()

    assert reply == DOWN
    assert [(log["event"], log["error"]) for log in logs] == [("test.refused", "ResponseError")]
