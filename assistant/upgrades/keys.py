"""Names under which kept drafts lie. Pure.

The braces are a hash tag: all that a tenant has here lies on one node of a Redis Cluster. Whoever erases
answers of a tenant or user finds these names by their beginning and end.
"""

from __future__ import annotations

from assistant.upgrades.base import Owner


def draft_key(owner: Owner, answer_id: str) -> str:
    """Name of a request and the text that it was given."""
    return f"ink:{{{owner.tenant}}}:kept:{owner.user}:{answer_id}"


def upgrade_key(owner: Owner, of: str) -> str:
    """Name of what became of the wish for a better text than the one written as `of`; it holds no text."""
    return f"ink:{{{owner.tenant}}}:upgrade:{owner.user}:{of}"


def better_key(owner: Owner, answer_id: str) -> str:
    """Name of a better text, by the id of its own answer."""
    return f"ink:{{{owner.tenant}}}:better:{owner.user}:{answer_id}"
