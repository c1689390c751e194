"""How the servers of a policy are, as they say themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import anyio
import httpx2
from prometheus_client.parser import text_string_to_metric_families

from assistant.errors import LaunchError
from assistant.launch.placement import Wanted
from assistant.launch.probe import key_from
from assistant.launch.python import is_too_old
from assistant.policy.models import SGLangTierPolicy

_TIMEOUT_S: Final = 5.0
"""A busy server answers these within milliseconds; one that needs longer is not well."""

_UNAUTHORIZED: Final = 401
_GEMMA: Final = "gemma-4"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointStatus:
    """One server of a tier. `reason` says why it is not up; None stands for what it does not tell.

    `cache_usage` and `cache_hit_rate` are shares from 0 to 1: of the cache's tokens in use, and of
    prompt tokens found in the prefix cache since the server started.
    """

    tier: str
    endpoint: str
    up: bool
    reason: str = ""
    card: str | None = None
    version: str | None = None
    model: str | None = None
    context_tokens: int | None = None
    running: int | None = None
    waiting: int | None = None
    cache_usage: float | None = None
    cache_hit_rate: float | None = None
    tokens_per_s: float | None = None
    warnings: tuple[str, ...] = ()


async def read_statuses(
    servers: Sequence[Wanted], environment: Mapping[str, str]
) -> tuple[EndpointStatus, ...]:
    """The state of every server, asked all at once; one that is down is told, not raised."""
    found: dict[int, EndpointStatus] = {}

    async def read(position: int, server: Wanted) -> None:
        found[position] = await _read(server, environment)

    async with anyio.create_task_group() as tasks:
        for position, server in enumerate(servers):
            tasks.start_soon(read, position, server)
    return tuple(found[position] for position in sorted(found))


async def _read(server: Wanted, environment: Mapping[str, str]) -> EndpointStatus:
    variable = server.policy.api_key_env
    try:
        key = key_from(environment, tier=server.tier, variable=variable)
    except LaunchError:
        return _down(server, f"${variable} is not set")
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(
        base_url=server.endpoint,
        headers=headers,
        timeout=_TIMEOUT_S,
        # As tiers speak to it: in the clear, no proxy of the environment may see the key.
        trust_env=server.endpoint.startswith("https:"),
    ) as client:
        try:
            answer = await client.get("/server_info")
        except httpx2.RequestError as error:
            return _down(server, _request_reason(error))
        info = _json(answer)
        if answer.status_code == _UNAUTHORIZED:
            return _down(server, "refuses the key" if key else "asks for a key: set `api_key_env`")
        if not isinstance(info, dict) or "version" not in info:
            return _down(server, f"is no SGLang server (HTTP {answer.status_code})")
        return _up(server, info, await _load(client), await _counters(client))


def _down(server: Wanted, reason: str) -> EndpointStatus:
    return EndpointStatus(tier=server.tier, endpoint=server.endpoint, up=False, reason=reason)


def _request_reason(error: httpx2.RequestError) -> str:
    match error:
        case httpx2.TimeoutException():
            return f"does not answer within {_TIMEOUT_S:g} s"
        case httpx2.ConnectError():
            return "not reachable"
        case httpx2.RemoteProtocolError() | httpx2.DecodingError():
            return "breaks off, or is no SGLang server"
        case _:
            return "breaks off"


def _json(answer: httpx2.Response) -> object:
    """The body of an answer; None where it is not JSON, or not even text."""
    try:
        body: object = answer.json()
    except ValueError:
        return None
    return body


async def _load(client: httpx2.AsyncClient) -> dict[str, Any]:
    """What the server does: its data-parallel ranks together."""
    try:
        told = _json(await client.get("/v1/loads"))
    except httpx2.RequestError:
        return {}
    listed = told.get("loads") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(listed, list):
        return {}
    ranks = [rank for rank in listed if isinstance(rank, dict)]
    usage = _numbers(ranks, "token_usage")
    return {
        "accelerator": told.get("accelerator"),
        "num_running_reqs": _sum(_numbers(ranks, "num_running_reqs")),
        "num_waiting_reqs": _sum(_numbers(ranks, "num_waiting_reqs")),
        "gen_throughput": _sum(_numbers(ranks, "gen_throughput")),
        # Each rank has a cache of its own, all of one size.
        "token_usage": sum(usage) / len(usage) if usage else None,
    }


def _numbers(ranks: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    values = [rank.get(name) for rank in ranks]
    return [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]


def _sum(numbers: Sequence[float]) -> float | None:
    return sum(numbers) if numbers else None


async def _counters(client: httpx2.AsyncClient) -> dict[str, float] | None:
    """Sums of the counters over their labels; None where metrics are off."""
    try:
        answer = await client.get("/metrics")
    except httpx2.RequestError:
        return None
    if answer.status_code != httpx2.codes.OK:
        return None
    sums: dict[str, float] = {}
    try:
        for family in text_string_to_metric_families(answer.text):
            for sample in family.samples:
                sums[sample.name] = sums.get(sample.name, 0.0) + sample.value
    except ValueError:
        return None
    return sums


def _up(
    server: Wanted,
    info: dict[str, Any],
    load: dict[str, Any],
    counters: dict[str, float] | None,
) -> EndpointStatus:
    model = _text(info.get("served_model_name"))
    context = _whole(info.get("max_req_input_len"))
    context = _whole(info.get("context_length")) or context
    version = _text(info.get("version"))
    return EndpointStatus(
        tier=server.tier,
        endpoint=server.endpoint,
        up=True,
        card=_text(load.get("accelerator")),
        version=version,
        model=model,
        context_tokens=context,
        running=_whole(load.get("num_running_reqs")),
        waiting=_whole(load.get("num_waiting_reqs")),
        cache_usage=_share(load.get("token_usage")),
        cache_hit_rate=_hit_rate(counters or {}),
        tokens_per_s=_share(load.get("gen_throughput")),
        warnings=tuple(
            _warnings(server.policy, info, version=version, metrics=counters is not None)
        ),
    )


def _warnings(
    policy: SGLangTierPolicy, info: dict[str, Any], *, version: str | None, metrics: bool
) -> list[str]:
    warnings: list[str] = []
    model, context = info.get("served_model_name"), _whole(info.get("context_length"))
    if model != policy.model:
        warnings.append(f"serves {model!r}, the policy names {policy.model!r}")
    if context and policy.context_tokens and context < policy.context_tokens:
        warnings.append(
            f"serves a context of {context} tokens, the policy counts on {policy.context_tokens}"
        )
    if context and policy.max_tokens >= context:
        warnings.append(
            f"`max_tokens: {policy.max_tokens}` leaves no room for a prompt in {context} tokens"
        )
    if version and is_too_old(version) and _GEMMA in policy.model.casefold():
        warnings.append(f"SGLang {version} is too old for Gemma 4: it needs 0.5.17")
    if not metrics:
        warnings.append("tells no metrics: start it with --enable-metrics")
    return warnings


def _hit_rate(counters: Mapping[str, float]) -> float | None:
    prompt = counters.get("sglang:prompt_tokens_total", 0.0)
    cached = counters.get("sglang:cached_tokens_total", 0.0)
    return cached / prompt if prompt else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _share(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
