"""The policies that come with Inkladder, and reading policies from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.economics.estimate import Served, profile_for
from assistant.economics.ladders import Ladder, PricedTier, Workload
from assistant.economics.measured import MeasuredTable, read_runs, shipped_table
from assistant.economics.profile import Profile
from assistant.economics.shipped import gpu_folder
from assistant.economics.specs import shipped_specs
from assistant.errors import PolicyError
from assistant.policy.load import load_policy, presets, shipped_folder
from assistant.policy.models import LlamaCppTierPolicy, SGLangTierPolicy
from assistant.policy.parse import dump_policy
from assistant.types import DraftRequest

USUAL = Workload(prompt_tokens=512, completion_tokens=256)
LOADS = (1, 8, 32)


def ladder_of(preset: str, *names: str, **cards: tuple[str, float]) -> Ladder:
    """Tiers of a preset, on its own cards or on those given with their price."""
    tiers = []
    for name in names:
        tier = load_policy(preset).tiers[name]
        assert isinstance(tier, SGLangTierPolicy)
        card, usd = cards.get(name, (tier.card.name, tier.card.usd_per_hour))
        served = Served(model=tier.model, card=card, quantization=tier.quantization)
        profile = profile_for(shipped_table(), shipped_specs(), served)
        assert isinstance(profile, Profile), profile
        tiers.append(
            PricedTier(
                name=name,
                served=served,
                profile=profile,
                usd_per_hour=usd,
                max_concurrency=tier.max_concurrency,
            )
        )
    return Ladder(tiers=tuple(tiers))


def break_evens(ladder: Ladder) -> list[float]:
    """Rates below which a ladder pays at the usual loads; 0 where it never does."""
    return [ladder.break_even(USUAL, load=load, unit="usd") or 0.0 for load in LOADS]


@pytest.mark.parametrize("name", presets())
def test_every_preset_is_right_and_bears_its_name(name: str) -> None:
    """What ships, loads."""
    assert load_policy(name).name == name


@pytest.mark.parametrize("name", presets())
def test_every_preset_names_the_schema_in_its_first_line(name: str) -> None:
    """Editors complete and check it."""
    text = shipped_folder().joinpath(f"{name}.yaml").read_text(encoding="utf-8")

    assert text.startswith("# yaml-language-server: $schema=./policy.schema.json\n")


def test_the_default_policy_runs_on_one_machine_without_a_price() -> None:
    """Two tiers of the built-in model; the second one writes four samples."""
    policy = load_policy("embedded")

    tiers = [tier for tier in policy.tiers.values() if isinstance(tier, LlamaCppTierPolicy)]
    assert [tier.samples for tier in tiers] == [1, 4]
    assert {tier.card.name for tier in tiers} == {"cpu"}
    assert policy.route_for(DraftRequest()).ladder == ("draft", "large")
    assert policy.route_for(DraftRequest(task="titles")).ladder == ("draft",)


def test_the_gemma_policy_goes_up_three_tiers() -> None:
    """And publishes through the best one, which repairs."""
    policy = load_policy("gemma4")

    assert all(isinstance(tier, SGLangTierPolicy) for tier in policy.tiers.values())
    assert policy.route_for(DraftRequest()).ladder == ("draft", "large", "best")
    publish = policy.route_for(DraftRequest(labels=("publish",)))
    assert (publish.ladder, publish.escalate) == (("draft", "best"), "repair")


def test_each_gemma_server_has_an_address_of_its_own_on_one_host() -> None:
    """`inkladder tiers up` can start the ladder as it is."""
    for name in ("gemma4", "gemma4-a4b"):
        tiers = [t for t in load_policy(name).tiers.values() if isinstance(t, SGLangTierPolicy)]
        addresses = [endpoint for tier in tiers for endpoint in tier.endpoints]
        ports = range(30000, 30000 + len(tiers))
        assert addresses == [f"http://127.0.0.1:{port}" for port in ports]


def test_all_three_models_pay_against_the_largest_but_not_the_first_before_the_second() -> None:
    """As the comment of gemma4 says: on its cards, and on equal ones."""
    whole = ladder_of("gemma4", "draft", "large", "best")
    first_two = ladder_of("gemma4", "draft", "large")
    equal = ladder_of("gemma4", "draft", "large", draft=("H200", 3.0), large=("H200", 3.0))

    assert min(break_evens(whole)) > 0.35
    assert break_evens(first_two) == [0, 0, 0]
    assert break_evens(equal) == [0, 0, 0]


def test_an_8_bit_draft_on_the_48_gb_card_is_a_quarter_to_a_third_cheaper() -> None:
    """As the comment beside gemma4's draft tier says."""
    [tier] = ladder_of("gemma4", "draft").tiers
    fp8 = profile_for(
        shipped_table(),
        shipped_specs(),
        Served(model=tier.served.model, card=tier.served.card, quantization="fp8"),
    )
    assert isinstance(fp8, Profile)

    for load in LOADS:
        eight = fp8.run_s(prompt_tokens=512, completion_tokens=256, in_flight=load)
        assert 0.6 < eight / tier.draft_s(USUAL, load=load) < 0.8


def test_the_26b_then_31b_pays_on_equal_cards() -> None:
    """On the preset's own cards, and on those that were measured."""
    own = ladder_of("gemma4-a4b", "draft", "best")
    measured = ladder_of("gemma4-a4b", "draft", "best", draft=("H200", 3.0), best=("H200", 3.0))

    assert min(break_evens(own)) > 0.5
    assert min(break_evens(measured)) > 0.6


def test_the_figures_in_the_comment_of_the_26b_preset_are_those_measured() -> None:
    """GPU-seconds with log-probabilities, on one H200 on 2026-11-21."""
    runs = [
        run for run in read_runs(gpu_folder("measured")) if run.date.isoformat() == "2026-11-21"
    ]
    table = MeasuredTable(tuple(runs))
    text = shipped_folder().joinpath("gemma4-a4b.yaml").read_text(encoding="utf-8")
    lines = [line.removeprefix("#").split() for line in text.splitlines()]

    for model in ("12B", "26B-A4B", "31B"):
        told = next(words[1:4] for words in lines if words[:1] == [model])
        profile = table.profile(model=f"google/gemma-4-{model}-it", card="H200", quantization=None)
        assert profile is not None
        for figure, load in zip(told, LOADS, strict=True):
            gpu_s = profile.run_s(prompt_tokens=512, completion_tokens=256, in_flight=load)
            assert float(figure) == pytest.approx(gpu_s, rel=0.01)


def test_the_budget_ladder_pays_on_its_24_gb_card_and_half_as_much_on_a_slower_one() -> None:
    """As its comment says: up to 8 in 10 on an RTX 4090, 4 in 10 on an L4 at the same price."""
    own = ladder_of("gemma4-budget", "draft", "best")
    slower = ladder_of("gemma4-budget", "draft", "best", draft=("L4", own.tiers[0].usd_per_hour))

    assert min(break_evens(own)) > 0.7
    assert 0.3 < min(break_evens(slower)) < 0.5
    ratio = own.tiers[0].draft_s(USUAL, load=1) / slower.tiers[0].draft_s(USUAL, load=1)
    assert ratio < 1 / 3


def test_a_path_is_read(tmp_path: Path) -> None:
    """Files saved with a byte order mark as well."""
    path = tmp_path / "mine.yaml"
    path.write_text(dump_policy(load_policy("embedded")), encoding="utf-8-sig")

    assert load_policy(str(path)) == load_policy("embedded")


def test_an_unknown_name_lists_the_presets() -> None:
    """The way out of a misspelt preset."""
    with pytest.raises(PolicyError, match=r"embeded: no such file or preset.*: embedded, gemma4"):
        load_policy("embeded")


def test_a_file_that_is_not_text_is_told_with_its_position(tmp_path: Path) -> None:
    """The first byte that is not UTF-8."""
    path = tmp_path / "latin1.yaml"
    path.write_bytes(b"name: p\nx: caf\xe9\n")

    with pytest.raises(PolicyError, match=r"latin1\.yaml:2:7: not UTF-8"):
        load_policy(str(path))


def test_a_folder_is_told_as_what_it_is(tmp_path: Path) -> None:
    """No traceback for a slip of the hand."""
    with pytest.raises(PolicyError, match="cannot be read: Is a directory"):
        load_policy(str(tmp_path))
