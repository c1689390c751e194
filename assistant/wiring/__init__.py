"""Puts assistants together: the one place, beside the command line, that names concrete adapters."""

from __future__ import annotations

from assistant.wiring.admin import open_cache_admin
from assistant.wiring.build import open_assistant
from assistant.wiring.host import start_host
from assistant.wiring.stores import open_record_store
from assistant.wiring.tiers import tier_api_key

__all__ = ["open_assistant", "open_cache_admin", "open_record_store", "start_host", "tier_api_key"]
