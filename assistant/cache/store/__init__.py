"""Answers as they lie in Redis or Valkey: entries, their indexes, and the scripts that keep both whole."""
