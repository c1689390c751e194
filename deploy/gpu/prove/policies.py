"""The policy files of the proof. Pure but for `write`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]

SMALL_MODEL = "smollm2-135m-instruct"
"""Name under which the real model is served."""

RUNNING, QUEUED = 8, 4
"""Capacity of the draft server, in requests: little, so that few clients overload it."""

LARGE_RUNNING = 48
"""Capacity of the large server: more than the 32 requests of the gateway comparison."""

SMALL_CONTEXT_TOKENS = 4096
LONGEST_TEXT_TOKENS = 1200
"""Of the real model: seconds of writing (some 500 tokens/s alone, 350 beside seven others on an H100), so
that there is time to interrupt it. All that run fit the cache of their server; where they do not, SGLang
takes one back and ends its stream."""

_ACCEPT_ALL = {"min_score": 0.0, "required_checks": []}
_ACCEPT_NONE = {"min_score": 1.0}

_DOUBT = {"min_logprob": -0.000_001}
"""A second opinion that asks for certainty of each token: no draft gets it."""

_LIVE_TOKENS = 12
"""Of a segment: a sentence, so that one is out before another can fail."""

_NO_FLAGS: Mapping[str, Any] = MappingProxyType({})

_SMALL_FLAGS: Mapping[str, Any] = {
    "attention-backend": "triton",
    "sampling-backend": "pytorch",
    # A sixth of a 141 GB card holds this model many times over, and leaves room for its twin.
    "mem-fraction-static": 0.15,
    # Its twin starts at the same time: what that one takes meanwhile is missing in this one's sums, and
    # the whole sixth would leave it no cache. These are 1.5 GB, and every request at its longest.
    "max-total-tokens": 65_536,
    # Capturing prefill graphs is most of the start, and such short prompts gain nothing by them.
    "disable-prefill-cuda-graph": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What the policies of one run share; `weights` is the folder of the real model."""

    weights: Path
    card: str
    store: bool = True


def small_tier(host: Host, endpoints: Sequence[str], *, running: int = RUNNING) -> Document:
    """A tier over the real model; the queue of its server is the only one that ever fills."""
    flags = {
        **_SMALL_FLAGS,
        "cuda-graph-max-bs-decode": running,
        "max-running-requests": running,
        "max-queued-requests": QUEUED if running == RUNNING else running,
    }
    return {
        "engine": "sglang",
        "model": SMALL_MODEL,
        "endpoints": list(endpoints),
        "card": {"name": host.card, "usd_per_hour": 1.0},
        "context_tokens": SMALL_CONTEXT_TOKENS,
        "max_concurrency": 64,
        "max_tokens": LONGEST_TEXT_TOKENS,
        "launch": {"weights": str(host.weights), "flags": flags},
    }


def cascade(host: Host, ports: tuple[int, int]) -> Document:
    """Two tiers, one server each; a label of the request picks what is to be proven."""
    draft, large = (url_of(port) for port in ports)
    both = ["draft", "large"]
    return _document(
        "prove-cascade",
        tiers={
            "draft": small_tier(host, [draft]),
            "large": small_tier(host, [large], running=LARGE_RUNNING),
        },
        routes=[
            # Every chat is deferred once and then accepted, so that it can be stored, too.
            {"name": "chat", "match": {"task": ["chat"]}, "ladder": both}
            | {"accept": _ACCEPT_ALL, "second_opinion": _DOUBT},
            {"name": "single", "match": {"labels": ["single"]}, "ladder": ["draft"]}
            | {"accept": _ACCEPT_ALL},
            {"name": "large", "match": {"labels": ["large"]}, "ladder": ["large"]}
            | {"accept": _ACCEPT_ALL},
            {"name": "opinion", "match": {"labels": ["opinion"]}, "ladder": both}
            | {"accept": _ACCEPT_ALL, "second_opinion": {"min_logprob": -10.0}},
            {"name": "doubt", "match": {"labels": ["doubt"]}, "ladder": both}
            | {"accept": _ACCEPT_ALL, "second_opinion": _DOUBT},
            # A small model's long stories loop: stopped for that, they would not fill the draft server.
            {"name": "accept", "match": {"labels": ["accept"]}, "ladder": both}
            | {"accept": _ACCEPT_ALL, "abort_early": False},
            {"name": "escalate", "ladder": both, "accept": _ACCEPT_NONE},
        ],
        store=host.store,
    )


def pair(host: Host, ports: tuple[int, int]) -> Document:
    """One tier over the same two servers, which share its load."""
    endpoints = [url_of(port) for port in ports]
    return _alone("prove-pair", small_tier(host, endpoints), store=host.store)


def live(host: Host, ports: tuple[int, int]) -> Document:
    """The two tiers of the cascade for readers of streams.

    A draft is taken over as soon as it uses a word that its instruction forbids, and for nothing else.
    """
    draft, large = (url_of(port) for port in ports)
    both = {"ladder": ["draft", "large"], "abort_early": False}
    gated = {**both, "stream": {"tokens": _LIVE_TOKENS}}
    return _document(
        "prove-live",
        tiers={
            "draft": small_tier(host, [draft]),
            "large": small_tier(host, [large], running=LARGE_RUNNING),
        },
        routes=[
            {"name": "whole", "match": {"labels": ["whole"]}, **both}
            | {"accept": _ACCEPT_ALL, "stream": {"gate": "whole"}},
            {"name": "gated", "match": {"labels": ["gated"]}, **gated, "accept": _ACCEPT_ALL},
            {"name": "takeover", **gated}
            | {"accept": {"min_score": 0.0, "required_checks": ["forbidden_words"]}},
        ],
        store=host.store,
    )


def gateway_to_small(host: Host, port: int) -> Document:
    """A ladder of one over the large server of the cascade."""
    tier = small_tier(host, [url_of(port)], running=LARGE_RUNNING)
    return _alone("prove-gateway", tier, store=host.store)


def random_tier(
    *, model: str, weights: Path, port: int, card: str, flags: Mapping[str, Any] = _NO_FLAGS
) -> Document:
    """A tier over random weights of a true architecture, with the flags of its card class."""
    return {
        "engine": "sglang",
        "model": model,
        "endpoints": [url_of(port)],
        "card": {"name": card, "usd_per_hour": 1.0},
        "context_tokens": 8192,
        # SGLang captures a graph for each number of requests up to this one: few start faster.
        "max_concurrency": 32,
        "launch": {
            "weights": str(weights),
            "flags": {"load-format": "dummy", "cuda-graph-max-bs-decode": 32, **flags},
        },
    }


def ladder_of_one(name: str, tier: Document, *, store: bool) -> Document:
    """The tier alone, whose texts are all accepted: random words would pass no bar."""
    return _alone(f"prove-{name}", tier, store=store)


def url_of(port: int) -> str:
    """Where an engine of this host answers."""
    return f"http://127.0.0.1:{port}"


def write(document: Document, folder: Path) -> Path:
    """The policy as a file named after it; JSON is YAML too."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{document['name']}.yaml"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return path


def _alone(name: str, tier: Document, *, store: bool) -> Document:
    route = {"name": "default", "ladder": ["draft"], "accept": _ACCEPT_ALL}
    return _document(name, tiers={"draft": tier}, routes=[route], store=store)


def _document(name: str, *, tiers: Document, routes: Sequence[Document], store: bool) -> Document:
    return {
        "apiVersion": "inkladder/v1",
        "name": name,
        "tiers": tiers,
        # A GPU host has the packages of SGLang, not necessarily sentence-transformers.
        "confidence": {"artefact": "default", "embedder": None},
        "routes": list(routes),
        "cache": {"exact": {"enabled": store}},
    }
