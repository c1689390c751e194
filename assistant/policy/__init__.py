"""The policy file: what it may say, and reading it."""
