"""Options, plan and policies of the proof: all that can be known without a GPU."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest
import typer

from assistant.cli import bench, economics, serve, tiers
from assistant.confidence.checks import CHECK_NAMES
from assistant.launch.gpus import named_gpus
from assistant.launch.plan import plan_servers, wanted_servers
from assistant.policy.load import load_policy
from deploy.gpu.prove import policies
from deploy.gpu.prove.architectures import ARCHITECTURES
from deploy.gpu.prove.failures import mistakes
from deploy.gpu.prove.journal import Journal
from deploy.gpu.prove.main import main, plan_text
from deploy.gpu.prove.options import MODELS, PARTS, Options, parse
from deploy.gpu.prove.servers import Servers
from deploy.gpu.prove.stages import bench_arguments, economics_arguments, gateway_arguments
from deploy.gpu.prove.wire import Gateway

PORTS = (30_000, 30_001)


@pytest.fixture
def host(tmp_path: Path) -> policies.Host:
    """What the policies of a run share."""
    weights = tmp_path / "models" / "small"
    weights.mkdir(parents=True)
    return policies.Host(weights=weights, card="H200")


def documents(host: policies.Host) -> list[policies.Document]:
    """Every policy that the proof writes."""
    alone = [
        policies.ladder_of_one(
            name,
            policies.random_tier(model=each.model, weights=host.weights, port=1, card=host.card),
            store=True,
        )
        for name, each in ARCHITECTURES.items()
    ]
    wrong = [
        policies.ladder_of_one(mistake.name, mistake.tier, store=False)
        for mistake in mistakes(host, first_port=PORTS[0])
    ]
    small = [
        policies.cascade(host, PORTS),
        policies.live(host, PORTS),
        policies.pair(host, PORTS),
        policies.gateway_to_small(host, PORTS[1]),
    ]
    return [*small, *alone, *wrong]


def test_every_policy_of_the_proof_is_valid(host: policies.Host, tmp_path: Path) -> None:
    """A host that costs money by the minute never sees a policy error."""
    for document in documents(host):
        path = policies.write(document, tmp_path)

        assert load_policy(str(path), known_checks=CHECK_NAMES).name == document["name"]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_each_model_of_the_ladder_is_planned_for_an_h200_with_dummy_weights(
    host: policies.Host, tmp_path: Path, name: str
) -> None:
    """The command that would start it loads no weights and serves our folder."""
    tier = policies.random_tier(
        model=ARCHITECTURES[name].model, weights=host.weights, port=PORTS[0], card=host.card
    )
    path = policies.write(policies.ladder_of_one(name, tier, store=True), tmp_path)

    (server,) = plan_servers(wanted_servers(load_policy(str(path))), named_gpus("H200:1"))

    assert server.value("load-format") == "dummy"
    assert server.value("model-path") == str(host.weights)
    assert server.value("served-model-name") == ARCHITECTURES[name].model


def test_the_engines_of_the_cascade_fit_beside_one_another(
    host: policies.Host, tmp_path: Path
) -> None:
    """Each is started alone, so the two fractions must leave room for both."""
    path = policies.write(policies.cascade(host, PORTS), tmp_path)
    policy = load_policy(str(path))

    fractions = [
        plan_servers(wanted_servers(policy, only=[tier]), named_gpus("H200:1"))[0].value(
            "mem-fraction-static"
        )
        for tier in policy.tiers
    ]

    assert sum(float(str(fraction)) for fraction in fractions) < 0.5


def test_a_plan_names_every_promise_and_starts_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--print-plan` writes no folder."""
    status = main(["--work", str(tmp_path / "w"), "--out", str(tmp_path / "o"), "--print-plan"])

    told = capsys.readouterr().out
    assert status == 0
    assert "a killed engine costs no answer" in told
    assert "google/gemma-4-26B-A4B-it" in told
    assert not (tmp_path / "o").exists()


def test_chosen_parts_and_models_leave_the_others_out(tmp_path: Path) -> None:
    """A host lent for ten minutes gets the work of ten minutes."""
    options = Options(work=tmp_path, out=tmp_path, parts=("ladder",), models=("31b",))

    told = plan_text(options)

    assert "31b (ladder)" in told
    assert "12b (" not in told
    assert "small (" not in told


def test_options_are_read_with_their_defaults(tmp_path: Path) -> None:
    """Without more than folders, all parts and models are done."""
    options = parse(["--work", str(tmp_path), "--out", str(tmp_path), "--card", "H200"])

    assert options.parts == PARTS
    assert options.models == MODELS
    assert options.workers == (1, 4)


@pytest.mark.parametrize("wrong", [["--parts", "cascade,magic"], ["--models", "7b"]])
def test_an_unknown_part_or_model_is_refused_with_the_known_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    """Before anything is started."""
    with pytest.raises(SystemExit):
        parse(["--work", str(tmp_path), "--out", str(tmp_path), *wrong])

    assert "is none of" in capsys.readouterr().err


def test_results_are_on_disk_at_once_and_a_done_stage_is_known_later(tmp_path: Path) -> None:
    """A run that is cut off loses nothing, and the next one need not begin anew."""
    journal = Journal(tmp_path)
    journal.result("12b (ladder)", "all of it", "done", seconds=1.0, evidence={"seen": 1})
    journal.result("31b (ladder)", "all of it", "broken", seconds=1.0, evidence={})

    rows = (tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines()

    assert json.loads(rows[0])["evidence"] == {"seen": 1}
    assert Journal(tmp_path).finished("12b (ladder)")
    assert not Journal(tmp_path).finished("31b (ladder)")


def test_every_command_of_the_proof_is_one_that_the_command_line_knows(tmp_path: Path) -> None:
    """Options that were renamed are noticed here, not on a host that costs money by the minute."""
    options = Options(work=tmp_path, out=tmp_path, python="/opt/sglang/bin/python")
    journal = Journal(tmp_path)
    client = httpx2.AsyncClient()
    servers = Servers(options, journal, client)
    gateway = Gateway("http://127.0.0.1:8700", client)
    policy = tmp_path / "policy.yaml"
    app = typer.Typer()
    app.command("up")(tiers.up)
    app.command("status")(tiers.status)
    app.command("bench")(bench.bench)
    app.command("gateway")(bench.gateway)
    app.command("economics")(economics.economics)
    app.command("serve")(serve.serve)
    group = typer.main.get_group(app)
    skipped = len(options.inkladder)
    asked = [
        servers.up_command(policy, only=["draft"])[skipped + 1 :],
        servers.serve_command(policy, workers=4)[skipped:],
        ["status", "--policy", str(policy)],
        bench_arguments(policy, options)[1:],
        gateway_arguments(
            gateway, direct="http://127.0.0.1:30000", model="m", options=options, workers=4
        )[1:],
        economics_arguments(options),
    ]

    for name, *arguments in asked:
        command = group.commands[name]

        context = command.make_context(name, list(arguments))

        assert context.args == []


@pytest.mark.parametrize(
    ("model", "temperature"),
    [(policies.SMALL_MODEL, "0.0"), (ARCHITECTURES["12b"].model, "0.7")],
)
def test_random_weights_are_drawn_from(model: str, temperature: str, tmp_path: Path) -> None:
    """At temperature 0 they may repeat a special token, so that nothing is read of the answer."""
    options = Options(work=tmp_path, out=tmp_path)
    gateway = Gateway("http://127.0.0.1:8700", httpx2.AsyncClient())

    asked = gateway_arguments(gateway, direct="http://d", model=model, options=options, workers=1)

    assert asked[asked.index("--temperature") + 1] == temperature
