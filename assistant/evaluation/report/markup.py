"""HTML and SVG that cannot be broken by what is put into it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

Attribute = str | float | None


class Html(str):
    """Markup that is written as it is; any other string is escaped."""

    __slots__ = ()


def tag(name: str, *children: str | Iterable[str], **attributes: Attribute) -> Html:
    """An element with escaped content.

    Args:
        name: Its name.
        children: Text, markup, or several of them.
        attributes: `class_` is written `class`, and any other underscore as a hyphen, but for
            `viewBox` and its like that have none; None leaves an attribute out, and numbers are
            rounded to two digits, a hundredth of a pixel.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_attribute(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    content = "".join(_content(child) for child in children)
    return Html(f"<{name}{written}>{content}</{name}>")


def joined(parts: Iterable[str]) -> Html:
    """Several pieces as one, each escaped unless it is markup."""
    return Html("".join(_text(part) for part in parts))


def _content(child: str | Iterable[str]) -> str:
    return _text(child) if isinstance(child, str) else joined(child)


def _text(text: str) -> str:
    return text if isinstance(text, Html) else escape(text)


def _attribute(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
