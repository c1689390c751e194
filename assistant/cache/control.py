"""The `Cache-Control` header of a request (RFC 9111), as far as an answer cache can honour it."""

from __future__ import annotations

import re
from typing import Final

from assistant.types import CacheControl

LONGEST_AGE_S: Final = 2**31
"""What RFC 9111 section 1.2.2 has ages capped at: about 68 years."""

# A token, then perhaps a value that is a token or a quoted string, which may hold commas.
_DIRECTIVE: Final = re.compile(
    r"""(?P<name>[^\s,="]+)\s*(?:=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s,"]*)))?"""
)


def parse_cache_control(header: str | None) -> CacheControl:
    """What `header` asks for; unknown directives and ages that are no number are ignored.

    The smallest of several `max-age` counts.
    """
    names: set[str] = set()
    ages: list[int] = []
    for match in _DIRECTIVE.finditer(header or ""):
        name = match["name"].lower()
        names.add(name)
        value = match["plain"] if match["quoted"] is None else match["quoted"]
        if name == "max-age" and value and value.isascii() and value.isdigit():
            ages.append(_age(value))
    return CacheControl(
        no_cache="no-cache" in names,
        no_store="no-store" in names,
        only_if_cached="only-if-cached" in names,
        max_age_s=min(ages, default=None),
    )


def _age(digits: str) -> int:
    significant = digits.lstrip("0")
    # Longer ones are over the cap in any case, and int() refuses thousands of digits.
    too_long = len(significant) > len(str(LONGEST_AGE_S))
    return LONGEST_AGE_S if too_long else min(int(digits[-20:]), LONGEST_AGE_S)
