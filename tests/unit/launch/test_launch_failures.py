"""The usual failures of a starting server, from what its log really says."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.launch.failures import Place, failure, known_failure, missing_chat_template

PLACE = Place(
    tier="best",
    model="google/gemma-4-31B-it",
    cards="H100 (GPU 0)",
    gpus=1,
    driver="535.129.03",
    port=30002,
    log=Path("logs/best.log"),
)

LOGS = {
    "gated": (
        "OSError: You are trying to access a gated repo.\nMake sure to have access to it at"
        " https://huggingface.co/google/gemma-4-31B-it.\n403 Client Error.",
        ["is gated", "accept its licence at https://huggingface.co/google/gemma-4-31B-it"],
    ),
    "not found": (
        "OSError: acme/none is not a local folder and is not a valid model identifier listed on"
        " 'https://huggingface.co/models'\nIf this is a private repository, make sure to pass a token",
        ["was not found", "`launch.weights`", "HF_TOKEN"],
    ),
    "private": (
        "huggingface_hub.errors.RepositoryNotFoundError: 401 Client Error.\n\nRepository Not Found for"
        " url: https://huggingface.co/api/models/acme/none.\nPlease make sure you specified the correct"
        " `repo_id` and `repo_type`.\nIf you are trying to access a private or gated repo, make sure"
        " you are authenticated and your token has the required permissions.",
        ["was not found", "a private model needs HF_TOKEN"],
    ),
    "offline": (
        "OSError: We couldn't connect to 'https://huggingface.co' to load the files, and couldn't"
        " find them in the cached files.",
        ["was not found", "host without network"],
    ),
    "port": (
        "ERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 30002):"
        " address already in use",
        ["port 30002 is taken", "`endpoints`"],
    ),
    "sglang port": (
        "ValueError: HTTP port at 30002 is not available in 30 seconds. HTTP port is used by a"
        " process already.",
        ["port 30002 is taken"],
    ),
    "no kernel": (
        "torch.AcceleratorError: CUDA error: no kernel image is available for execution on the device",
        ["wrong CUDA", "no code for H100 (GPU 0)"],
    ),
    "driver": (
        "RuntimeError: The NVIDIA driver on your system is too old (found version 12020). Please"
        " update your GPU driver",
        ["wrong CUDA", "driver (535.129.03)", "update the driver"],
    ),
    "cpu torch": (
        "AssertionError: Torch not compiled with CUDA enabled",
        ["wrong CUDA", "--python"],
    ),
    "context": (
        "ValueError: Warning: User-specified context_length (65536) is greater than the derived"
        " context_length (8192). This may lead to incorrect model outputs or CUDA errors.",
        ["a context of 65536 tokens", "set `context_tokens: 8192`"],
    ),
    "chat template": (
        "ValueError: Cannot use chat template functions because tokenizer.chat_template is not set"
        " and no template argument was passed!",
        ["no chat template", "`chat-template` in `launch.flags`"],
    ),
    "missing": (
        "/usr/bin/python3: Error while finding module specification for 'sglang.launch_server'"
        " (ModuleNotFoundError: No module named 'sglang')",
        ["SGLang is not installed", "pip install -c deploy/gpu/constraints-sglang.txt"],
    ),
    "too old": (
        "ValueError: The checkpoint you are trying to load has model type `gemma4` but Transformers"
        " does not recognize this architecture.",
        ["too old", "0.5.17"],
    ),
    "old flags": (
        "launch_server.py: error: unrecognized arguments: --cuda-graph-max-bs-decode 12",
        ["too old", "0.5.17"],
    ),
    "no cache": (
        "ValueError: Loaded weights leave no GPU memory for the KV cache under"
        " --mem-fraction-static=0.7. Raise --mem-fraction-static above 0.742 (minimum viable ="
        " 1 - available/pre = 0.7414).",
        ["out of memory", "`mem-fraction-static` above 0.742", "`gpus: 2`"],
    ),
    "no pool": (
        "RuntimeError: Not enough memory. Please try to increase --mem-fraction-static. Current"
        " value: mem_fraction_static=0.73",
        ["out of memory", "raise `mem-fraction-static`", "`quantization: fp8`"],
    ),
    "sliding": (
        "RuntimeError: SWA pool cap (164097 tokens, 125.20 GiB) leaves no room for the full KV pool"
        " within the available 64.10 GiB. Reduce --max-running-requests",
        ["sliding-window cache", "lower `max-running-requests`"],
    ),
    "graphs": (
        "Exception: Capture cuda graph failed: CUDA out of memory. Tried to allocate 1.2 GiB.\n"
        "Possible solutions:\n1. set --mem-fraction-static to a smaller value",
        ["capturing CUDA graphs", "lower `mem-fraction-static`", "`cuda-graph-max-bs-decode`"],
    ),
    "neighbour": (
        "RuntimeError: The memory capacity is unbalanced. Some GPUs may be occupied by other"
        " processes. pre_model_load_memory=41.2",
        ["other programs use part", "CUDA_VISIBLE_DEVICES"],
    ),
    "weights": (
        "[2026-11-21 22:14:01] Load weight begin. avail mem=78.84 GB\n"
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.31 GiB. GPU 0 has a total",
        ["the weights of 'google/gemma-4-31B-it' do not fit", "`quantization: fp8` or `gpus: 2`"],
    ),
    "running": (
        "[..] Load weight begin.\n[..] Load weight end. mem usage=58.0 GB.\n"
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
        ["out of memory on H100", "lower `mem-fraction-static`", "`max-running-requests`"],
    ),
    "full": (
        "RuntimeError: Prefill out of memory. Try to lower your batch size.\nTry to allocate 8192",
        ["cache on H100 (GPU 0) was full", "`max-running-requests`"],
    ),
}


@pytest.mark.parametrize("case", LOGS)
def test_a_usual_failure_is_told_in_plain_words(case: str) -> None:
    """What, where, and the way out; the log is named for the rest."""
    log, expected = LOGS[case]

    found = known_failure(f"[2026-11-21 22:14:00] server_args=...\n{log}\nsome more\n", PLACE)

    assert found is not None
    told = str(found)
    assert told.startswith("tier 'best': ")
    assert "logs/best.log" in told
    for words in expected:
        assert words in told


def test_an_unknown_failure_shows_the_end_of_the_log() -> None:
    """A person who knows SGLang sees what it said."""
    log = "\n".join(["first", *(f"line {number}" for number in range(20)), "KeyError: 'rope'"])

    told = str(failure(log, PLACE, exit_status=1, served=False))

    assert "ended with status 1" in told
    assert told.splitlines()[-1].strip() == "KeyError: 'rope'"
    assert "first" not in told


def test_an_error_before_sglang_killed_itself_is_shown() -> None:
    """After an error in one of its processes SGLang kills them all, itself included."""
    log = "Traceback (most recent call last):\n  ...\nKeyError: 'rope'\nKilled"

    told = str(failure(log, PLACE, exit_status=137, served=False))

    assert "KeyError: 'rope'" in told
    assert "main memory" not in told


def test_the_log_of_a_server_that_served_is_named_but_never_repeated() -> None:
    """It may hold what writers sent."""
    told = str(failure("a private letter", PLACE, exit_status=1, served=True))

    assert "logs/best.log" in told
    assert "private" not in told


@pytest.mark.parametrize("status", [9, 137])
def test_a_server_that_was_killed_is_told_as_short_of_main_memory(status: int) -> None:
    """The kernel's killer leaves no word in the log."""
    told = str(failure("", PLACE, exit_status=status, served=False))

    assert "main memory" in told


def test_a_missing_chat_template_can_be_told_without_a_log() -> None:
    """It shows when the server is first asked."""
    assert "has no chat template" in str(missing_chat_template(PLACE))
