"""Reads a draft and says how probable it is that the draft is good enough."""
