"""Sentence vectors, computed beside the event loop."""
