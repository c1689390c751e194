"""YAML text as plain data, with the line and column of every key and value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, StreamMark, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode
from ruamel.yaml.reader import ReaderError

from assistant.policy.consistency import Path

_TAG: Final = "tag:yaml.org,2002:"
_CONVERTED: Final = {_TAG + kind for kind in ("null", "bool", "int", "float")}
# What looks like a date or a merge key is text here: a policy knows neither.
_KEPT: Final = {_TAG + kind for kind in ("str", "timestamp", "merge", "value")}

Position: TypeAlias = tuple[int, int]
"""Line and column, both counted from 1."""


class YamlSyntaxError(ValueError):
    """The text is not YAML; line and column count from 1."""

    def __init__(self, text: str, *, line: int, column: int) -> None:
        super().__init__(text)
        self.line = line
        self.column = column


@dataclass(slots=True)
class Document:
    """Plain data and where its keys and values stand."""

    data: object = None
    keys: dict[Path, Position] = field(default_factory=dict)
    values: dict[Path, Position] = field(default_factory=dict)
    problems: list[tuple[Position, str]] = field(default_factory=list)

    def position(self, path: Path, *, at_key: bool) -> Position:
        """Where `path` is, or the nearest thing around it that the file has."""
        places = (self.keys, self.values) if at_key else (self.values, self.keys)
        for place in places:
            if path in place:
                return place[path]
        return self.position(path[:-1], at_key=True) if path else (1, 1)


def read_document(text: str) -> Document:
    """The one YAML document in `text`; repeated keys and unreadable values are its `problems`.

    Raises:
        YamlSyntaxError: the text is not YAML, nested beyond reason, or uses aliases.
    """
    document = Document()
    root = _compose(text)
    if root is not None:
        document.data = _Reader(document).read(root, ())
    return document


def _compose(text: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _AliasFreeComposer
    try:
        node: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        raise _syntax_error(error) from error
    except ReaderError as error:
        before = text[: error.position]
        message = "a character that YAML does not allow; remove it"
        column = len(before) - (before.rfind("\n") + 1) + 1
        raise YamlSyntaxError(message, line=before.count("\n") + 1, column=column) from error
    except YAMLError as error:
        message = f"not YAML: {error}"
        raise YamlSyntaxError(message, line=1, column=1) from error
    except RecursionError as error:
        message = "nested too deeply; a policy has at most five levels"
        raise YamlSyntaxError(message, line=1, column=1) from error
    return node


def _syntax_error(error: MarkedYAMLError) -> YamlSyntaxError:
    mark = error.problem_mark or error.context_mark
    line, column = _place(mark) if isinstance(mark, StreamMark) else (1, 1)
    what = ", ".join(part.strip() for part in (error.context, error.problem) if part)
    return YamlSyntaxError(f"not YAML: {what}", line=line, column=column)


def _place(mark: StreamMark) -> Position:
    return mark.line + 1, mark.column + 1


class _AliasFreeComposer(Composer):
    """Refuses aliases where they are met: a few lines of them can stand for millions of values."""

    def compose_node(self, parent: Node | None, index: object) -> Node:
        # An alias carries the name of its anchor, so this finds both.
        event = self.parser.peek_event()
        if event.anchor is not None:
            message = "anchors and aliases are not supported; write the value out"
            line, column = _place(event.start_mark)
            raise YamlSyntaxError(message, line=line, column=column)
        node: Node = super().compose_node(parent, index)
        return node


class _Reader:
    """Turns nodes into plain data while noting where each was."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._constructor = YAML(typ="safe", pure=True).constructor

    def read(self, node: Node, path: Path) -> object:
        self._document.values[path] = _place(node.start_mark)
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        # Tuples for lists, since the models are strict and hold tuples.
        return tuple(self.read(item, (*path, at)) for at, item in enumerate(node.value))

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, object]:
        result: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, ScalarNode):
                self._wrong(key_node, "a key must be a single word")
            elif key in result:
                first, _ = self._document.keys[(*path, key)]
                self._wrong(key_node, f"key {key!r} is already on line {first}; keep one of them")
            else:
                self._document.keys[(*path, key)] = _place(key_node.start_mark)
                result[key] = self.read(value_node, (*path, key))
        return result

    def _scalar(self, node: ScalarNode) -> object:
        tag = str(node.tag)
        if tag in _KEPT:
            return node.value
        if tag not in _CONVERTED:
            return self._wrong(node, f"tag {tag!r} has no meaning here; remove it")
        try:
            return self._constructor.construct_object(node)
        except ValueError:
            return self._wrong(node, "this number cannot be read; write it in decimal digits")

    def _wrong(self, node: Node, text: str) -> object:
        """Notes the problem and stands for the value with nothing."""
        self._document.problems.append((_place(node.start_mark), text))
        return None
