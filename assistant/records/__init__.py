"""Decision records and what became of the drafts: numbers and names, never a text."""
