"""Pieces become tokens, whole characters, and an honest count."""

from __future__ import annotations

import pytest

from assistant.errors import TierUnavailable
from assistant.tiers.base import Token
from assistant.tiers.reply import Reply
from assistant.tiers.wire import Choice, Chunk, Delta, Entry, Logprobs, PromptDetails, Reported
from assistant.types import Usage


def new_reply(samples: int = 1) -> Reply:
    """A generation about to begin."""
    return Reply(tier="draft", samples=samples, stops=())


def piece(text: str, *entries: Entry, index: int = 0, finish: str | None = None) -> Chunk:
    """One event of the stream."""
    choice = Choice(
        index=index,
        delta=Delta(content=text),
        logprobs=Logprobs(content=entries) if entries else None,
        finish_reason=finish,
    )
    return Chunk(choices=(choice,))


def entry(token: bytes, logprob: float = -1.0) -> Entry:
    """A token whose bytes are no whole character, as engines show them."""
    return Entry(token=token.decode(errors="replace"), bytes=tuple(token), logprob=logprob)


def fed(reply: Reply, *chunks: Chunk) -> list[Token]:
    """All tokens of some events."""
    return [token for chunk in chunks for token in reply.feed(chunk)]


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_character_split_over_tokens_comes_out_whole(at: int) -> None:
    """Its parts arrive as replacement characters; the bytes beside them tell the truth."""
    emoji = "\N{SLIGHTLY SMILING FACE}".encode()
    reply = new_reply()

    tokens = fed(
        reply,
        piece("Hi \ufffd", entry(b"Hi "), entry(emoji[:at], -2.0)),
        piece("\ufffd!", entry(emoji[at:], -3.0), entry(b"!")),
    )

    assert "".join(token.text for token in tokens) == "Hi \N{SLIGHTLY SMILING FACE}!"
    assert [logprob.logprob for token in tokens for logprob in token.logprobs] == [-1, -2, -3, -1]


def test_tokens_without_text_of_their_own_travel_with_the_next() -> None:
    """Nothing is yielded for half a character, and no logprob is lost."""
    emoji = "\N{SLIGHTLY SMILING FACE}".encode()

    tokens = fed(
        new_reply(),
        piece("\ufffd", entry(emoji[:2], -1.0)),
        piece("\ufffd", entry(emoji[2:], -2.0)),
    )

    assert [token.text for token in tokens] == ["\N{SLIGHTLY SMILING FACE}"]
    assert [logprob.logprob for logprob in tokens[0].logprobs] == [-1.0, -2.0]


def test_text_that_does_not_match_the_bytes_is_kept() -> None:
    """An engine may show the bytes of the last token only."""
    tokens = fed(new_reply(), piece("a \ufffd b", entry(b" b")))

    assert tokens[0].text == "a \ufffd b"


def test_the_runner_up_is_the_best_other_candidate() -> None:
    """The chosen token may be any of the candidates, or none of them."""
    others = tuple(
        {"token": text, "logprob": logprob} for text, logprob in (("b", -0.5), ("c", -2))
    )
    second = Entry.model_validate({"token": "c", "logprob": -2.0, "top_logprobs": others})
    neither = Entry.model_validate({"token": "d", "logprob": -4.0, "top_logprobs": others})
    alone = Entry(token="e", logprob=0.0001)

    tokens = fed(new_reply(), piece("c", second), piece("d", neither), piece("e", alone))

    told = [token.logprobs[0] for token in tokens]
    assert [logprob.runner_up for logprob in told] == [-0.5, -0.5, None]
    assert told[2].logprob == 0.0


def test_llamacpp_reports_each_sample_apart() -> None:
    """Completion tokens add up; the prompt was read once."""
    reply = new_reply(samples=2)
    usage = Reported(
        prompt_tokens=7, completion_tokens=5, prompt_tokens_details=PromptDetails(cached_tokens=3)
    )
    fed(reply, piece("a", finish="stop"), Chunk(usage=usage))
    fed(reply, piece("b", index=1, finish="length"), Chunk(usage=usage))

    end = reply.end()

    assert end.finish == ("stop", "length")
    assert end.usage.completion_tokens == 10
    assert (end.usage.prompt_tokens, end.usage.cached_tokens) == (7, 3)


def test_counts_beside_a_piece_are_not_added_up() -> None:
    """They say what that sample has taken so far; the prompt is known with the first of them."""
    reply = new_reply(samples=2)
    so_far = [
        piece("a", index=index).model_copy(
            update={"usage": Reported(prompt_tokens=7, completion_tokens=tokens)}
        )
        for tokens in (1, 2, 3)
        for index in (0, 1)
    ]

    before, _ = reply.prompt, fed(reply, so_far[0])
    early = reply.prompt
    fed(reply, *so_far[1:], piece("", finish="stop"), piece("", index=1, finish="stop"))

    assert before is None
    assert early == Usage(prompt_tokens=7)
    assert reply.end().usage == Usage(prompt_tokens=7, completion_tokens=6)


def test_counts_beside_the_last_piece_are_enough() -> None:
    """Some engines send no others; characters of several tokens are told by nothing else."""
    reply = new_reply()
    last = piece("\u6f22", finish="stop")

    fed(reply, last.model_copy(update={"usage": Reported(prompt_tokens=7, completion_tokens=3)}))

    assert reply.end().usage == Usage(prompt_tokens=7, completion_tokens=3)


def test_llamacpp_tells_of_the_prompt_while_it_reads() -> None:
    """All of it, and what it knew from before, whichever sample the event names."""
    reply = new_reply()
    reading = {
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": None}}],
        "prompt_progress": {"total": 45, "cache": 24, "processed": 30, "time_ms": 0},
    }

    tokens = fed(reply, Chunk.model_validate(reading))

    assert not tokens
    assert reply.prompt == Usage(prompt_tokens=45, cached_tokens=24)


def test_tokens_are_counted_where_the_engine_reports_none() -> None:
    """One for each logprob, or one for a piece that has none."""
    reply = new_reply()
    fed(reply, piece("a b", entry(b"a"), entry(b" b")), piece(" c"), piece("", finish="stop"))

    assert reply.end().usage.completion_tokens == 3


def test_an_unfinished_sample_is_no_text() -> None:
    """A complete sample does not make up for another that broke off."""
    reply = new_reply(samples=2)
    fed(reply, piece("a", finish="stop"), piece("b", index=1))

    with pytest.raises(TierUnavailable):
        reply.end()
