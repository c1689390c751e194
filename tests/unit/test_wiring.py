"""What settings and a policy are built into."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from stat import S_IMODE

import pytest
from pydantic import SecretStr

from assistant.economics.measured import shipped_table
from assistant.economics.tables import measured_table
from assistant.errors import AllTiersFailed, PolicyError
from assistant.settings import Settings
from assistant.types import DraftRequest
from assistant.wiring import open_assistant, start_host
from support.sglang_replay import RECORDED, SGLangReplay, sglang_replay, stream_of, text_event
from support.valkey import running_valkey

LADDER = """
apiVersion: inkladder/v1
name: recorded
tiers:
  draft: {{engine: sglang, model: small, endpoints: ["{url}"], retries: 0, max_tokens: 64}}
  large: {{engine: sglang, model: big, endpoints: ["{url}"], retries: 0, max_tokens: 64, samples: 2}}
confidence: {{embedder: {embedder}}}
routes: [{{name: default, ladder: [draft, large], accept: {{min_score: {bar}}}}}]
"""
REQUEST = DraftRequest(instruction="Write a two sentence email.")


def settings_for(
    folder: Path, server: SGLangReplay, redis_url: str, *, bar: float, embedder: str = "null"
) -> Settings:
    """Settings over a ladder whose tiers are the replaying server."""
    policy = folder / "policy.yaml"
    policy.write_text(LADDER.format(url=server.url, bar=bar, embedder=embedder), encoding="utf-8")
    return Settings(policy=str(policy), data_dir=folder / "data").model_copy(
        update={"redis_url": SecretStr(redis_url)}
    )


async def test_a_recorded_sglang_server_writes_scores_escalates_and_is_remembered(
    tmp_path: Path,
) -> None:
    """The whole way over real adapters: two rungs, real checks and scores, a real store."""
    words = stream_of(
        text_event("Dear team, the meeting moves to Thursday. "),
        text_event("See you at three.", finish_reason="stop"),
        "[DONE]",
    )
    with running_valkey() as store:
        async with sglang_replay() as server:
            settings = settings_for(tmp_path, server, store.url, bar=0.05)
            server.script.extend(
                [RECORDED["chat stream logprobs"], RECORDED["chat stream n2"], words]
            )
            async with open_assistant(settings) as assistant:
                cut = await assistant.draft(REQUEST)
                whole = await assistant.draft(
                    DraftRequest(instruction="Move the meeting to Thursday at three.")
                )
                again = await assistant.draft(
                    DraftRequest(instruction="Move the meeting to Thursday at three.")
                )

    assert [rung.tier for rung in cut.provenance.path] == ["draft", "large"]
    assert "cut_off" in cut.provenance.path[0].failed_checks
    assert cut.provenance.path[1].samples == 2
    assert server.bodies[1]["n"] == 2
    assert whole.text == "Dear team, the meeting moves to Thursday. See you at three."
    assert whole.provenance.path[0].decision == "accept"
    assert (again.text, again.provenance.cache.status) == (whole.text, "hit")
    assert len(server.bodies) == 3


async def test_an_error_of_the_ladder_comes_as_it_is(tmp_path: Path) -> None:
    """Not wrapped in a group by the tasks that run beside it."""
    with running_valkey() as store:
        async with sglang_replay() as server:
            settings = settings_for(tmp_path, server, store.url, bar=0.5)
            server.script.extend([RECORDED["overload stream 5"]] * 2)
            with pytest.raises(AllTiersFailed):
                async with open_assistant(settings) as assistant:
                    await assistant.draft(REQUEST)


async def test_an_embedder_that_the_scorer_was_not_fitted_on_is_refused(tmp_path: Path) -> None:
    """Its vectors would mean nothing to the weights."""
    async with sglang_replay() as server:
        settings = settings_for(tmp_path, server, "unix:///none", bar=0.5, embedder="/other/model")
        with pytest.raises(PolicyError, match="was fitted on; name that one"):
            async with open_assistant(settings):
                pass


async def test_a_key_that_the_policy_names_must_be_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told at the start, not by the first writer's request."""
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    policy = tmp_path / "policy.yaml"
    text = LADDER.format(url="http://127.0.0.1:9", bar=0.5, embedder="null")
    policy.write_text(text.replace("model: big,", "model: big, api_key_env: NO_SUCH_KEY,"))
    settings = Settings(policy=str(policy), data_dir=tmp_path)

    with pytest.raises(PolicyError, match=r"tiers.large.api_key_env.*'NO_SUCH_KEY' is not set"):
        async with open_assistant(settings):
            pass

    monkeypatch.setenv("NO_SUCH_KEY", "canary-ü")
    with pytest.raises(PolicyError, match="no header can carry") as refused:
        async with open_assistant(settings):
            pass
    assert "canary" not in str(refused.value)


async def test_the_cache_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """With another secret nothing stored would be found again."""
    async with sglang_replay() as server:
        settings = settings_for(tmp_path, server, "unix:///none", bar=0.5)
        async with open_assistant(settings):
            file = settings.data_dir / "cache.key"
            first = file.read_bytes()
        async with open_assistant(settings):
            second = file.read_bytes()

    assert len(first) == 32
    assert first == second
    assert S_IMODE(file.stat().st_mode) == 0o600


def test_a_ladder_without_anything_embedded_starts_no_host(tmp_path: Path) -> None:
    """SGLang elsewhere and a Redis elsewhere: nothing of ours runs beside the server."""
    policy = tmp_path / "policy.yaml"
    text = LADDER.format(url="http://127.0.0.1:9", bar=0.5, embedder="null")
    policy.write_text(text, encoding="utf-8")
    settings = Settings(policy=str(policy), data_dir=tmp_path).model_copy(
        update={"redis_url": SecretStr("redis://127.0.0.1:9")}
    )

    with ExitStack() as stack:
        assert start_host(settings, stack) is None


MEASURED_LADDER = """
apiVersion: inkladder/v1
name: measured
tiers:
  draft:
    engine: sglang
    model: google/gemma-4-12B-it
    endpoints: ["{url}"]
    card: {{name: h200, usd_per_hour: 3.6}}
    retries: 0
    max_tokens: 64
  best:
    engine: sglang
    model: google/gemma-4-31B-it
    endpoints: ["{url}"]
    card: {{name: H200, usd_per_hour: 3.6}}
    retries: 0
    max_tokens: 64
confidence: {{embedder: null}}
routes: [{{name: default, ladder: [draft, best], accept: {{min_score: 0.0, required_checks: []}}}}]
"""


async def test_an_answer_on_a_measured_card_costs_its_tokens(tmp_path: Path) -> None:
    """Tokens times measured seconds, whatever the clock says; the alternative is known at once."""
    policy = tmp_path / "policy.yaml"
    with running_valkey() as store:
        async with sglang_replay() as server:
            policy.write_text(MEASURED_LADDER.format(url=server.url), encoding="utf-8")
            settings = Settings(policy=str(policy), data_dir=tmp_path / "data").model_copy(
                update={"redis_url": SecretStr(store.url)}
            )
            async with open_assistant(settings) as assistant:
                made = (await assistant.draft(REQUEST)).provenance

    profile = shipped_table().profile(model="google/gemma-4-12B-it", card="H200", quantization=None)
    assert profile is not None
    (rung,) = made.path
    tokens = {
        "prompt_tokens": rung.usage.prompt_tokens,
        "completion_tokens": rung.usage.completion_tokens,
        "cached_tokens": rung.usage.cached_tokens,
    }
    assert made.cost.basis == "measured"
    assert made.cost.gpu_s == pytest.approx(profile.run_s(**tokens, in_flight=rung.in_flight))
    assert made.cost.usd == pytest.approx(made.cost.gpu_s / 1000)
    assert made.cost.always_large_gpu_s is not None
    assert made.cost.always_large_gpu_s > made.cost.gpu_s


async def test_measurements_of_ones_own_go_before_the_shipped_ones(tmp_path: Path) -> None:
    """A folder that `inkladder tiers bench` wrote to, named by the environment."""
    shipped = next(run for run in shipped_table().runs if run.card == "H200")
    own = shipped.model_copy(update={"card": "My Card"})
    (tmp_path / "mine.json").write_text(own.to_json(), encoding="utf-8")

    table = measured_table(tmp_path)

    assert table.profile(model="google/gemma-4-12B-it", card="my card", quantization=None)
    assert table.profile(model="google/gemma-4-12B-it", card="H200", quantization=None)
