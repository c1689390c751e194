"""Deterministic checks of a draft, in the order a writer wants to hear about them."""

from __future__ import annotations

from assistant.confidence.checks.base import Check
from assistant.confidence.checks.cut_off import cut_off
from assistant.confidence.checks.empty import empty
from assistant.confidence.checks.fence import fence
from assistant.confidence.checks.forbidden_words import forbidden_words
from assistant.confidence.checks.items import items
from assistant.confidence.checks.language import language
from assistant.confidence.checks.length import length
from assistant.confidence.checks.loop import loop
from assistant.confidence.checks.lost_links import lost_links
from assistant.confidence.checks.lost_names import lost_names
from assistant.confidence.checks.lost_numbers import lost_numbers
from assistant.confidence.checks.low_logprob import low_logprob
from assistant.confidence.checks.preamble import preamble
from assistant.confidence.checks.refusal import refusal
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

CHECKS: tuple[Check, ...] = (
    Check(name="empty", verify=empty, gross=True),
    Check(name="refusal", verify=refusal, gross=True, on_prefix=True),
    Check(name="loop", verify=loop, gross=True, on_prefix=True),
    Check(name="language", verify=language, gross=True, on_prefix=True),
    Check(name="cut_off", verify=cut_off, gross=True),
    Check(name="forbidden_words", verify=forbidden_words, on_prefix=True),
    Check(name="lost_numbers", verify=lost_numbers),
    Check(name="lost_names", verify=lost_names),
    Check(name="lost_links", verify=lost_links),
    Check(name="length", verify=length),
    Check(name="items", verify=items),
    Check(name="fence", verify=fence, on_prefix=True),
    Check(name="preamble", verify=preamble, on_prefix=True),
    Check(name="low_logprob", verify=low_logprob, on_prefix=True),
)
"""Every check. The gross ones come first: what fails them is unusable whatever else is good."""

CHECK_NAMES = tuple(check.name for check in CHECKS)

GROSS = frozenset(check.name for check in CHECKS if check.gross)


def run_checks(reading: Reading) -> tuple[CheckResult, ...]:
    """Outcomes of the checks that apply, in their order."""
    outcomes = (check.run(reading) for check in CHECKS)
    return tuple(outcome for outcome in outcomes if outcome is not None)
