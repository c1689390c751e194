"""Checks that need only the text: empty, refusal, cut off, loop, fence, preamble, logprobs."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.confidence.checks import CHECKS, run_checks
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.reading import Reading
from assistant.types import CheckResult, DraftRequest, Finish, Sampling, TokenLogprob
from support.drafts import EMAIL, EMAIL_ASKED, draft

LONG_PROSE = (
    "The harbour wakes slowly on winter mornings, and the gulls are the first to complain. "
)


def outcome(name: str, written: str, /, **request: Any) -> CheckResult | None:  # noqa: ANN401 - whatever a request may hold
    """What one check says of a text; None where it does not apply."""
    found = {check.name: check for check in run_checks(Reading(draft(written, **request)))}
    return found.get(name)


def passes(name: str, text: str, **request: Any) -> bool | None:  # noqa: ANN401 - whatever a request may hold
    """True or False, or None where the check does not apply."""
    result = outcome(name, text, **request)
    return None if result is None else result.passed


def test_a_good_email_fails_no_check() -> None:
    """Every check that applies to an ordinary good text holds."""
    results = run_checks(Reading(draft(EMAIL, instruction=EMAIL_ASKED)))

    assert [result.name for result in results if not result.passed] == []


def test_every_check_has_its_own_name_and_gross_ones_come_first() -> None:
    """Names are identities in artefacts and policies."""
    names = [check.name for check in CHECKS]
    gross = [check.gross for check in CHECKS]

    assert len(set(names)) == len(names)
    assert gross == sorted(gross, reverse=True)


@pytest.mark.parametrize(
    ("text", "good"), [("", False), (" \n\t", False), ("---", False), ("Hi.", True), ("你好", True)]
)
def test_empty_means_no_word_in_any_script(text: str, good: bool) -> None:
    """Marks and spaces are nothing; a single word is something."""
    assert passes("empty", text) is good


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that request.",
        "I cannot write content that sexualises anybody.",
        "As an AI language model, I am not able to browse the news.",
        "I\u2019m unable to fulfil this request.",
        "I apologize, but I cannot create that content for you.",
        "Ich kann dabei leider nicht helfen.",
        "Lo siento, pero no puedo ayudar con eso.",
        "很抱歉\uff0c我无法帮助您完成这个请求。",
    ],
)
def test_a_refusal_is_recognised(text: str) -> None:
    """Declining the request itself, in the ways models do."""
    assert passes("refusal", text) is False


@pytest.mark.parametrize(
    "text",
    [
        "Dear Tom,\n\nI'm sorry, but I cannot attend the meeting on Monday. Could we move it?",
        '"I can\'t help with that," said the smith, and shut the door on the prince.',
        "Could you please send the report? I can help with the figures.",
        "I can't stop thinking about the sea.",
        "AI cannot replace a good editor, and here is why.",
        EMAIL,
    ],
)
def test_a_text_that_declines_something_else_is_no_refusal(text: str) -> None:
    """Letters, dialogue and essays may say no."""
    assert passes("refusal", text) is True


@pytest.mark.parametrize(
    "text",
    [
        LONG_PROSE + "Nobody had expected the boats to come back before the",
        LONG_PROSE + "Nobody had told the fishermen what the council had decided about their",
        LONG_PROSE
        + "Nobody had expected anything like that from a man who sold nets for a living,",
    ],
)
def test_a_text_that_breaks_off_is_cut_off(text: str) -> None:
    """A long last line without an end, or one that ends on a word no line ends on."""
    result = outcome("cut_off", text)

    assert result is not None
    assert not result.passed
    assert result.evidence.startswith("ends mid-sentence")


@pytest.mark.parametrize(
    "text",
    [
        EMAIL,
        LONG_PROSE + '"Then go."',
        LONG_PROSE + "**Nobody came.**",
        LONG_PROSE + "Nobody came \u2026",
        LONG_PROSE + "\n- gulls and their endless complaints about the cold morning of that day",
        LONG_PROSE + "\n\nKind regards,\nAnna",
        LONG_PROSE + "I hope to see you soon. Best wishes, Tom",
        LONG_PROSE + "I hope to see you soon! Yours sincerely, Anna O\u2019Brien",
        "Roses are red\nViolets are blue\nThe harbour is grey\nAnd so are you",
        "港は冬の朝、ゆっくりと目を覚ます。",
        "समुद्र सुबह शांत रहता है।",
    ],
)
def test_a_text_that_ends_in_its_own_way_is_not_cut_off(text: str) -> None:
    """Quotes, markdown, signatures, lists, verse, and other scripts end differently."""
    assert passes("cut_off", text) is True


def test_the_token_limit_cuts_off_but_not_a_completion_at_the_cursor() -> None:
    """A short continuation may stop anywhere, and titles are no sentences."""
    cut = run_checks(Reading(draft(LONG_PROSE, finish="length")))
    typed = run_checks(Reading(draft("and then the gulls", finish="length", task="continue")))

    assert "stopped at the token limit" in [result.evidence for result in cut]
    assert "cut_off" not in [result.name for result in typed]
    assert (
        passes("cut_off", "Gulls and the people who feed them every day of the year", task="titles")
        is None
    )


@pytest.mark.parametrize(
    "text",
    [
        "It was late. " + "He opened the door and looked outside. " * 4,
        "A fine day it was, and then and then and then and then and then and then and then and then",
        ("The committee met on Monday and agreed on the plan for the spring. " * 2 + "It rained. ")
        * 3,
        "我们今天去公园。" * 6,
    ],
)
def test_a_text_going_in_circles_is_a_loop(text: str) -> None:
    """The same sentence in a row, a cycling end, or most of the text said before."""
    assert passes("loop", text) is False


@pytest.mark.parametrize(
    "text",
    [
        EMAIL,
        "No. No. No. He would not go.",
        "Row, row, row your boat, gently down the stream. Merrily, merrily, merrily, merrily, life is"
        " but a dream.",
        "I have a dream today. I have a dream that one day the hills will speak. I have a dream today.",
        "".join(f"{n}. Name: ____ Age: ____ City: town {n}\n" for n in range(1, 9)),
    ],
)
def test_refrains_and_forms_are_no_loop(text: str) -> None:
    """Writers repeat themselves on purpose."""
    assert passes("loop", text) is True


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("Here is the email you asked for:\n\nDear Tom, thank you.", False),
        ("Sure! Here's a draft:\n\nDear Tom, thank you.", False),
        ("Certainly, I can write that. Dear Tom, thank you.", False),
        ("**Here is a summary of the article:**\n\nRivers rise.", False),
        ("Hier ist der Text:\n\nLieber Tom, danke.", False),
        ("Here is the thing about winter: it ends.", True),
        ("Sure enough, the boat came back.", True),
        ("Of course the boat came back.", True),
        ("Certainly not, said the smith.", True),
        ("Here are my three favourite harbours.", True),
    ],
)
def test_a_preamble_is_told_from_prose(text: str, good: bool) -> None:
    """Announcements stand alone on their line; prose may begin with the same words."""
    assert passes("preamble", text) is good


def test_a_preamble_is_manners_in_a_conversation() -> None:
    """In a chat the check does not apply."""
    assert passes("preamble", "Sure! Here's a draft:\n\nDear Tom.", task="chat") is None


def test_a_fence_around_the_whole_fails_unless_code_was_asked_for() -> None:
    """A fence inside a text is no matter."""
    fenced = "```\nDear Tom, thank you.\n```"

    assert passes("fence", fenced, instruction="Write a note to Tom.") is False
    assert passes("fence", fenced, instruction="Write a Python script.") is None
    assert passes("fence", f"As follows:\n{fenced}\nBye.", instruction="Write a note.") is True


@pytest.mark.parametrize(
    ("logprobs", "good"),
    [
        ([-0.5] * 40, True),
        ([-3.0] * 40, False),
        ([-0.3] * 60 + [-5.0] * 16, False),
        ([-9.0] * 8, None),
    ],
)
def test_low_logprob_looks_at_the_mean_and_the_worst_sentence(
    logprobs: list[float], good: bool | None
) -> None:
    """Too few tokens, or none, say nothing."""
    results = {r.name: r.passed for r in run_checks(Reading(draft(EMAIL, logprobs=logprobs)))}

    assert results.get("low_logprob") is good


@pytest.mark.parametrize(
    ("finish", "sampling", "written", "judged"),
    [
        ("length", Sampling(max_tokens=5), 5, False),
        ("length", Sampling(max_tokens=500), 5, True),
        ("length", Sampling(), 5, True),
        ("stop", Sampling(stop=(";",)), 5, False),
    ],
)
def test_a_text_that_ends_where_the_caller_wanted_is_not_cut_off(
    finish: Finish, sampling: Sampling, written: int, *, judged: bool
) -> None:
    """A small `max_tokens` or a `stop` is no reason to wake a larger tier."""
    request = DraftRequest(instruction="Write about gulls.", sampling=sampling)
    tokens = tuple(TokenLogprob(-0.1) for _ in range(written))
    cut = ScoringInput(request=request, text=LONG_PROSE + "and the", finish=finish, logprobs=tokens)

    names = [result.name for result in run_checks(Reading(cut)) if not result.passed]

    assert ("cut_off" in names) == judged
