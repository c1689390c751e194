"""The client of an SGLang server."""

from __future__ import annotations

from typing import Any

from assistant.tiers.base import GenerationRequest
from assistant.tiers.openai_stream import ChatCompletionsTier


class SGLangTier(ChatCompletionsTier):
    """A model served by SGLang, at one or several equal endpoints. Thinking is off."""

    def _engine_fields(self, request: GenerationRequest) -> dict[str, Any]:
        fields: dict[str, Any] = {"chat_template_kwargs": {"enable_thinking": False}}
        if request.continue_text:
            fields["continue_final_message"] = True
        return fields
