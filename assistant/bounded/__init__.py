"""The one way to a Redis or Valkey: bounded in time, silent where the server is unwell."""

from assistant.bounded.client import BoundedRedis
from assistant.bounded.limits import DOWN, Argument, Down, Limits, Script

__all__ = ["DOWN", "Argument", "BoundedRedis", "Down", "Limits", "Script"]
