"""Inkladder: writes with the smallest model that is good enough."""
