"""Headers of requests: laid over each other by name in any case, and checked before they are sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from .api_errors import Problem

NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
IMPOSSIBLE = re.compile(r"[\r\n\0]|[^\x00-\xff]")


def merged(layers: Iterable[Mapping[str, str | None]], guarded: str = "") -> dict[str, str]:
    """Lay headers over each other, by lower-case name; None takes a header away.

    The header `guarded` keeps its first value. Raises Problem for what no header can be.
    """
    laid: dict[str, str] = {}
    for layer in layers:
        for name, value in layer.items():
            key = name.strip().lower()
            if key == guarded and key in laid:
                continue  # the key of the Service Host stays, whatever a payload says
            if value is None:
                laid.pop(key, None)
            else:
                laid[key] = checked(key, value)
    return laid


@lru_cache(maxsize=256)  # nearly all headers are those of the call before
def checked(name: str, value: str) -> str:
    """The value without outer spaces. Raises Problem; its words never quote the value, which may be a key."""
    value = value.strip(" \t\r\n")
    if not NAME.fullmatch(name):
        raise Problem("header_name", name=name)
    if IMPOSSIBLE.search(value):
        raise Problem("header_value", name=name)
    return value


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    """A server's headers by lower-case name."""
    return {name.lower(): value for name, value in headers.items()}
