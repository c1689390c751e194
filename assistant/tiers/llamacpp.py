"""The client of llama.cpp's HTTP server, in practice the embedded one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from assistant.tiers.openai_stream import ChatCompletionsTier


class LlamaCppTier(ChatCompletionsTier):
    """A GGUF model served by llama.cpp, which refuses more samples than its parallel slots.

    A trailing assistant message is continued without being asked, too, unless the engine was
    started with `prefill_assistant` off, as the embedded one is. It cannot score a given text.

    Connections are not kept: a new one costs a millisecond, a kept one now and then a whole attempt,
    as llama.cpp closes about every third after a stream, although it promised to keep it.

    A continuation begins right behind the given text: with a blank where the text ends without one. A
    text that ends with a blank is better given without it, as the tokens of models hold the blank before
    a word.
    """

    stream_fields: ClassVar[Mapping[str, Any]] = {
        "stream_options": {"include_usage": True},
        "return_progress": True,
    }
    """While it reads the prompt, it tells how many tokens that has and how many it knew, once a batch."""

    def _engine_fields(self, *, continue_text: bool) -> dict[str, Any]:
        if continue_text:
            return {"continue_final_message": True, "add_generation_prompt": False}
        return {}
