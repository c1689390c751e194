"""Which server gets which GPU, what share of it, and how it is started."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import LaunchError
from assistant.launch.gpus import Gpu, named_gpus
from assistant.launch.needs import needs_of
from assistant.launch.placement import Placed, Wanted, place
from assistant.launch.plan import (
    ServerPlan,
    notes_of,
    on_this_host,
    plan_servers,
    wanted_servers,
)
from assistant.policy.load import load_policy
from assistant.policy.models import SGLangTierPolicy

SMALL, MIDDLE, LARGE = (
    "google/gemma-4-12B-it",
    "google/gemma-4-26B-A4B-it",
    "google/gemma-4-31B-it",
)
UNKNOWN = "acme/Novel"
ALL = "0.0.0.0"  # noqa: S104 - compared, not bound


def server(model: str, port: int = 30000, *, host: str = "127.0.0.1", **keys: object) -> Wanted:
    """A server of one tier, the tier named by its port."""
    endpoint = f"http://{host}:{port}"
    tier = SGLangTierPolicy.model_validate(
        {"engine": "sglang", "model": model, "endpoints": (endpoint,), **keys}
    )
    return Wanted(tier=f"t{port}", policy=tier, endpoint=endpoint)


def planned(gpus: str, *servers: Wanted) -> tuple[ServerPlan, ...]:
    """The plan for named cards."""
    return plan_servers(servers, named_gpus(gpus))


def refusal(gpus: str, *servers: Wanted) -> str:
    """What is said to a plan that cannot be."""
    with pytest.raises(LaunchError) as caught:
        planned(gpus, *servers)
    return str(caught.value)


def test_each_server_gets_a_card_of_its_own_while_there_are_any() -> None:
    """The largest model chooses first and takes the largest card."""
    small, large = planned("L40S:1,H200:1", server(SMALL, 1), server(LARGE, 2))[::-1]

    assert (small.tier, small.cards) == ("t2", "H200 (GPU 1)")
    assert (large.tier, large.cards) == ("t1", "L40S (GPU 0)")


def test_the_card_that_the_policy_names_goes_before_a_larger_one() -> None:
    """An admin who names a card counts its price."""
    (plan,) = planned("H200:1,L40S:1", server(SMALL, card={"name": "L40S"}))

    assert plan.cards == "L40S (GPU 1)"


def test_a_model_is_spread_over_as_many_cards_as_the_policy_says() -> None:
    """Tensor parallelism takes cards of one kind."""
    (plan,) = planned("H200:1,L40S:2", server(MIDDLE, gpus=2, card={"name": "L40S"}))

    assert plan.gpu_indices == (1, 2)
    assert plan.value("tp-size") == 2


def test_two_servers_share_a_card_that_holds_both() -> None:
    """The second counts its fraction from what the first leaves free."""
    first, second = planned(
        "H100:1", server(SMALL, 1, quantization="fp8"), server(MIDDLE, 2, quantization="fp8")
    )

    total = 81559 / 1024
    first_static = first.placed.fraction * total
    assert first.tier == "t2"
    assert first.placed.shared
    assert second.placed.fraction * (total - first_static) > 12.8
    assert "one after the other" in notes_of(second)[0]


def test_small_unknown_models_share_a_card_by_the_size_in_their_name() -> None:
    """SmolLM2 may stand for all three tiers of a ladder on one card."""
    names = [f"HuggingFaceTB/SmolLM2-{size}-Instruct" for size in ("135M", "360M", "1.7B")]

    plans = planned("H100:1", *(server(name, port) for port, name in enumerate(names, start=1)))

    assert [plan.tier for plan in plans] == ["t3", "t2", "t1"]
    assert "about 0.25 GB of weights by its name" in plans[-1].placed.needs.why


def test_a_model_of_unknown_size_gets_a_card_of_its_own() -> None:
    """Nothing can be said of what it leaves to others."""
    told = refusal("H100:1", server(UNKNOWN, 1), server(SMALL, 2))
    (alone,) = planned("H100:1", server(UNKNOWN, 1))

    assert "start fewer" in told
    assert alone.value("context-length") is None
    assert "Unknown model, defaults" in notes_of(alone)[0]


MODELS = st.sampled_from([SMALL, MIDDLE, LARGE, "acme/Tiny-135M", "acme/Other-7B"])
SERVERS = st.lists(
    st.tuples(MODELS, st.sampled_from([None, "fp8", "awq"]), st.sampled_from([1, 2])),
    min_size=1,
    max_size=5,
)
HOSTS = st.sampled_from(["L4:1", "L40S:2", "H100:1", "H100:3", "H200:1", "L40S:1,H200:2"])


def memory_taken(placed: list[Placed], gpu: Gpu) -> float:
    """Share of the GPU that its servers' weights and caches take, started in order."""
    free = gpu.memory_gb
    for each in placed:
        reserve = gpu.memory_gb * (1 - each.needs.fraction)
        static = each.fraction * free
        assert static * len(each.gpus) >= (each.needs.weights_gb or 0)
        free -= static + reserve
    return free


@given(SERVERS, HOSTS)
def test_no_plan_takes_more_than_a_card_has(
    models: list[tuple[str, str | None, int]], cards: str
) -> None:
    """Either every server is placed once, within memory, on as many cards as it asks for, or none."""
    servers = [
        server(model, port, quantization=precision, gpus=gpus)
        for port, (model, precision, gpus) in enumerate(models, start=1)
    ]
    gpus = named_gpus(cards)
    try:
        placed = place(servers, gpus)
    except LaunchError:
        return

    residents: dict[int, list[Placed]] = defaultdict(list)
    for each in placed:
        for gpu in each.gpus:
            residents[gpu.index].append(each)
    assert Counter(each.wanted.tier for each in placed) == Counter(each.tier for each in servers)
    assert all(len(set(each.gpus)) == each.wanted.policy.gpus for each in placed)
    assert all(
        memory_taken(residents[gpu.index], gpu) > -0.01 for gpu in gpus if residents[gpu.index]
    )


@pytest.mark.parametrize(
    ("gpus", "wanted", "told"),
    [
        ("L40S:1", server(LARGE), "58 GB of weights .* set `gpus: 2` or `quantization: fp8`"),
        ("L4:1", server(SMALL, quantization="fp8"), "bf16 weights whole .*`launch: .weights"),
        ("H100:1", server(SMALL, gpus=2), "`gpus: 2` asks for more cards than there are"),
        ("H100:1", server(LARGE, context_tokens=65536), "`context_tokens: 65536` does not fit"),
        ("H200:1", server(SMALL, max_tokens=40000), "`max_tokens: 40000` leaves no room"),
        ("H200:1", server("./missing/model"), "model not found: there is no folder"),
        ("H200:1", server(SMALL, launch={"weights": "/no/such"}), "model not found"),
    ],
)
def test_what_cannot_run_is_told_with_the_way_out(gpus: str, wanted: Wanted, told: str) -> None:
    """Before anything is started."""
    with pytest.raises(LaunchError, match=told):
        planned(gpus, wanted)


def test_two_endpoints_with_one_port_are_told() -> None:
    """Both ways out are named."""
    draft = server(SMALL, host="draft")
    best = replace(server(LARGE, host="best"), tier="best")

    several = refusal("H200:2", draft, best)
    one_tier = refusal("H200:2", draft, replace(draft, endpoint="http://draft-2:30000"))

    assert "both want port 30000" in several
    assert "--only t30000" in several
    assert "a policy that lists one" in one_tier


def test_a_host_starts_the_endpoints_that_name_it() -> None:
    """So one policy serves several hosts; where none is named, all are meant."""
    servers = [server(SMALL, 1, host="gpu1"), server(SMALL, 1, host="gpu2"), server(LARGE, 2)]

    here = on_this_host(servers, "GPU2.example.org")

    assert [each.endpoint for each in here] == ["http://gpu2:1", "http://127.0.0.1:2"]
    assert on_this_host(servers, "laptop") == tuple(servers)


def test_fp8_weights_that_are_fp8_already_fit_a_small_card(tmp_path: Path) -> None:
    """They skip the peak of loading bf16, and say themselves how they are quantised."""
    (tmp_path / "config.json").write_text('{"quantization_config": {"quant_method": "fp8"}}')
    weights = {"weights": str(tmp_path)}

    (plan,) = planned("L4:1", server(SMALL, quantization="fp8", launch=weights))

    assert plan.value("model-path") == str(tmp_path)
    assert plan.value("served-model-name") == SMALL
    assert plan.value("quantization") is None


def test_a_home_folder_is_written_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is started without a shell, which alone would know what `~` is."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "weights").mkdir()
    weights = {"weights": "~/weights"}

    (plan,) = planned("H200:1", server(SMALL, launch=weights))

    assert plan.value("model-path") == str(tmp_path / "weights")
    assert str(tmp_path / "weights") in plan.shell_command("python3")


def test_the_home_of_nobody_is_told() -> None:
    """With the folder as the policy names it."""
    told = refusal("H200:1", server(SMALL, launch={"weights": "~no-such-user/weights"}))

    assert "there is no folder '~no-such-user/weights'" in told


def test_an_unknown_model_is_loaded_whole_before_it_is_made_fp8() -> None:
    """As a known one: only weights that are fp8 already fit a card of their size."""
    told = refusal("L4:1", server("acme/Novel-14B", quantization="fp8"))
    (quantised,) = planned("L4:1", server("acme/Novel-14B-FP8", quantization="fp8"))
    (larger,) = planned("L40S:1", server("acme/Novel-14B", quantization="fp8"))

    assert "loads its bf16 weights whole (26.1 GB)" in told
    assert quantised.placed.needs.load_gb == quantised.placed.needs.weights_gb
    assert larger.placed.needs.load_gb == pytest.approx(2 * (larger.placed.needs.weights_gb or 0))


def test_bf16_weights_in_a_folder_are_made_fp8_while_they_load(tmp_path: Path) -> None:
    """A copy for a host without network is treated as the model on the hub."""
    (tmp_path / "config.json").write_text('{"model_type": "gemma4"}')
    weights = {"weights": str(tmp_path)}

    (plan,) = planned("L40S:1", server(SMALL, quantization="fp8", launch=weights))

    assert plan.value("quantization") == "fp8"
    assert "bf16 weights whole" in refusal("L4:1", plan.placed.wanted)


def test_flags_of_the_policy_change_add_and_leave_out() -> None:
    """`true` is a bare flag, `false` leaves one out."""
    flags = {"attention-backend": "fa3", "disable-radix-cache": True, "enable-metrics": False}

    (plan,) = planned("H100:1", server(SMALL, launch={"flags": flags}))

    command = plan.shell_command("python3")
    assert "--attention-backend fa3" in command
    assert "--disable-radix-cache" in command
    assert "--enable-metrics" not in command


@pytest.mark.parametrize(("precision", "flag"), [("awq", "awq_marlin"), ("gptq", "gptq_marlin")])
def test_four_bit_weights_run_on_fast_kernels(precision: str, flag: str) -> None:
    """SGLang takes slow ones where plain `awq` is asked for."""
    (plan,) = planned("L4:1", server(SMALL, quantization=precision))

    assert plan.value("quantization") == flag


def test_every_request_the_policy_lets_through_finds_a_place() -> None:
    """What does not run at once waits in the server's queue."""
    (plan,) = planned("H100:1", server(LARGE, max_concurrency=200))

    running, queued = plan.value("max-running-requests"), plan.value("max-queued-requests")
    assert isinstance(running, int)
    assert isinstance(queued, int)
    assert running + queued >= 200
    assert any("the policy sends up to 200" in note for note in notes_of(plan))


@pytest.mark.parametrize(
    ("host", "bind", "asked"),
    [
        ("127.0.0.1", "127.0.0.1", "http://127.0.0.1:8"),
        ("localhost", "127.0.0.1", "http://127.0.0.1:8"),
        ("[::1]", "::1", "http://[::1]:8"),
        ("draft", ALL, "http://127.0.0.1:8"),
    ],
)
def test_loopback_stays_closed_and_other_hosts_are_let_in(host: str, bind: str, asked: str) -> None:
    """An open port is told, and what closes it."""
    (plan,) = planned("H100:1", server(SMALL, 8, host=host))

    told = " ".join(notes_of(plan))
    assert (plan.address.bind, plan.address.url) == (bind, asked)
    assert ("open to the network" in told) == (bind == ALL)


def test_an_open_port_with_a_key_is_told_so() -> None:
    """The variable is named, never its value."""
    (plan,) = planned("H100:1", server(SMALL, 8, host="draft", api_key_env="TIER_KEY"))

    assert any("only the key in $TIER_KEY closes it" in note for note in notes_of(plan))


def test_several_endpoints_of_a_tier_are_several_servers() -> None:
    """Each endpoint has a server, a card and a name of its own."""
    tier = server(SMALL).policy.model_copy(
        update={"endpoints": ("http://127.0.0.1:1", "http://127.0.0.1:2")}
    )
    wanted = [Wanted(tier="draft", policy=tier, endpoint=each) for each in tier.endpoints]

    plans = plan_servers(wanted, named_gpus("L40S:2"))

    assert [plan.name for plan in plans] == ["draft-1", "draft-2"]


def test_only_named_tiers_are_wanted() -> None:
    """A name that is no SGLang tier is told with those that are."""
    policy = load_policy("gemma4")

    assert {each.tier for each in wanted_servers(policy, only=["best"])} == {"best"}
    with pytest.raises(LaunchError, match="no SGLang tier 'huge'; it has: draft"):
        wanted_servers(policy, only=["huge"])


def test_weights_are_known_by_the_last_part_of_their_name() -> None:
    """A folder is often named as the model is on the hub."""
    wanted = server("writer", launch={"weights": "mirror/gemma-4-31B-it"})

    needs = needs_of(wanted.policy, named_gpus("H200")[0].card_class)

    assert needs.weights_gb == 58
