"""Text to policy and back. A file that is wrong is told all its problems at once."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator

from pydantic import ValidationError
from ruamel.yaml import YAML

from assistant.errors import PolicyError
from assistant.policy.consistency import Problem, inconsistencies, unknown_checks
from assistant.policy.document import Document, Position, YamlSyntaxError, read_document
from assistant.policy.duration import FROM_FILE
from assistant.policy.messages import problem_of
from assistant.policy.models import Policy


def parse_policy(text: str, *, source: str, known_checks: Collection[str] | None = None) -> Policy:
    """The policy that `text` describes; `source` names it in errors.

    Names in `required_checks` are compared with `known_checks` where given.

    Raises:
        PolicyError: with every problem as `source:line:column: what, value, way out`.
    """
    try:
        document = read_document(text)
    except YamlSyntaxError as error:
        raise PolicyError([f"{source}:{error.line}:{error.column}: {error}"]) from error
    policy, problems = _validated(document, known_checks)
    if policy is None or problems:
        ordered = dict.fromkeys(sorted(problems))
        raise PolicyError([f"{source}:{line}:{column}: {what}" for (line, column), what in ordered])
    return policy


def dump_policy(policy: Policy) -> str:
    """YAML that `parse_policy` reads back as an equal policy, defaults spelled out."""
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.dump(policy.model_dump(mode="json", by_alias=True), stream)
    return stream.getvalue()


def _validated(
    document: Document, known_checks: Collection[str] | None
) -> tuple[Policy | None, list[tuple[Position, str]]]:
    data = document.data
    if not isinstance(data, dict):
        what = "is empty" if data is None else "is not a mapping of keys to values"
        text = f"the policy {what}; begin with `apiVersion: inkladder/v1`"
        return None, [*document.problems, (document.position((), at_key=False), text)]
    policy, invalid = _validate(data)
    found = [*invalid, *inconsistencies(data), *unknown_checks(data, known_checks)]
    placed = [(document.position(each.path, at_key=each.at_key), each.text) for each in found]
    # A value that could not be read stands as null; that null is no problem of its own.
    unreadable = {position for position, _ in document.problems}
    return policy, [*document.problems, *(each for each in placed if each[0] not in unreadable)]


def _validate(data: dict[str, object]) -> tuple[Policy | None, list[Problem]]:
    try:
        policy = Policy.model_validate(data, by_alias=True, by_name=False, context=FROM_FILE)
    except ValidationError as error:
        return None, list(_problems(error))
    return policy, []


def _problems(error: ValidationError) -> Iterator[Problem]:
    for each in error.errors(include_url=False):
        # An error of the whole is the model's own word on what `inconsistencies` tells in parts;
        # a list whose items are all wrong is not too short as well.
        if each["loc"] and not (each["type"] == "too_short" and each["input"]):
            yield problem_of(each)
