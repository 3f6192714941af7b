"""Debug messages of a streamed answer, joined: a few a second with the text since the last, however many came.

An editor would drown in messages that are a word each, and one that is too slow would lose some of the words.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from zlib import crc32

from ..debug_values import Cut, DebugMessage
from ..streamed_text import shown_text

PERIOD = 0.1
"""Seconds between two messages about a stream."""
MOST = 500
"""Streams that are known; the oldest go."""
WORD = re.compile(r"[\w.+/=~$-]{1,300}\Z", re.ASCII)
WORD_BEGINNING = re.compile(r"[\w.+/=~$-]{1,300}", re.ASCII)


class Stream(Protocol):
    """A streamed answer: ``id`` is what its messages have in common, ``node`` who asks."""

    id: str
    node: str
    open: bool


@dataclass(slots=True)
class Entry:
    """What a debug node shows of a stream."""

    stream: Stream
    shown: dict[str, Any]
    text: str = ""
    chunks: int = 0
    length: int = 0
    sum: int = 0
    """Of all text, to know a message that holds the whole once more."""


class Joiner:
    """``add`` messages; ``publish`` is told what to show, cut to size where ``cut`` says."""

    def __init__(self, publish: Callable[[dict[str, Any]], None], cut: Cut) -> None:
        self._publish, self._cut = publish, cut
        self._entries: OrderedDict[tuple[Any, ...], Entry] = OrderedDict()
        self._news: dict[tuple[Any, ...], Entry] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, message: DebugMessage, stream: Stream) -> None:
        """Take a message; the first of a stream is told at once."""
        key = (stream.id, *(message.head.get(name) for name in ("id", "path", "_alias", "property")))
        entry = self._entries.get(key)
        is_first = entry is None
        if entry is None:
            entry = self._entries[key] = Entry(stream, {})
            if len(self._entries) > MOST:
                self._entries.popitem(last=False)
        entry.stream, entry.shown = stream, message.for_sidebar(self._cut)
        entry.chunks += 1
        self._add_text(entry, shown_text(message.value))
        if is_first:
            self._tell(entry)
        if entry.chunks or entry.text:
            self._news[key] = entry
            self._wake()

    def _add_text(self, entry: Entry, text: str) -> None:
        coded = text.encode("utf-8", "surrogatepass")
        if entry.length and len(coded) == entry.length and crc32(coded) == entry.sum:
            return
        entry.text += text
        entry.length += len(coded)
        entry.sum = crc32(coded, entry.sum)

    def _wake(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PERIOD, self._tell_news)

    def _tell_news(self) -> None:
        self._timer = None
        news, self._news = self._news, {}
        for key, entry in news.items():
            self._tell(entry)
            if entry.text:  # half a word: told with its other half, or at the end
                self._news[key] = entry
        if self._news:
            self._wake()

    def _tell(self, entry: Entry) -> None:
        text, entry.text = whole_words(entry.text, goes_on=entry.stream.open)
        if not text and not entry.chunks:
            return
        stream = entry.stream
        mark = {
            "id": stream.id,
            "node": stream.node,
            "open": stream.open,
            "text": text,
            "chunks": entry.chunks,
        }
        entry.chunks = 0
        self._publish({**entry.shown, "stream": mark})

    def close(self) -> None:
        """Forget everything."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._entries.clear()
        self._news.clear()


def whole_words(text: str, *, goes_on: bool) -> tuple[str, str]:
    """Part a text in what can be told and a last word that may go on: cut in two a secret is not known as one."""
    found = WORD.search(text) if goes_on else None
    return (text, "") if found is None else (text[: found.start()], found[0])


def last_words(text: str, most: int) -> str:
    """Return the end of a text, of ``most`` characters at the most; it begins with a whole word."""
    if len(text) <= most:
        return text
    end = text[-most:]
    return end if (broken := WORD_BEGINNING.match(end)) is None else end[broken.end() :]
