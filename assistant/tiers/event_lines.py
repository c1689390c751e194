"""Takes the data out of a server-sent event stream, bytes in and bytes out.

The general reader of the HTTP library decodes, splits and wraps every event, which for a stream of single
tokens costs more than reading the token. Engines write `data:` lines and comments; the other fields of
the standard (WHATWG HTML, section 9.2) are skipped. Lines end with LF or CRLF; no engine uses the
third form, a lone CR.
"""

from __future__ import annotations

MAX_EVENT_BYTES = 1 << 20
"""Longest event taken: a piece of text with its candidates is a few hundred bytes."""


class EventLines:
    """Puts together the data of events from pieces cut anywhere."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> list[bytes]:
        """The data of the events that `piece` completes.

        Raises:
            ValueError: an event is longer than MAX_EVENT_BYTES.
        """
        *lines, self._rest = (self._rest + piece).split(b"\n")
        complete = []
        for line in lines:
            content = line.removesuffix(b"\r")
            if content.startswith(b"data:"):
                self._data.append(content[5:].removeprefix(b" "))
            elif not content and self._data:
                complete.append(b"\n".join(self._data))
                self._data = []
        if len(self._rest) + sum(map(len, self._data)) > MAX_EVENT_BYTES:
            message = f"an event is longer than {MAX_EVENT_BYTES} bytes"
            raise ValueError(message)
        return complete
