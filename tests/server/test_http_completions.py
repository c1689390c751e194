"""OpenAI's older completions, as editors call them while somebody types."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from inline_snapshot import snapshot
from openai import AsyncOpenAI

from assistant.types import Delta, DraftRequest, Event, Sampling, TierStarted
from support.event_streams import PLAIN, TAKEOVER, TOLD, heard, text_of
from support.server_app import LADDER, TRICKY, ScriptedAssistant, answer, client_of, serving

PATH = "/v1/completions"


async def _asked(body: dict[str, Any]) -> tuple[DraftRequest, str]:
    """What the assistant was asked, and what the reply said was ignored."""
    assistant = ScriptedAssistant()
    async with client_of(assistant) as client:
        reply = await client.post(PATH, json=body)
    assert reply.status_code == 200, reply.text
    return assistant.asked[0], reply.headers.get("x-cascade-ignored", "")


async def test_the_openai_client_gets_a_whole_completion() -> None:
    """Text, finish reason, usage, and the name of the model that wrote it."""
    async with (
        serving(ScriptedAssistant(answer=answer(" a night.", finish="length"))) as url,
        AsyncOpenAI(base_url=f"{url}/v1", api_key="any") as client,
    ):
        completion = await client.completions.create(model="draft-auto", prompt="It was")

    assert completion.id == "cmpl-a1b2"
    assert completion.object == "text_completion"
    assert completion.model == "middle"
    assert [(c.index, c.text, c.finish_reason) for c in completion.choices] == [
        (0, " a night.", "length")
    ]
    assert completion.usage is not None
    assert completion.usage.total_tokens == 18


async def test_the_openai_client_reads_a_stream_whole() -> None:
    """Across a takeover: one end, usage last and alone."""
    async with (
        serving(ScriptedAssistant(answer=answer(TOLD), story=TAKEOVER)) as url,
        AsyncOpenAI(base_url=f"{url}/v1", api_key="any") as client,
    ):
        stream = await client.completions.create(
            model="draft-auto",
            prompt="It was",
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]

    *told, ended, counted = chunks
    assert "".join(chunk.choices[0].text for chunk in told) == TOLD
    assert [chunk.model for chunk in told] == ["tiny/writer-1B", "middle", "middle", "middle"]
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]] == [None] * 4 + ["stop"]
    assert ended.choices[0].text == ""
    assert counted.choices == []
    assert counted.usage is not None
    assert {chunk.id for chunk in chunks} == {"cmpl-a1b2"}


async def test_the_chunks_on_the_wire() -> None:
    """A stored text: provenance rides on the only chunk with text."""
    async with client_of(ScriptedAssistant(answer=answer(" a night."))) as client:
        *events, done = await heard(client, PLAIN)

    for _, chunk in events:
        del chunk["created"]
        chunk.get("x_cascade", {}).clear()
    assert done == ("message", "[DONE]")
    assert [chunk for _, chunk in events] == snapshot(
        [
            {
                "id": "cmpl-a1b2",
                "model": "middle",
                "system_fingerprint": "scripted@r1",
                "x_cascade": {},
                "object": "text_completion",
                "choices": [
                    {"text": " a night.", "index": 0, "logprobs": None, "finish_reason": None}
                ],
            },
            {
                "id": "cmpl-a1b2",
                "model": "middle",
                "system_fingerprint": "scripted@r1",
                "object": "text_completion",
                "choices": [{"text": "", "index": 0, "logprobs": None, "finish_reason": "stop"}],
            },
        ]
    )


async def test_a_prompt_is_continued() -> None:
    """With the tier's own limit where none is named; what is not known is named."""
    request, ignored = await _asked(
        {
            "model": "draft-fast",
            "prompt": ["It was "],
            "suffix": None,
            "temperature": 0.2,
            "top_p": 0.9,
            "stop": "\n\n",
            "seed": 7,
            "echo": None,
            "logprobs": None,
            "best_of": None,
            "user": "u-1",
            "presence_penalty": 0,
        }
    )

    assert request == DraftRequest(
        task="continue",
        before="It was ",
        sampling=Sampling(temperature=0.2, top_p=0.9, stop=("\n\n",), seed=7),
        entry="fast",
    )
    assert ignored == "presence_penalty, user"


@pytest.mark.parametrize(
    ("given", "task", "before", "after"),
    [
        ({"prompt": "It was", "suffix": "night."}, "fill", "It was", "night."),
        ({"prompt": "", "suffix": "night."}, "fill", "", "night."),
        ({"prompt": "It was", "suffix": "\n"}, "continue", "It was", ""),
    ],
)
async def test_what_stands_after_makes_it_a_gap_to_fill(
    given: dict[str, Any], task: str, before: str, after: str
) -> None:
    """Editors send the rest of the document, which may be a line end."""
    request, _ = await _asked(given | {"max_tokens": 9})

    assert (request.task, request.before, request.after) == (task, before, after)
    assert request.sampling.max_tokens == 9


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_an_echo_begins_each_text_with_the_prompt(stream: bool) -> None:
    """Once, and untouched."""
    made = replace(answer("late."), variants=("early.",))
    story: list[Event] = [
        TierStarted(tier="t", model="m", rung=0),
        Delta(text="la"),
        Delta(text="te."),
    ]
    body = {"prompt": TRICKY, "echo": True, "n": 2}
    async with client_of(ScriptedAssistant(answer=made, story=story)) as client:
        if stream:
            events = await heard(client, (PATH, body), stream=True)
            texts = [text_of(events, index=index) for index in (0, 1)]
        else:
            choices = (await client.post(PATH, json=body)).json()["choices"]
            texts = [choice["text"] for choice in choices]

    assert texts == [f"{TRICKY}late.", f"{TRICKY}early."]


async def test_best_of_writes_more_than_it_sends() -> None:
    """The best of them by their scores."""
    made = replace(answer("Best."), variants=("Second.", "Third."))
    async with client_of(assistant := ScriptedAssistant(answer=made)) as client:
        reply = await client.post(PATH, json={"prompt": "It was", "best_of": 3, "n": 2})

    assert assistant.asked[0].variants == 3
    assert [choice["text"] for choice in reply.json()["choices"]] == ["Best.", "Second."]


async def test_a_model_name_chooses_a_part_of_the_ladder() -> None:
    """As in chat."""
    names = ["draft-auto", "draft-fast", "draft-best", *(model.name for model in LADDER)]
    assistant = ScriptedAssistant()
    async with client_of(assistant) as client:
        for name in names:
            await client.post(PATH, json={"model": name, "prompt": "It was"})

    assert [request.entry for request in assistant.asked] == [
        "auto",
        "fast",
        "best",
        "fast",
        "auto",
        "best",
    ]


REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    ({"prompt": None}, "prompt", "invalid_request"),
    ({"prompt": " "}, "prompt", "missing"),
    ({"prompt": []}, "prompt", "invalid_request"),
    ({"prompt": ["a", "b"]}, "prompt", "invalid_request"),
    ({"prompt": [1, 2]}, "prompt", "invalid_request"),
    ({"prompt": [[1, 2]]}, "prompt", "invalid_request"),
    ({"prompt": 5}, "prompt", "invalid_request"),
    ({"model": "gpt-4o"}, "model", "model_not_found"),
    ({"logprobs": 0}, "logprobs", "unsupported"),
    ({"logprobs": 5}, "logprobs", "unsupported"),
    ({"response_format": {"type": "json_object"}}, "response_format", "unsupported"),
    ({"n": 5}, "n", "invalid_request"),
    ({"best_of": 5}, "best_of", "invalid_request"),
    ({"best_of": 1, "n": 2}, "best_of", "invalid_request"),
    ({"max_tokens": 0}, "max_tokens", "invalid_request"),
    ({"suffix": 5}, "suffix", "invalid_request"),
    ({"stop": ["x"] * 17}, "stop", "invalid_request"),
]
"""What is changed in a good request, the field the error names, and its code."""


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_what_cannot_be_done_is_refused_by_name(stream: bool) -> None:
    """Never dropped silently: the error names the field."""
    told: list[tuple[str, str]] = []
    async with client_of(ScriptedAssistant()) as client:
        for change, _, _ in REFUSALS:
            body = {"prompt": "It was", "stream": stream} | change
            reply = await client.post(PATH, json=body)
            error = reply.json()["error"]
            told.append((error["param"], error["code"]))

    assert told == [(param, code) for _, param, code in REFUSALS]


async def test_token_lists_are_refused_in_words_that_help() -> None:
    """Numbers of one vocabulary mean nothing to the other tiers."""
    async with client_of(ScriptedAssistant()) as client:
        reply = await client.post(PATH, json={"prompt": [1, 2]})

    assert reply.json()["error"]["message"] == (
        "prompt must be a text; lists of tokens are not read, as each tier has its own,"
        " got a list of 2 items"
    )
