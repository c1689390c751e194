"""What an assistant says at its start about routes that will accept nothing."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from structlog.testing import capture_logs

from assistant.settings import Settings
from assistant.types import DraftRequest
from assistant.wiring import open_assistant
from support.calibration_draws import artefact_with
from support.sglang_replay import RECORDED, sglang_replay, stream_of, text_event
from support.valkey import running_valkey

POLICY = """
apiVersion: inkladder/v1
name: risky
tiers:
  draft: {{engine: sglang, model: small, endpoints: ["{url}"], retries: 0, max_tokens: 64}}
  large: {{engine: sglang, model: big, endpoints: ["{url}"], retries: 0, max_tokens: 64, samples: 2}}
confidence: {{embedder: null, artefact: "{artefact}"}}
routes:
  - {{name: strict, match: {{labels: publish}}, ladder: [draft, large], accept: {{max_risk: 0.01}}}}
  - name: default
    ladder: [draft, large]
    accept: {{max_risk: 0.3, required_checks: []}}
"""
WHOLE = stream_of(
    text_event("Dear team, the meeting moves to Thursday. "),
    text_event("See you at three.", finish_reason="stop"),
    "[DONE]",
)


async def test_a_route_without_a_safe_score_is_told_at_the_start_and_in_its_answers(
    tmp_path: Path,
) -> None:
    """By name and reason; the other route works by the score that was chosen for it."""
    artefact = artefact_with((1, 400, 20))
    file = tmp_path / "fitted.json"
    file.write_text(artefact.dump(), encoding="utf-8")
    with running_valkey() as store:
        async with sglang_replay() as server:
            policy = tmp_path / "policy.yaml"
            policy.write_text(POLICY.format(url=server.url, artefact=file), encoding="utf-8")
            settings = Settings(policy=str(policy), data_dir=tmp_path / "data").model_copy(
                update={"redis_url": SecretStr(store.url)}
            )
            server.script.extend(
                [
                    RECORDED["chat stream logprobs"],
                    RECORDED["chat stream n2"],
                    WHOLE,
                ]
            )
            with capture_logs() as logs:
                async with open_assistant(settings) as assistant:
                    strict = await assistant.draft(
                        DraftRequest(instruction="Write an email.", labels=("publish",))
                    )
                    usual = await assistant.draft(
                        DraftRequest(instruction="Move the meeting to Thursday at three.")
                    )

    told = [one for one in logs if one["event"] == "route.no_safe_threshold"]
    assert [(one["route"], one["reason"], one["log_level"]) for one in told] == [
        ("strict", "too_many_bad", "warning")
    ]
    assert {rung.reason for rung in strict.provenance.path} <= {"no_safe_threshold", "failed_check"}
    assert "below_bar" in strict.provenance.degraded
    assert [rung.decision for rung in usual.provenance.path] == ["accept"]
