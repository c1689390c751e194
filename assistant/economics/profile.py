"""What a request costs a model on a card, by its tokens and the load: prefill and decode apart. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.economics.curve import Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Measured seconds per token of one model in one precision on one kind of card.

    Reading a prompt (prefill) is bound by arithmetic and writing (decode) by memory bandwidth, so a
    token of each costs differently, and both cost less the more requests share a step. GPU-seconds
    count every card of a server. `in_flight` is the number of requests at one server, this one
    included; outside the measured levels the nearest one holds.
    """

    model: str
    card: str
    quantization: str | None
    gpus: int

    prefill: Curve
    """GPU-seconds per prompt token."""

    decode: Curve
    """GPU-seconds per written token, with its log-probability told."""

    ttft: Curve | None
    """Seconds to the first token, per prompt token; None where nobody measured it."""

    tpot: Curve | None
    """Seconds per token after the first; None where nobody measured it."""

    source: str
    """Which measurement this is, for people: `H200, 2026-11-21, sglang 0.5.17`."""

    estimated: bool = False
    """Whether it was computed from the measurements of another card; `source` then says how."""

    def run_s(
        self,
        *,
        prompt_tokens: int,
        completion_tokens: int,
        in_flight: float,
        cached_tokens: int = 0,
    ) -> float:
        """GPU-seconds to read a prompt and write a text; reading the cached part costs nothing."""
        return self.read_s(
            tokens=prompt_tokens - cached_tokens, in_flight=in_flight
        ) + completion_tokens * self.decode.at(in_flight)

    def read_s(self, *, tokens: int, in_flight: float) -> float:
        """GPU-seconds to read that many tokens and write nothing."""
        return max(tokens, 0) * self.prefill.at(in_flight)

    def ttft_s(self, *, prompt_tokens: int, in_flight: float) -> float | None:
        """Seconds to the first token, None where nobody measured it."""
        return None if self.ttft is None else prompt_tokens * self.ttft.at(in_flight)

    def e2e_s(
        self, *, prompt_tokens: int, completion_tokens: int, in_flight: float
    ) -> float | None:
        """Seconds from the request to the last token, None where nobody measured it."""
        first = self.ttft_s(prompt_tokens=prompt_tokens, in_flight=in_flight)
        if first is None or self.tpot is None:
            return None
        return first + max(completion_tokens - 1, 0) * self.tpot.at(in_flight)
