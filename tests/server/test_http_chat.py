"""Chat completions, as real clients call them."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from assistant.errors import TierOverloaded
from assistant.types import DraftRequest, Message, Sampling
from support.server_app import (
    LADDER,
    ScriptedAssistant,
    answer,
    client_of,
    serving,
)

USER = {"role": "user", "content": "hello"}


async def _asked(body: dict[str, Any]) -> tuple[DraftRequest, str]:
    """What the assistant was asked, and what the reply said was ignored."""
    assistant = ScriptedAssistant()
    async with client_of(assistant) as client:
        reply = await client.post("/v1/chat/completions", json=body)
    assert reply.status_code == 200, reply.text
    return assistant.asked[0], reply.headers.get("x-cascade-ignored", "")


async def test_the_openai_client_gets_a_whole_completion() -> None:
    """Text, finish reason, usage, and the name of the model that wrote it."""
    async with (
        serving(ScriptedAssistant(answer=answer("Done.", finish="length"))) as url,
        AsyncOpenAI(base_url=f"{url}/v1", api_key="any") as client,
    ):
        completion = await client.chat.completions.create(
            model="draft-auto", messages=[{"role": "user", "content": "hello"}]
        )

    assert completion.choices[0].message.content == "Done."
    assert completion.choices[0].finish_reason == "length"
    assert completion.model == "middle"
    assert completion.usage is not None
    assert completion.usage.total_tokens == 18


async def test_the_blocking_openai_client_reads_the_models_and_an_error() -> None:
    """The other of the two clients; errors arrive as its own exception classes."""
    assistant = ScriptedAssistant(error=TierOverloaded(tier="draft", retry_after_s=3))

    def use(url: str) -> tuple[list[str], openai.RateLimitError]:
        with OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
            names = [model.id for model in client.models.list()]
            with pytest.raises(openai.RateLimitError) as caught:
                client.chat.completions.create(
                    model="draft-best", messages=[{"role": "user", "content": "hello"}]
                )
        return names, caught.value

    async with serving(assistant) as url:
        names, error = await anyio.to_thread.run_sync(use, url)

    assert names == ["draft-auto", "draft-fast", "draft-best"] + [model.name for model in LADDER]
    assert error.response.headers["retry-after"] == "3"
    assert error.code == "overloaded"


async def test_unknown_keys_and_nulls_do_no_harm() -> None:
    """What is ignored is named; null is absent; header values stay safe."""
    request, ignored = await _asked(
        {
            "model": None,
            "messages": [USER | {"name": "Zoë", "tool_calls": None}],
            "temperature": None,
            "stop": None,
            "tools": [{"type": "function"}],
            "tool_choice": "auto",
            "user": "u-1",
            "naïve\r\nx-evil: 1": True,
            "stream_options": None,
        }
    )

    assert request.sampling == Sampling()
    assert ignored == ("messages[].name, na%C3%AFve%0D%0Ax-evil%3A%201, tool_choice, tools, user")


async def test_stop_is_a_text_or_a_list_or_nothing() -> None:
    """All the spellings that clients use."""
    spellings: list[object] = [None, "", [], "END", ["a", "", "b"]]
    assistant = ScriptedAssistant()
    async with client_of(assistant) as client:
        for stop in spellings:
            await client.post("/v1/chat/completions", json={"messages": [USER], "stop": stop})

    stops = [request.sampling.stop for request in assistant.asked]
    assert stops == [(), (), (), ("END",), ("a", "b")]


async def test_sampling_is_passed_on_and_the_smaller_token_limit_wins() -> None:
    """Both names of the limit may be there at once."""
    request, _ = await _asked(
        {
            "messages": [USER],
            "max_tokens": 50,
            "max_completion_tokens": 20,
            "temperature": 0,
            "top_p": 0.5,
            "seed": 7,
            "n": 1,
            "logprobs": False,
            "response_format": {"type": "text"},
            "suffix": "",
        }
    )

    assert request.sampling == Sampling(max_tokens=20, temperature=0, top_p=0.5, seed=7)


async def test_system_messages_become_one_at_the_front() -> None:
    """`developer` is system, late ones move up, parts are joined, empty turns of tools go."""
    request, _ = await _asked(
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {
                    "role": "user",
                    "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
                },
                {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
                {"role": "developer", "content": "Be kind."},
                {"role": "assistant", "content": "Dear"},
            ]
        }
    )

    assert request.task == "chat"
    assert request.messages == (
        Message(role="system", content="Be brief.\n\nBe kind."),
        Message(role="user", content="ab"),
        Message(role="assistant", content="Dear"),
    )


async def test_a_model_name_chooses_a_part_of_the_ladder() -> None:
    """Aliases work on every ladder; a model's own name means its end of it."""
    names = ["", "draft-auto", "draft-fast", "draft-best", *(model.name for model in LADDER)]
    assistant = ScriptedAssistant()
    async with client_of(assistant) as client:
        for name in names:
            await client.post("/v1/chat/completions", json={"model": name, "messages": [USER]})

    entries = [request.entry for request in assistant.asked]
    assert entries == ["auto", "auto", "fast", "best", "fast", "auto", "best"]


async def test_the_only_model_of_a_ladder_means_all_of_it() -> None:
    """Naming it must not switch the second look off."""
    assistant = ScriptedAssistant(ladder=LADDER[:1])
    async with client_of(assistant) as client:
        await client.post(
            "/v1/chat/completions", json={"model": LADDER[0].name, "messages": [USER]}
        )

    assert assistant.asked[0].entry == "auto"


REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    ({"model": "gpt-4o"}, "model", "model_not_found"),
    ({"n": 5}, "n", "invalid_request"),
    ({"n": 0}, "n", "invalid_request"),
    ({"suffix": "x"}, "suffix", "unsupported"),
    ({"logprobs": True}, "logprobs", "unsupported"),
    ({"top_logprobs": 3}, "top_logprobs", "unsupported"),
    ({"response_format": {"type": "json_object"}}, "response_format", "unsupported"),
    ({"functions": [{}]}, "functions", "unsupported"),
    ({"messages": []}, "messages", "invalid_request"),
    ({"messages": None}, "messages", "invalid_request"),
    ({"messages": [{"role": "user", "content": " "}]}, "messages", "missing"),
    ({"messages": [{"role": "user"}]}, "messages[0].content", "missing"),
    (
        {"messages": [USER, {"role": "tool", "content": "x"}]},
        "messages[1].role",
        "unsupported",
    ),
    (
        {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
        "messages[0].content[0].type",
        "unsupported",
    ),
    ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content", "invalid_request"),
    ({"messages": [{"role": "poet", "content": ""}]}, "messages[0].role", "invalid_request"),
    ({"temperature": 3}, "temperature", "invalid_request"),
    ({"top_p": 0}, "top_p", "invalid_request"),
    ({"max_tokens": 0}, "max_tokens", "invalid_request"),
    ({"stop": ["x"] * 17}, "stop", "invalid_request"),
    ({"seed": 2**63}, "seed", "invalid_request"),
]
"""What is changed in a good request, the field the error names, and its code."""


async def test_what_cannot_be_done_is_refused_by_name() -> None:
    """Never dropped silently: the error names the field."""
    told: list[tuple[str, str]] = []
    async with client_of(ScriptedAssistant()) as client:
        for change, _, _ in REFUSALS:
            body = {"messages": [USER]} | change
            reply = await client.post("/v1/chat/completions", json=body)
            error = reply.json()["error"]
            told.append((error["param"], error["code"]))

    assert told == [(param, code) for _, param, code in REFUSALS]
