"""The client of llama.cpp's HTTP server, in practice the embedded one."""

from __future__ import annotations

from typing import Any

from assistant.tiers.openai_stream import ChatCompletionsTier


class LlamaCppTier(ChatCompletionsTier):
    """A GGUF model served by llama.cpp, which refuses more samples than its parallel slots.

    A trailing assistant message is continued without being asked, too, unless the engine was
    started with `prefill_assistant` off, as the embedded one is. It cannot score a given text.

    Connections are not kept: a new one costs a millisecond, a kept one now and then a whole attempt,
    as llama.cpp closes about every third after a stream, although it promised to keep it.
    """

    def _engine_fields(self, *, continue_text: bool) -> dict[str, Any]:
        if continue_text:
            return {"continue_final_message": True, "add_generation_prompt": False}
        return {}
