"""`inkladder policy explain`, as an admin uses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from inline_snapshot import snapshot
from typer.testing import CliRunner, Result

from assistant.cli.policy import app
from assistant.errors import SettingsError
from support.calibration_draws import artefact_with

POLICY = """
apiVersion: inkladder/v1
name: risky
tiers:
  draft: {{engine: sglang, model: org/small, endpoints: ["http://d"], card: {{name: L40S, usd_per_hour: 0.9}}}}
  large: {{engine: sglang, model: org/big, endpoints: ["http://l"], samples: 2, timeout: 90s}}
confidence: {{artefact: "{artefact}"}}
routes:
  - {{name: typing, match: {{task: [continue, titles]}}, ladder: [draft], deadline_ms: 800}}
  - {{name: strict, match: {{labels: print, language: en}}, ladder: [draft, large], accept: {{max_risk: 0.01}}}}
  - name: publish
    match: {{task: reply, labels: [print, web]}}
    ladder: [draft, large]
    accept: {{max_risk: 0.1, required_checks: []}}
    escalate: repair
    second_opinion: {{min_logprob: -1.5, below_score: 0.8}}
  - {{name: default, ladder: [draft, large]}}
cache: {{exact: {{enabled: false}}}}
"""
CELLS = ((30, 300, 150), (70, 300, 40), (90, 400, 12))


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy on an artefact with counts."""
    artefact = tmp_path / "fitted.json"
    artefact.write_text(artefact_with(*CELLS).dump(), encoding="utf-8")
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.format(artefact=artefact), encoding="utf-8")
    return path


def run(*arguments: object, columns: int = 120) -> Result:
    """The command in a terminal of that width."""
    return CliRunner().invoke(
        app,
        ["explain", *map(str, arguments)],
        env={"COLUMNS": str(columns)},
        catch_exceptions=False,
    )


def shown(*arguments: object, after: str) -> str:
    """What follows the line that is `after`, without space at line ends."""
    lines = [line.rstrip() for line in run(*arguments).stdout.splitlines()]
    return "\n".join(lines[lines.index(after) + 1 :])


def test_a_request_is_followed_to_its_route(policy: Path) -> None:
    """Why no earlier route takes it, and all that the route does."""
    told = shown(
        policy, "--task", "reply", "--label", "web",
        after="a request: task reply, labels web, no language named",
    )  # fmt: skip

    assert told == snapshot("""\
- typing: no, it takes only task continue or titles
- strict: no, it takes only label print, and language en
- publish: yes, it takes task reply, and label print or web

takes        task reply, and label print or web
ladder       draft: org/small on L40S at $0.9/h
             large: org/big on gpu, best of 2
accept       accepts from 0.70 on: of 700 calibration drafts at or above it 7.4 % were bad, at most 10 % with 95 %
             confidence (70 % of 1,000 drafts of all tasks; too few are of reply to tell that risk by itself)
required     no check
second look  the next tier reads what scored below 0.8 and must give it -1.5 or more per token
escalate     repair: the next tier sees the draft and its failed checks
deadline     none; for one text: draft 1m, large 90s
at once      draft: 32 requests, 128 more may wait
             large: 32 requests, 128 more may wait
cache        nothing is kept

large: the best of several samples is judged, each calibration draft was alone; picking by score also picks luck, so the
risk may be higher\
""")


def test_all_routes_are_told_without_a_request(policy: Path) -> None:
    """In their order, with the way out where nothing is accepted."""
    told = shown(policy, after="strict").partition("\npublish\n")[0]

    assert told == snapshot("""\
takes     label print, and language en
ladder    draft: org/small on L40S at $0.9/h
          large: org/big on gpu, best of 2
accept    accepts nothing: too many of the best-scored calibration drafts are bad for a risk of 1 % with 95 %
          confidence; raise `max_risk` to 0.052, calibrate on more drafts, or give `min_score`; the best text of its
          tiers is served, marked `degraded: below_bar`
required  empty, refusal, loop, cut_off, language
escalate  fresh: the next tier starts anew
deadline  none; for one text: draft 1m, large 90s
at once   draft: 32 requests, 128 more may wait
          large: 32 requests, 128 more may wait
cache     nothing is kept
""")


def test_a_ladder_of_one_accepts_whatever_is_written(policy: Path) -> None:
    """Its deadline is told, too."""
    told = run(policy, "--task", "titles").stdout

    assert "- typing: yes, it takes task continue or titles" in told
    assert "accepts whatever is written" in told
    assert "800 ms for the whole answer" in told


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        (("--label", "print", "--language", "en-GB"), "strict: yes"),
        (("--label", "print", "--language", "fr"), "strict: no, it takes only language en"),
        (("--label", "print"), "default: yes, it takes the rest"),
        (("--language", "en"), "strict: no, it takes only label print"),
    ],
)
def test_every_option_is_part_of_the_request(
    policy: Path, options: tuple[str, ...], taken: str
) -> None:
    """A task that is not named is `draft`."""
    assert taken in run(policy, *options).stdout


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_the_terminal(policy: Path, columns: int) -> None:
    """Of either usual width."""
    lines = run(policy, columns=columns).stdout.splitlines()

    assert max(map(len, lines)) <= columns


def test_an_unknown_task_is_refused_with_those_there_are(policy: Path) -> None:
    """Nothing is guessed."""
    with pytest.raises(SettingsError, match="unknown task 'sing'; use one of: draft, rewrite"):
        run(policy, "--task", "sing")


@pytest.mark.parametrize("preset", ["embedded", "gemma4", "gemma4-a4b", "gemma4-budget"])
def test_every_preset_can_be_explained(preset: str) -> None:
    """With the shipped artefact."""
    done = run(preset)

    assert done.exit_code == 0
    assert done.stdout.startswith(f"{preset}, revision ")
