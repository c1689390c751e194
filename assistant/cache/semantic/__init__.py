"""Answers to requests that are worded differently and ask for the same text."""
