"""The client of an SGLang server."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

import httpx2

from assistant.tiers.base import Capabilities, ScoreTextRequest, TextScore
from assistant.tiers.choice import affinity_key
from assistant.tiers.endpoint import Visit
from assistant.tiers.http import post_json
from assistant.tiers.openai_stream import ChatCompletionsTier
from assistant.tiers.text_score import TextReader, TokenSource


class SGLangTier(ChatCompletionsTier):
    """A model served by SGLang, at one or several equal endpoints. Thinking is off.

    A text to be continued (`continue_final_message`) is taken out of the conversation; its tokens follow
    the template's generation prompt, without a begin token and with no end-of-turn token behind them. So
    where Gemma 4's template closes an empty thought channel there, the text stands in the answer. Nothing
    of it is stripped: given with a blank at its end, it is continued by a word without one, which no model
    has seen; it is better given without. A model served with `--chat-template` and the name of one of
    SGLang's own conversation templates loses a separator at the end of the text, such as a line end.
    Stop strings are looked for in the continuation alone, and `max_tokens` counts that alone.
    """

    keep_connections_s: ClassVar[float] = 2.0
    """SGLang closes a connection that is idle for 5 s (SGLANG_TIMEOUT_KEEP_ALIVE); ours are gone long
    before, so that no request meets one that is being closed."""

    tells_loads: ClassVar[bool] = True

    stream_fields: ClassVar[Mapping[str, Any]] = {
        "stream_options": {"include_usage": True, "continuous_usage_stats": True}
    }
    """Its counts so far beside each piece of text: a hundred bytes more, where a piece with its
    log-probabilities has five hundred. Cached tokens are told only with `--enable-cache-report`."""

    @cached_property
    def _token_source(self) -> TokenSource:
        return TokenSource()

    @property
    def capabilities(self) -> Capabilities:
        """All there is."""
        return Capabilities(score_text=True)

    async def score_text(self, request: ScoreTextRequest) -> TextScore:
        """Log-probabilities of the text's tokens after the conversation, read and not written.

        The text is turned into tokens by the server, as its own words would be; where the first ones
        depend on what is before, as in the middle of a word, they count as part of the text.

        Raises:
            TierError: as `stream` does; TierRejected where the server has no tokenizer.
        """
        self._look_after_endpoints()

        async def score(visit: Visit) -> TextScore:
            async def post(
                path: str, body: Mapping[str, Any], *, keep: bool = True
            ) -> httpx2.Response:
                url = visit.endpoint.url + path
                headers = self._headers if keep else {**self._headers, "connection": "close"}
                return await post_json(self._client, url, body, headers=headers, tier=self._name)

            reader = TextReader(
                post, tier=self._name, fields=self._chat_fields, source=self._token_source
            )
            result = await reader.score(request)
            visit.answered()
            visit.over()
            return result

        key = affinity_key(request.messages)
        return await self._within(request.timeout_s, lambda: self._dispatch.run(key, score))

    def _chat_fields(self, continued: bool) -> dict[str, Any]:
        return {"model": self._model, **self._engine_fields(continue_text=continued)}

    def _engine_fields(self, *, continue_text: bool) -> dict[str, Any]:
        fields: dict[str, Any] = {"chat_template_kwargs": {"enable_thinking": False}}
        if continue_text:
            fields["continue_final_message"] = True
        return fields
