"""Starts llama.cpp's HTTP server in this process; only the guard does that."""

from __future__ import annotations

import os
import secrets
import sys

import xllamacpp

from assistant.embedded.spec import EngineAddress, EngineSpec
from assistant.errors import EmbeddedError

_MAX_THREADS = 8
"""Decoding a small model is bound by memory; more threads than this only take turns."""


def start_engine(spec: EngineSpec) -> tuple[xllamacpp.Server, EngineAddress]:
    """A server that is ready to generate, on a free port of the loopback interface.

    Blocks, and holds the interpreter lock for most of the time it takes to load the model.

    Raises:
        EmbeddedError: the engine refuses the model or has not enough memory.
    """
    key = secrets.token_urlsafe(24)
    try:
        server = xllamacpp.Server(_parameters(spec, key=key))
    except (RuntimeError, ValueError) as error:
        message = (
            f"llama.cpp cannot load {str(spec.gguf)!r} with {spec.context_tokens} tokens of"
            " context: the file is incomplete or of an unknown kind, or memory is short"
        )
        raise EmbeddedError(message) from error
    return server, EngineAddress(url=server.listening_address, api_key=key)


def _parameters(spec: EngineSpec, *, key: str) -> xllamacpp.CommonParams:
    threads = _threads()
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(spec.gguf)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.cors_origins = ""
    parameters.ui = False
    parameters.verbosity = -1
    parameters.n_ctx = spec.context_tokens
    parameters.n_parallel = spec.parallel
    parameters.kv_unified = True
    # A trailing assistant message is continued only where the request says so.
    parameters.prefill_assistant = False
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    return parameters


def _threads() -> int:
    if sys.platform == "linux":
        available = len(os.sched_getaffinity(0))
    else:
        available = os.cpu_count() or 1
    # The threads wait for one another by spinning: where the API process takes a processor from
    # one of them, all crawl (on two busy processors 4 tokens/s with two threads, 68 with one).
    return max(1, min(available - 1, _MAX_THREADS))
