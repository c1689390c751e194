"""Starts SGLang servers on this host's GPUs, watches them, and reads how running ones are."""
