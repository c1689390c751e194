"""Assembles the events of one generation into tokens, and knows when it is complete."""

from __future__ import annotations

import codecs

from assistant.errors import TierUnavailable
from assistant.tiers.base import End, Token
from assistant.tiers.stops import StopFilter
from assistant.tiers.wire import Candidate, Choice, Chunk, Entry
from assistant.types import Finish, TokenLogprob, Usage

_BROKEN_CHARACTER = "\N{REPLACEMENT CHARACTER}"
_FINISH: dict[str, Finish] = {"stop": "stop", "length": "length"}
_decode_utf8 = codecs.getincrementaldecoder("utf-8")


class Reply:
    """All samples of one generation."""

    def __init__(self, *, tier: str, samples: int, stops: tuple[str, ...]) -> None:
        self._tier = tier
        self._samples = [_Sample(index, stops) for index in range(samples)]
        self._prompt_tokens = 0
        self._cached_tokens = 0
        self._reported_tokens = 0
        self._running_tokens: dict[int, int] = {}

    def feed(self, chunk: Chunk) -> list[Token]:
        """The tokens that the event completes.

        Raises:
            TierUnavailable: the engine gave up, or talks about a sample nobody asked for.
        """
        self._note(chunk)
        tokens = []
        for choice in chunk.choices:
            if choice.index >= len(self._samples):
                detail = "sent a sample that was not asked for"
                raise TierUnavailable(tier=self._tier, detail=detail)
            if choice.finish_reason not in (None, *_FINISH):
                detail = "gave up before the text was complete"
                raise TierUnavailable(tier=self._tier, detail=detail)
            token = self._samples[choice.index].feed(choice)
            if token is not None:
                tokens.append(token)
        return tokens

    @property
    def prompt(self) -> Usage | None:
        """What the engine has told of the prompt so far, None while that is nothing."""
        if not self._prompt_tokens:
            return None
        return Usage(prompt_tokens=self._prompt_tokens, cached_tokens=self._cached_tokens)

    def end(self) -> End:
        """The last event of a complete generation.

        Raises:
            TierUnavailable: some sample never ended.
        """
        finish = tuple(sample.finish for sample in self._samples if sample.finish is not None)
        if len(finish) < len(self._samples):
            detail = "broke off before the text was complete"
            raise TierUnavailable(tier=self._tier, detail=detail)
        # We count one token for a character that the engine wrote with several, and none for an
        # end token; llama.cpp in turn reports each sample apart. Neither ever counts too many.
        counted = sum(sample.counted for sample in self._samples)
        running = sum(self._running_tokens.values())
        return End(
            finish=finish,
            usage=Usage(
                prompt_tokens=self._prompt_tokens,
                completion_tokens=max(counted, running, self._reported_tokens),
                cached_tokens=self._cached_tokens,
            ),
        )

    def _note(self, chunk: Chunk) -> None:
        if chunk.prompt_progress is not None:
            self._note_prompt(chunk.prompt_progress.total, chunk.prompt_progress.cache)
        if chunk.usage is None:
            return
        told = chunk.usage.counted()
        self._note_prompt(told.prompt_tokens, told.cached_tokens)
        if not chunk.choices:
            self._reported_tokens += told.completion_tokens
        for choice in chunk.choices:
            # Beside a piece of a text stands what that text has taken so far, not what is to be added.
            so_far = self._running_tokens.get(choice.index, 0)
            self._running_tokens[choice.index] = max(so_far, told.completion_tokens)

    def _note_prompt(self, tokens: int, cached: int) -> None:
        self._prompt_tokens = max(self._prompt_tokens, tokens)
        self._cached_tokens = max(self._cached_tokens, cached)


class _Sample:
    def __init__(self, index: int, stops: tuple[str, ...]) -> None:
        self.finish: Finish | None = None
        self.counted = 0
        self._index = index
        self._stops = StopFilter(stops)
        self._bytes = _decode_utf8(errors="replace")
        self._logprobs: list[TokenLogprob] = []

    def feed(self, choice: Choice) -> Token | None:
        entries = (choice.logprobs and choice.logprobs.content) or ()
        content = choice.delta.content or ""
        written = content or choice.delta.reasoning_content
        self.counted += len(entries) or (1 if written else 0)
        self._logprobs += [_logprob(entry) for entry in entries if content]
        text = self._stops.feed(self._whole_characters(content, entries))
        if choice.finish_reason is not None:
            self.finish = _FINISH[choice.finish_reason]
            text += self._stops.finish(matched=isinstance(choice.matched_stop, str))
        if not text:
            return None
        logprobs, self._logprobs = tuple(self._logprobs), []
        return Token(text=text, logprobs=logprobs, index=self._index)

    def _whole_characters(self, content: str, entries: tuple[Entry, ...]) -> str:
        pending, _ = self._bytes.getstate()
        if not pending and _BROKEN_CHARACTER not in content:
            return content
        told = bytes(byte for entry in entries for byte in entry.bytes or ())
        if _readable(told.decode(errors="replace")) != _readable(content):
            return content  # the bytes are of other tokens than the text
        return self._bytes.decode(told)


def _readable(text: str) -> str:
    return text.replace(_BROKEN_CHARACTER, "")


def _logprob(entry: Entry) -> TokenLogprob:
    others = [other.logprob for other in entry.top_logprobs if not _same(other, entry)]
    return TokenLogprob(
        logprob=min(entry.logprob, 0.0),
        runner_up=min(max(others), 0.0) if others else None,
    )


def _same(candidate: Candidate, chosen: Entry) -> bool:
    if chosen.id is not None:
        return candidate.id == chosen.id
    # Parts of a character look alike as text; their probabilities tell them apart.
    return (candidate.token, candidate.logprob) == (chosen.token, chosen.logprob)
