"""`inkladder tiers` as an admin types it, with servers that imitate SGLang."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from support.gpu_host import (
    H100,
    GpuHost,
    free_port,
    gpu_host,
    is_running,
    kill,
    read_until,
    wait_until_gone,
)

_GUARD_S = 30
"""Nothing here takes long; a hang must not hold up the suite."""


def tier(name: str, port: int, *, model: str = "acme/Writer-1B", more: str = "") -> str:
    """A tier of a test policy on this host."""
    return (
        f'{name}: {{engine: sglang, model: {model}, endpoints: ["http://127.0.0.1:{port}"]{more}}}'
    )


@pytest.fixture
def host(tmp_path: Path) -> GpuHost:
    """A host with two H100 cards."""
    return gpu_host(tmp_path, H100, H100)


@contextmanager
def ready(
    host: GpuHost, policy: Path, *options: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command and what it said until all servers were ready."""
    process = host.up(policy, *options)
    try:
        yield process, read_until(process, "Ready.")
    finally:
        kill(process)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_up_tells_what_runs_until_a_signal_stops_servers_and_workers(
    host: GpuHost, sent: signal.Signals
) -> None:
    """The table is the servers' own word; a running command that is stopped has not failed."""
    ports = free_port(), free_port()
    policy = host.policy(tier("draft", ports[0]), tier("best", ports[1]))

    with ready(host, policy) as (process, output):
        pids = host.pids()
        running = [is_running(pid) for pid in pids]
        process.send_signal(sent)
        process.communicate(timeout=_GUARD_S)

    for expected in ("H100 (GPU 0)", "H100 (GPU 1)", f"127.0.0.1:{ports[0]}", "1,082,946", "23.2"):
        assert expected in output
    assert "Unknown model, defaults: about 1.9 GB of weights by its name." in output
    assert running == [True] * 4
    assert process.returncode == 0
    assert not any(is_running(pid) for pid in pids)


def test_servers_leave_when_the_command_is_killed(host: GpuHost) -> None:
    """Kill -9 gives no chance to tidy up, and nothing is left running all the same."""
    policy = host.policy(tier("draft", free_port()))

    with ready(host, policy) as (process, _):
        running = [is_running(pid) for pid in host.pids()]
        process.kill()

    assert running == [True, True]
    wait_until_gone(host.pids(), timeout_s=_GUARD_S)


def test_a_signal_while_servers_start_stops_them(host: GpuHost) -> None:
    """The status says that they were never ready."""
    host.behave(never_ready=True)
    policy = host.policy(tier("draft", free_port()))
    process = host.up(policy)
    try:
        read_until(process, "capturing decode graphs")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=_GUARD_S)
    finally:
        kill(process)

    assert process.returncode == 130
    assert not any(is_running(pid) for pid in host.pids())


@pytest.mark.parametrize("again", [signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_does_not_leave_servers_behind(
    host: GpuHost, again: signal.Signals
) -> None:
    """Who closes a terminal, or a shell that leaves, may send several."""
    last_word = host.folder / "last-word"
    os.mkfifo(last_word)
    host.behave(lingers=str(last_word))
    policy = host.policy(tier("draft", free_port()))

    with ready(host, policy) as (process, _):
        process.send_signal(signal.SIGTERM)
        last_word.read_text()
        process.send_signal(again)
        last_word.write_text("now")
        process.communicate(timeout=_GUARD_S)

    assert process.returncode == 0
    assert not any(is_running(pid) for pid in host.pids())


def test_a_server_that_dies_stops_all_and_is_told(host: GpuHost) -> None:
    """The message names the tier and the cause, the other servers are gone."""
    port = free_port()
    host.behave(log="torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB")
    policy = host.policy(tier("draft", port), tier("best", free_port()))

    with ready(host, policy) as (process, _):
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/die").close()
        output, _ = process.communicate(timeout=_GUARD_S)

    assert process.returncode == 2
    assert "inkladder: tier 'draft': out of memory" in output
    assert not any(is_running(pid) for pid in host.pids())


def test_a_server_that_cannot_start_stops_the_others(host: GpuHost) -> None:
    """One failure ends the whole start, with the way out."""
    bad, good = free_port(), free_port()
    log = "OSError: You are trying to access a gated repo."
    host.behave(**{str(bad): {"fails": True, "log": log}, str(good): {"never_ready": True}})
    policy = host.policy(tier("draft", good), tier("best", bad))

    status, output = host.run("up", *host.up_options(policy))

    assert status == 2
    assert "tier 'best': model 'acme/Writer-1B' is gated" in output
    assert "HF_TOKEN" in output
    assert not any(is_running(pid) for pid in host.pids())


def test_a_server_that_is_not_ready_in_time_is_told_with_what_it_did_last(host: GpuHost) -> None:
    """The message names the option that allows more."""
    host.behave(never_ready=True)
    policy = host.policy(tier("draft", free_port()))

    status, output = host.run("up", *host.up_options(policy), "--ready-timeout", "1")

    assert status == 2
    assert "tier 'draft': not ready after 1 s, last seen" in output
    assert "--ready-timeout" in output


def test_a_model_without_a_chat_template_is_refused(host: GpuHost) -> None:
    """It would generate, but refuse every draft."""
    host.behave(no_template=True)
    policy = host.policy(tier("draft", free_port()))

    status, output = host.run("up", *host.up_options(policy))

    assert status == 2
    assert "has no chat template" in output


def test_a_taken_port_is_told_before_anything_starts(host: GpuHost) -> None:
    """SGLang would load the weights first."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        status, output = host.run("up", *host.up_options(host.policy(tier("draft", port))))

    assert status == 2
    assert f"port {port} cannot be used" in output
    assert host.pids() == []


def test_an_old_sglang_is_told_before_anything_starts(host: GpuHost) -> None:
    """Its version and the oldest that will do are named."""
    host.behave(version="0.5.9")

    status, output = host.run("up", *host.up_options(host.policy(tier("draft", free_port()))))

    assert status == 2
    assert "SGLang 0.5.9" in output
    assert "0.5.17" in output


def test_a_python_without_sglang_is_told(host: GpuHost) -> None:
    """The way to install it is named."""
    host.behave(version="missing")

    status, output = host.run("up", *host.up_options(host.policy(tier("draft", free_port()))))

    assert status == 2
    assert "pip install -c deploy/gpu/constraints-sglang.txt" in output


def test_without_a_gpu_the_way_out_is_named(tmp_path: Path) -> None:
    """A host without nvidia-smi is told how to get or imitate one."""
    host = gpu_host(tmp_path)
    policy = host.policy(tier("draft", free_port()))

    status, output = host.run("up", "--policy", str(policy), PATH=str(tmp_path))

    assert status == 2
    assert "no GPU found" in output
    assert "--print --gpus" in output


def test_the_key_reaches_the_server_and_no_output(host: GpuHost) -> None:
    """Commands shown name the variable, never its value."""
    port, secret = free_port(), "s3cret-key"
    policy = host.policy(tier("draft", port, more=", api_key_env: TIER_KEY"))
    process = host.up(policy, TIER_KEY=secret)
    try:
        output = read_until(process, "Ready.")
        asked = host.run("status", "--policy", str(policy), "--json", TIER_KEY=secret)
        unasked = host.run("status", "--policy", str(policy), "--json", TIER_KEY="wrong")
    finally:
        kill(process)
    plan = host.run("up", "--policy", str(policy), "--print", TIER_KEY=secret)

    assert json.loads(asked[1])[0]["up"] is True
    assert json.loads(unasked[1])[0]["reason"] == "refuses the key"
    assert '--api-key "$TIER_KEY"' in plan[1]
    assert secret not in output + asked[1] + unasked[1] + plan[1]


def test_status_tells_what_servers_say_and_what_is_wrong_with_them(host: GpuHost) -> None:
    """A tier without a server that is up makes the status 1."""
    port = free_port()
    with ready(host, host.policy(tier("draft", port))):
        up = host.run("status", "--policy", str(host.policy(tier("draft", port))))
        more = ", context_tokens: 32768"
        other = host.policy(
            tier("draft", port, model="google/gemma-4-12B-it", more=more), tier("best", free_port())
        )
        half = host.run("status", "--policy", str(other))

    assert up[0] == 0
    for expected in ("up", "SGLang 0.5.17", "NVIDIA H100 80GB HBM3", "acme/Writer-1B", "87 %"):
        assert expected in up[1]
    assert half[0] == 1
    assert "serves 'acme/Writer-1B', the policy names 'google/gemma-4-12B-it'" in half[1]
    assert "counts on 32768" in half[1]
    assert "not reachable" in half[1]


def test_print_shows_the_exact_commands_without_a_gpu(tmp_path: Path) -> None:
    """The plan of a preset for cards that are elsewhere."""
    host = gpu_host(tmp_path)

    status, output = host.run(
        "up", "--policy", "gemma4", "--only", "best", "--print", "--gpus", "H200:1",
        "--python", "python3", PATH=str(tmp_path),
    )  # fmt: skip

    command = next(line for line in output.splitlines() if "launch_server" in line)
    assert status == 0
    assert command.startswith("CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=0 python3 -m")
    for expected in (
        "--model-path google/gemma-4-31B-it",
        "--attention-backend triton",
        "--mem-fraction-static 0.9",
        "--max-running-requests 48",
        "--max-queued-requests 64",
        "--enable-metrics",
        "--enable-cache-report",
    ):
        assert expected in command


def test_cards_that_are_not_here_can_only_be_planned_for(host: GpuHost) -> None:
    """Otherwise the plan would not be of this host."""
    status, output = host.run("up", "--policy", "gemma4", "--gpus", "H100:1")

    assert status == 2
    assert "add --print" in output


def test_a_policy_without_sglang_is_told_which_has(host: GpuHost) -> None:
    """The default policy runs without servers."""
    status, output = host.run("up", "--policy", "embedded", "--print")

    assert status == 2
    assert "--policy gemma4" in output
