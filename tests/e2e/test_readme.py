"""The examples of the README work as pasted."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.serving import Served

README = Path(__file__).parents[2] / "README.md"
SERVED_AT = "http://127.0.0.1:8700"
"""The address the README shows."""


def example(name: str, address: str) -> str:
    """The code block that follows the marker of this name, for a server at `address`."""
    text = README.read_text(encoding="utf-8")
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert found is not None
    assert SERVED_AT in found[1]
    return found[1].replace(SERVED_AT, address)


def test_the_curl_example_gives_a_draft(served: Served) -> None:
    """In a shell, as a newcomer pastes it."""
    done = subprocess.run(
        ["/bin/bash", "-c", example("curl", served.url)], capture_output=True, text=True, check=True
    )

    draft = json.loads(done.stdout)
    assert draft["text"]
    assert draft["provenance"]["policy"] == "embedded"


def test_the_stream_example_tells_a_text_piece_by_piece(served: Served) -> None:
    """Its deltas, joined, are the text of its last event."""
    done = subprocess.run(
        ["/bin/bash", "-c", example("stream", served.url)],
        capture_output=True,
        text=True,
        check=True,
    )

    events = [
        (name, json.loads(data))
        for name, data in re.findall(r"^event: (\S+)\r?\ndata: (.*)$", done.stdout, re.MULTILINE)
    ]
    names = [name for name, _ in events]
    assert names[0] == "draft.started"
    assert names[-1] == "draft.completed"
    told = "".join(data["text"] for name, data in events if name == "delta")
    assert told == events[-1][1]["text"] != ""


def test_the_client_example_prints_a_text_and_the_model_that_wrote_it(served: Served) -> None:
    """With the official client."""
    done = subprocess.run(
        [sys.executable, "-c", example("openai", served.url)],
        capture_output=True,
        text=True,
        check=True,
    )

    *text, model = done.stdout.strip().splitlines()
    assert "".join(text).strip()
    assert model == "smollm2-135m-instruct"


def test_the_feedback_example_tells_a_record_and_takes_a_verdict(served: Served) -> None:
    """For the draft of the first example, as its id stands in the answer."""
    drafted = subprocess.run(
        ["/bin/bash", "-c", example("curl", served.url)], capture_output=True, text=True, check=True
    )
    draft_id = json.loads(drafted.stdout)["id"]
    shown = example("feedback", served.url)
    script = re.sub(r"^id=\w+$", f"id={draft_id}", shown, flags=re.MULTILINE)

    done = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, check=True)

    decoder = json.JSONDecoder()
    record, end = decoder.raw_decode(done.stdout)
    verdict, _ = decoder.raw_decode(done.stdout[end:].lstrip())
    assert script != shown
    assert record["id"] == verdict["id"] == draft_id
    assert record["path"]
    assert verdict["verdict"] == "edited"
    assert 0 < verdict["edit_distance"] <= 1


@pytest.mark.parametrize("target", ["draft", "serve", "test", "check", "format", "bench", "readme"])
def test_the_makefile_has_what_the_readme_promises(target: str) -> None:
    """`make help` lists it, too."""
    makefile = (README.parent / "Makefile").read_text(encoding="utf-8")

    assert re.search(rf"^{target}: .*## ", makefile, re.MULTILINE)
