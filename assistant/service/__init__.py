"""The door of the assistant: draft a text, or follow its making; judge it; ask how everything is."""

from assistant.service.door import Assistant
from assistant.service.health import ComponentHealth
from assistant.service.models import ModelInfo

__all__ = ["Assistant", "ComponentHealth", "ModelInfo"]
