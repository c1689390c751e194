"""`inkladder tiers bench` and `inkladder tiers gateway`: what engines cost, and what we add to them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_LEVELS = "1,8,32"


class Weights(StrEnum):
    """What a server was loaded with."""

    RANDOM = "random"
    REAL = "real"


def bench(
    policy: Annotated[
        str | None,
        typer.Option(
            help="Preset name or policy file; $INKLADDER_POLICY or `embedded` if not given."
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="TIER", help="A tier to measure. Repeatable.")
    ] = None,
    concurrency: Annotated[
        str | None,
        typer.Option(
            metavar="N,N...",
            help="Requests at once, one load after the other; 1,8,32 if not given, 1,4 without a card.",
        ),
    ] = None,
    prompt_tokens: Annotated[int, typer.Option(min=1, help="Tokens of each prompt.")] = 512,
    completion_tokens: Annotated[int, typer.Option(min=1, help="Tokens to write.")] = 256,
    requests_per_level: Annotated[
        int | None,
        typer.Option(min=1, help="Requests per load; two for each at once if not given."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the result; $INKLADDER_MEASURED_DIR if not given, else deploy/gpu/measured"
            " if it is there, else here."
        ),
    ] = None,
    weights: Annotated[
        Weights | None, typer.Option(help="What to write down; the server is asked if not given.")
    ] = None,
    no_logprobs: Annotated[
        bool, typer.Option("--no-logprobs", help="Leave out writing with log-probabilities.")
    ] = False,
    no_score: Annotated[
        bool, typer.Option("--no-score", help="Leave out reading given texts.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of the random prompts.")] = 0,
) -> None:
    """Measures GPU-seconds per request, time to the first token, and throughput of running tiers.

    The first endpoint of each tier is measured; nobody else should use it meanwhile. The dated file
    that it writes is what `inkladder economics` and the cost of every answer are computed from.

        inkladder tiers bench --policy gemma4 --only draft
        inkladder tiers bench --policy embedded --concurrency 1,4 --prompt-tokens 128
    """
    from assistant.benchmark.target import BenchPlan
    from assistant.cli.bench_run import run_bench

    plan = BenchPlan(
        levels=_levels(concurrency) if concurrency is not None else None,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        requests=requests_per_level,
        logprobs=not no_logprobs,
        score=not no_score,
        seed=seed,
    )
    run_bench(
        plan, policy=policy, only=only or [], out=out, weights=weights.value if weights else None
    )


def gateway(
    model: Annotated[str, typer.Option(help="Model name that the engine knows.")],
    url: Annotated[str, typer.Option(help="Our server.")] = "http://127.0.0.1:8700",
    direct: Annotated[str, typer.Option(help="The engine behind it.")] = "http://127.0.0.1:30000",
    gateway_model: Annotated[
        str, typer.Option(help="Model name for our server, whose ladder must be one tier.")
    ] = "draft-fast",
    key: Annotated[
        str | None, typer.Option(envvar="INKLADDER_KEY", help="Key for our server.")
    ] = None,
    direct_key: Annotated[
        str | None, typer.Option(envvar="SGLANG_API_KEY", help="Key for the engine.")
    ] = None,
    concurrency: Annotated[
        str, typer.Option(metavar="N,N...", help="Requests at once, one load after the other.")
    ] = DEFAULT_LEVELS,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds per load and way, in turns.")] = 4,
    requests_per_round: Annotated[
        int | None,
        typer.Option(min=1, help="Requests per round; two for each at once if not given."),
    ] = None,
    prompt_words: Annotated[int, typer.Option(min=1, help="Words of each prompt.")] = 380,
    max_tokens: Annotated[int, typer.Option(min=1, help="Tokens to write at most.")] = 256,
    temperature: Annotated[
        float, typer.Option(min=0, max=2, help="0 makes answers as long as asked for likely.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Of the random prompts.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder to write the report to, too.")] = None,
) -> None:
    """Measures what our server adds to an engine: the same requests directly and through it, in turns.

    End to end is the figure to look at: our server holds text back until it is accepted, so its first
    text comes late by design.

        inkladder tiers gateway --model google/gemma-4-12B-it --direct http://127.0.0.1:30000
    """
    from assistant.benchmark.chat import ChatWay
    from assistant.benchmark.gateway import GatewayPlan
    from assistant.cli.gateway_run import run_gateway

    plan = GatewayPlan(
        model=model,
        gateway_model=gateway_model,
        levels=_levels(concurrency),
        rounds=rounds,
        requests=requests_per_round,
        prompt_words=prompt_words,
        max_tokens=max_tokens,
        temperature=temperature,
        seed=seed,
    )
    run_gateway(
        ChatWay(direct, direct=True, api_key=direct_key),
        ChatWay(url, direct=False, api_key=key),
        plan,
        as_json=as_json,
        out=out,
    )


def _levels(text: str) -> tuple[int, ...]:
    levels = tuple(int(part) for part in text.split(",") if part.strip().isdecimal())
    if not levels or len(levels) != len(text.split(",")) or min(levels) < 1:
        message = f"{text!r} is no list of numbers above 0; write it like {DEFAULT_LEVELS}"
        raise typer.BadParameter(message, param_hint="--concurrency")
    return levels
