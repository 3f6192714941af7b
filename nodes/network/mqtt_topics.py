"""Topics and topic filters of MQTT."""

from __future__ import annotations

import re
from functools import lru_cache

_FILTER = re.compile(r"(?:#$|(?:\+|[^+#]*)(?:/(?:\+|[^+#]*))*(?:/(?:\+|#|[^+#]*))?$)")
_NOT_PUBLISHED = re.compile(r"[+#\b\f\n\r\t\v\0]".replace(r"\b", "\x08"))
_SHARED = re.compile(r"\$share/[^#+/]+/(.*)", re.DOTALL)


def is_filter(topic: object) -> bool:
    """Tell whether a topic can be subscribed to."""
    return isinstance(topic, str) and _FILTER.match(topic) is not None


def is_topic(topic: object) -> bool:
    """Tell whether a message can be published to a topic."""
    return isinstance(topic, str) and topic != "" and _NOT_PUBLISHED.search(topic) is None


def matches(wanted: str, topic: str) -> bool:
    """Tell whether a topic belongs to a filter; a shared subscription's filter is what follows its share."""
    return wanted == "#" or _pattern(wanted).fullmatch(topic) is not None


@lru_cache(maxsize=1024)
def _pattern(wanted: str) -> re.Pattern[str]:
    if found := _SHARED.fullmatch(wanted):
        wanted = found[1]
    source = re.escape(wanted).replace(r"\+", "[^/]+").replace(r"\#", "#")
    if source == "#":
        source = ".*"
    elif source.endswith("/#"):
        source = f"{source[:-2]}(?:/.*)?"
    return re.compile(source, re.DOTALL)
