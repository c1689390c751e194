"""Which keys a place in a policy file may have, read off the models."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from assistant.policy.models import Policy

Location: TypeAlias = tuple[int | str, ...]
"""A path as pydantic tells it: the engine of a tier follows the tier's name."""


def known_keys(location: Location) -> list[str]:
    """The keys of the mapping at `location`, as the file spells them."""
    annotation: object = Policy
    for part in location:
        annotation = _inside(annotation, part)
    return [_key(name, field) for name, field in _fields(annotation).items()]


def _inside(annotation: object, part: int | str) -> object:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return arguments[1]
    if origin is tuple:
        return arguments[0]
    if origin is Annotated:
        return next(tier for tier in get_args(arguments[0]) if part in _engines(tier))
    return next(
        field.annotation for name, field in _fields(annotation).items() if part == _key(name, field)
    )


def _engines(tier: object) -> tuple[object, ...]:
    return get_args(_fields(tier)["engine"].annotation)


def _fields(annotation: object) -> Mapping[str, FieldInfo]:
    optional = get_origin(annotation) in {Union, types.UnionType}
    for model in get_args(annotation) if optional else (annotation,):
        if isinstance(model, type) and issubclass(model, BaseModel):
            return model.model_fields
    return {}


def _key(name: str, field: FieldInfo) -> str:
    return field.alias or name
