"""Requests written down again, for another protocol that takes over their connection."""

from __future__ import annotations

from .exchange import Headers

MOST_HELD = 16 * 1024 * 1024
"""Bytes of a chunked body; one with a length is handed on as it comes."""


class Takeover:
    """Collects requests as their parser tells them; ``text`` is how they could have stood on the wire."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._chunked = False
        self._held = 0
        self.ready = False
        """Whether what follows on the wire can go to the other protocol as it is."""

    def begin(self, method: str, url: str, headers: Headers) -> None:
        """Add the head of a request."""
        lines = [f"{method} {url} HTTP/1.1\r\n", *(f"{name}: {value}\r\n" for name, value in headers), "\r\n"]
        self._parts.append("".join(lines).encode("latin-1"))
        self._chunked = any(name.lower() == "transfer-encoding" for name, _ in headers)
        self.ready = not self._chunked

    def body(self, data: bytes) -> None:
        """Add a piece of its body."""
        self._held += len(data)
        self._parts.append(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)

    def end(self) -> None:
        """The request is complete."""
        if self._chunked:
            self._parts.append(b"0\r\n\r\n")
        self.ready = True

    @property
    def is_too_long(self) -> bool:
        """Whether more is held than anyone needs."""
        return self._held > MOST_HELD

    def text(self) -> bytes:
        """Return the requests."""
        return b"".join(self._parts)
