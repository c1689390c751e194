"""Deterministic checks of a draft, in the order a writer wants to hear about them."""

from __future__ import annotations

from assistant.confidence.checks.addressee import WRITES_LETTERS, addressee
from assistant.confidence.checks.base import Check
from assistant.confidence.checks.broken_markdown import broken_markdown
from assistant.confidence.checks.changed_names import NAMING, changed_names
from assistant.confidence.checks.changed_numbers import changed_numbers
from assistant.confidence.checks.changed_polarity import changed_polarity
from assistant.confidence.checks.closing_remark import closing_remark
from assistant.confidence.checks.cut_off import cut_off
from assistant.confidence.checks.empty import empty
from assistant.confidence.checks.fence import fence
from assistant.confidence.checks.forbidden_words import forbidden_words
from assistant.confidence.checks.gibberish import gibberish
from assistant.confidence.checks.glossary import glossary
from assistant.confidence.checks.grammar import grammar
from assistant.confidence.checks.items import items
from assistant.confidence.checks.keeping import SAME_LANGUAGE
from assistant.confidence.checks.language import language
from assistant.confidence.checks.length import length
from assistant.confidence.checks.loop import loop
from assistant.confidence.checks.lost_citations import lost_citations
from assistant.confidence.checks.lost_code import lost_code
from assistant.confidence.checks.lost_dates import lost_dates
from assistant.confidence.checks.lost_links import lost_links
from assistant.confidence.checks.lost_names import lost_names
from assistant.confidence.checks.lost_numbers import lost_numbers
from assistant.confidence.checks.lost_quotes import lost_quotes
from assistant.confidence.checks.lost_structure import lost_structure
from assistant.confidence.checks.low_logprob import low_logprob
from assistant.confidence.checks.mixed_language import mixed_language
from assistant.confidence.checks.person import person
from assistant.confidence.checks.placeholder import placeholder, placeholder_so_far
from assistant.confidence.checks.preamble import preamble
from assistant.confidence.checks.prompt_echo import prompt_echo
from assistant.confidence.checks.refusal import refusal
from assistant.confidence.checks.repeated_paragraph import repeated_paragraph
from assistant.confidence.checks.requested_format import requested_format
from assistant.confidence.checks.sections import empty_section, repeated_heading
from assistant.confidence.checks.self_mention import self_mention
from assistant.confidence.checks.sentence_cut import sentence_cut
from assistant.confidence.checks.stitched import stitched
from assistant.confidence.checks.template_tokens import template_tokens
from assistant.confidence.checks.tense import tense
from assistant.confidence.checks.unfilled_count import unfilled_count
from assistant.confidence.reading import REWRITING, Reading
from assistant.types import CheckResult

CHECKS: tuple[Check, ...] = (
    Check(name="empty", verify=empty, gross=True),
    Check(name="refusal", verify=refusal, gross=True, on_prefix=True),
    Check(name="loop", verify=loop, gross=True, on_prefix=True),
    Check(name="language", verify=language, gross=True, on_prefix=True),
    Check(name="gibberish", verify=gibberish, gross=True, on_prefix=True),
    Check(name="cut_off", verify=cut_off, gross=True),
    Check(name="forbidden_words", verify=forbidden_words, on_prefix=True),
    Check(name="lost_numbers", verify=lost_numbers),
    Check(name="lost_names", verify=lost_names),
    Check(name="lost_links", verify=lost_links),
    Check(name="lost_dates", verify=lost_dates, tasks=REWRITING),
    Check(name="lost_quotes", verify=lost_quotes),
    Check(name="lost_citations", verify=lost_citations),
    Check(name="lost_code", verify=lost_code, tasks=REWRITING),
    Check(name="lost_structure", verify=lost_structure, tasks=REWRITING),
    Check(name="changed_numbers", verify=changed_numbers),
    Check(name="changed_names", verify=changed_names, tasks=NAMING),
    Check(name="changed_polarity", verify=changed_polarity, tasks=SAME_LANGUAGE),
    Check(name="glossary", verify=glossary),
    Check(name="broken_markdown", verify=broken_markdown),
    Check(name="grammar", verify=grammar, languages=frozenset({"en"})),
    Check(name="length", verify=length),
    Check(name="items", verify=items),
    Check(name="requested_format", verify=requested_format),
    Check(name="person", verify=person),
    Check(name="tense", verify=tense),
    Check(name="placeholder", verify=placeholder, on_prefix=True, so_far=placeholder_so_far),
    Check(name="template_tokens", verify=template_tokens, on_prefix=True),
    Check(name="prompt_echo", verify=prompt_echo, on_prefix=True),
    Check(name="repeated_paragraph", verify=repeated_paragraph),
    Check(name="stitched", verify=stitched, on_prefix=True),
    Check(name="addressee", verify=addressee, tasks=WRITES_LETTERS),
    Check(name="sentence_cut", verify=sentence_cut, on_prefix=True),
    Check(name="unfilled_count", verify=unfilled_count),
    Check(name="mixed_language", verify=mixed_language, on_prefix=True),
    Check(name="empty_section", verify=empty_section, on_prefix=True),
    Check(name="repeated_heading", verify=repeated_heading, on_prefix=True),
    Check(name="self_mention", verify=self_mention, on_prefix=True),
    Check(name="closing_remark", verify=closing_remark),
    Check(name="fence", verify=fence),
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
