"""JSON Schema of the policy file, for editors."""

from __future__ import annotations

import json
from typing import Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from assistant.policy.duration import PATTERN, text_of
from assistant.policy.models import Policy

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class _Generator(GenerateJsonSchema):
    """Writes default durations as the file does, and no titles that repeat the name of a key."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        if described.get("pattern") == PATTERN:
            described["default"] = text_of(described["default"])
        return described


def policy_schema() -> str:
    """The schema as indented JSON with a final newline; every key has a description."""
    schema = Policy.model_json_schema(by_alias=True, schema_generator=_Generator)
    titled = {"$schema": DIALECT, **schema, "title": "Inkladder policy"}
    return json.dumps(titled, indent=2, ensure_ascii=False) + "\n"
