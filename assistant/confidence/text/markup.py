"""Code, front matter, tags and the Markdown skeleton of a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"^[ ]{0,9}(`{3,}|~{3,})([^\n`]*)$", re.MULTILINE)
_INLINE = re.compile(r"(?<![`\\])`([^`\n]{1,200})`(?!`)")
_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)\n(.{1,5000}?)\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][\w:-]{0,40}(?:\s[^<>\n]{0,300})?/?>")
_SHORTCODE = re.compile(
    r"\{\{[^{}\n]{1,200}\}\}|\{%[^%\n]{1,200}%\}|\$\{[^{}\n]{1,80}\}|\{[a-z_][\w.]{0,30}\}"
)
_HEADING = re.compile(r"^(#{1,6})\s+\S", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]{0,12}(?:[-*+\u2022]|\d{1,3}[.)])[ \t]+\S", re.MULTILINE)
_ROW = re.compile(r"^[ \t]{0,3}\|[^\n]*\|[ \t]*$", re.MULTILINE)
_TARGET = re.compile(r"\]\(([^()\s]{1,500})(?:\s\"[^\"\n]{0,200}\")?\)")


@dataclass(frozen=True, slots=True)
class Marked:
    """What a text holds that is not prose.

    `blocks` are the bodies of fenced code with the space at line ends taken off; `open_fence` tells
    that the last one is never closed; `tags` are in order, `inline` and `shortcodes` too.
    """

    blocks: tuple[str, ...]
    inline: tuple[str, ...]
    front_matter: str
    tags: tuple[str, ...]
    shortcodes: tuple[str, ...]
    prose: str
    open_fence: bool = False

    @property
    def any(self) -> bool:
        """Whether there is any of it."""
        return bool(self.blocks or self.inline or self.front_matter or self.tags or self.shortcodes)


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Levels of headings, counts of list items and table rows, targets of links, all in order."""

    headings: tuple[int, ...]
    items: int
    rows: int
    targets: tuple[str, ...]


def marked(text: str) -> Marked:
    """Takes a text apart; `prose` is what is left without fenced code and front matter."""
    front = _FRONT_MATTER.match(text) if text.startswith(("---\n", "+++\n")) else None
    body = text[front.end() :] if front else text
    blocks, prose, unclosed = _fenced(body)
    return Marked(
        blocks=blocks,
        inline=tuple(_INLINE.findall(prose)) if "`" in prose else (),
        front_matter=_trimmed(front[2]) if front else "",
        tags=tuple(_TAG.findall(prose)) if "<" in prose else (),
        shortcodes=tuple(_SHORTCODE.findall(prose)) if "{" in prose else (),
        prose=prose,
        open_fence=unclosed,
    )


def skeleton(prose: str) -> Skeleton:
    """The Markdown skeleton of a text without its code."""
    return Skeleton(
        headings=tuple(len(marks) for marks in _HEADING.findall(prose)) if "#" in prose else (),
        items=len(_ITEM.findall(prose)),
        rows=len(_ROW.findall(prose)) if "|" in prose else 0,
        targets=tuple(_TARGET.findall(prose)) if "](" in prose else (),
    )


def _fenced(text: str) -> tuple[tuple[str, ...], str, bool]:
    if "```" not in text and "~~~" not in text:
        return (), text, False
    blocks: list[str] = []
    prose: list[str] = []
    opened: re.Match[str] | None = None
    end = 0
    for fence in _FENCE.finditer(text):
        if opened is None:
            prose.append(text[end : fence.start()])
            opened = fence
        elif fence[1].startswith(opened[1]) and not fence[2].strip():
            blocks.append(_trimmed(text[opened.end() : fence.start()]))
            opened, end = None, fence.end()
    if opened is not None:
        blocks.append(_trimmed(text[opened.end() :]))
        end = len(text)
    prose.append(text[end:])
    return tuple(blocks), "\n".join(prose), opened is not None


def _trimmed(block: str) -> str:
    return "\n".join(line.rstrip() for line in block.strip("\n").splitlines())
