"""A real Valkey cluster of three nodes that tests may break."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Final, cast

import redis
from redis.crc import key_slot

from support.valkey_process import ValkeyProcess

NODES: Final = 3
SLOTS: Final = 16_384
READY_WITHIN_S: Final = 20.0
POLL_S: Final = 0.02
BUS_OFFSET: Final = 10_000
"""A node talks to its neighbours on its own port and this; below it the pair is a port number."""


class ClusterNode(ValkeyProcess):
    """One node on 127.0.0.1."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    def start(self) -> None:
        """Starts it and returns once it accepts connections; what it knew of its cluster it still knows."""
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "cluster-enabled": "yes",
            "cluster-config-file": "nodes.conf",
            # The slots of a dead node are lost; those of the others go on being served.
            "cluster-require-full-coverage": "no",
            "cluster-allow-replica-migration": "no",
            "save": "",
            "appendonly": "no",
        }
        self.launch(settings)

    @property
    def id(self) -> str:
        """What the nodes call it."""
        return cast("bytes", self.run("CLUSTER", "MYID")).decode()

    def run(self, *command: str | int) -> object:
        """The reply to a command as the server gives it, asked by an administrator."""
        with redis.Redis(port=self.port) as client:
            client.response_callbacks.clear()
            return client.execute_command(*command)


class ValkeyCluster:
    """Three nodes, each with a third of the slots and no replica."""

    def __init__(self, nodes: Sequence[ClusterNode]) -> None:
        self.nodes = list(nodes)

    @property
    def url(self) -> str:
        """Where it is, all nodes named."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def join(self) -> None:
        """Gives out the slots and returns once every node knows the owner of each."""
        first = self.nodes[0]
        for number, node in enumerate(self.nodes):
            node.run("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            node.run("CLUSTER", "ADDSLOTSRANGE", *self.slots_of(number))
        for node in self.nodes[1:]:
            first.run("CLUSTER", "MEET", "127.0.0.1", node.port)
        deadline = time.monotonic() + READY_WITHIN_S
        while not all(self._covered(node) for node in self.nodes):
            if time.monotonic() > deadline:
                message = f"the Valkey cluster did not form within {READY_WITHIN_S} s"
                raise RuntimeError(message)
            time.sleep(POLL_S)

    def slots_of(self, number: int) -> tuple[int, int]:
        """First and last slot of a node as it was set up."""
        share = SLOTS // len(self.nodes)
        last = SLOTS - 1 if number == len(self.nodes) - 1 else (number + 1) * share - 1
        return number * share, last

    def key_of(self, number: int, name: str = "key") -> str:
        """A name whose slot lies on that node."""
        first, last = self.slots_of(number)
        names = (f"{name}:{{{count}}}" for count in range(SLOTS))
        return next(one for one in names if first <= key_slot(one.encode()) <= last)

    def partition_on(self, number: int) -> str:
        """A partition of the cache that lies on that node."""
        first, last = self.slots_of(number)
        digests = (f"{count:032x}" for count in range(SLOTS))
        return next(one for one in digests if first <= key_slot(one.encode()) <= last)

    @contextmanager
    def moving(self, name: str, *, to: int) -> Iterator[None]:
        """For a while, the slot of a name is on its way from its node to another, as in a resharding."""
        slot, source, target = key_slot(name.encode()), self._owner_of(name), self.nodes[to]
        target.run("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id)
        source.run("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id)
        try:
            yield
        finally:
            for node in (source, target):
                node.run("CLUSTER", "SETSLOT", slot, "STABLE")
                node.run("FLUSHALL")

    def move(self, name: str, *, to: int) -> None:
        """Gives the slot of a name, and what is stored in it, to another node."""
        slot, source, target = key_slot(name.encode()), self._owner_of(name), self.nodes[to]
        if source is target:
            return
        target.run("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id)
        source.run("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id)
        source.run("MIGRATE", "127.0.0.1", target.port, name, 0, 1000)
        for node in (target, *(node for node in self.nodes if node is not target)):
            node.run("CLUSTER", "SETSLOT", slot, "NODE", target.id)

    def take_over(self, dead: int, *, by: int) -> None:
        """Gives all slots of a dead node to another, as a failover does."""
        for number, node in enumerate(self.nodes):
            if number != dead:
                node.run("CLUSTER", "DELSLOTSRANGE", *self.slots_of(dead))
        self.nodes[by].run("CLUSTER", "ADDSLOTSRANGE", *self.slots_of(dead))

    def names(self) -> list[str]:
        """Every name on every node."""
        found: list[str] = []
        for node in self.nodes:
            reply = node.run("KEYS", "*")
            found += [name.decode() for name in reply] if isinstance(reply, list) else []
        return found

    def flush(self) -> None:
        """Empties it."""
        for node in self.nodes:
            node.run("FLUSHALL")

    def close(self) -> None:
        """Ends all nodes."""
        for node in self.nodes:
            node.close()

    def _owner_of(self, name: str) -> ClusterNode:
        slot = key_slot(name.encode())
        own = {node.id: node for node in self.nodes}
        for first, last, owner, *_ in cast(
            "list[list[Any]]", self.nodes[0].run("CLUSTER", "SLOTS")
        ):
            if first <= slot <= last:
                return own[owner[2].decode()]
        message = f"no node serves slot {slot}"
        raise RuntimeError(message)

    def _covered(self, node: ClusterNode) -> bool:
        slots, info = node.run("CLUSTER", "SLOTS"), node.run("CLUSTER", "INFO")
        known = isinstance(slots, list) and len(slots) == len(self.nodes)
        return known and isinstance(info, bytes) and b"cluster_state:ok" in info


@contextmanager
def running_cluster() -> Iterator[ValkeyCluster]:
    """A cluster of one's own for a while."""
    with ExitStack() as stack:
        nodes = []
        for port in free_ports(NODES):
            node = ClusterNode(port)
            stack.callback(node.close)
            node.start()
            nodes.append(node)
        cluster = ValkeyCluster(nodes)
        cluster.join()
        yield cluster


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, nor on the ones beside them for the cluster's own talk."""
    with ExitStack() as stack:
        found: list[int] = []
        while len(found) < count:
            probe = stack.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1] - BUS_OFFSET
            if port <= 1024 or port in found:
                continue
            beside = stack.enter_context(socket.socket())
            try:
                beside.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
        return found
