"""Cuts what a connection sends into the payloads of messages."""

from __future__ import annotations

import base64
import codecs

from .tcp_connections import MOST_HELD


class TooMuch(Exception):
    """A connection sends on and on without the end or separator that was waited for."""


class Pieces:
    """The payloads of one connection.

    ``stream``: each piece as it comes, or up to each ``separator`` in texts; else all of it at the end.
    ``datatype``: buffer, utf8 or base64. ``keep``: the separator stays at the end of its piece.
    """

    def __init__(self, datatype: str, separator: str, *, stream: bool, keep: bool) -> None:
        self._datatype, self._stream = datatype, stream
        self._separator = separator if datatype != "buffer" else ""
        self._tail = separator if keep else ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held: list[bytes] = []
        self._size = 0
        self._text = ""

    def take(self, data: bytes) -> list[str | bytes]:
        """Take bytes; return the payloads that are complete. Raises TooMuch."""
        if self._stream and not self._separator:
            piece = self._convert(data)
            return [piece] if piece else []  # nothing yet where only the beginning of a character has come
        self._size += len(data)
        if self._size > MOST_HELD:
            raise TooMuch
        if not self._stream:
            self._held.append(data)
            return []
        *whole, self._text = (self._text + self._as_text(data)).split(self._separator)
        self._size = len(self._text)
        return [piece + self._tail for piece in whole]

    def rest(self) -> str | bytes | None:
        """Return what is left when the peer has ended; None where that is nothing."""
        if self._stream:
            return self._text + self._decoder.decode(b"", final=True) or None
        data = b"".join(self._held)
        self._held = []
        if not data:
            return None
        return data.decode("utf-8", "replace") if self._datatype == "utf8" else self._convert(data)

    def _convert(self, data: bytes) -> str | bytes:
        return data if self._datatype == "buffer" else self._as_text(data)

    def _as_text(self, data: bytes) -> str:
        if self._datatype == "base64":
            return base64.b64encode(data).decode()
        return self._decoder.decode(data)
