"""Takes secrets out of what is shown: the log, errors, debug messages, last messages of wires."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import orjson

SHORTEST = 6
"""Shorter secrets are left: taking every "a" out of a text would hide nothing and spoil everything."""
MASK = "••••••"
_SHAPES = (
    r"\b(?:sk|sess)-[A-Za-z0-9_-]{16,}|(?<=Bearer )[A-Za-z0-9._~+/=-]{8,}"
    r"|\$argon2id?\$\S+|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}"
)


class Redactor:
    """Knows the secrets of the deployed flows, and the shapes of some others."""

    def __init__(self) -> None:
        self._pattern = re.compile(_SHAPES)

    def learn(self, secrets: Iterable[str]) -> None:
        """Know these secrets instead of those before."""
        texts = {text for text in secrets if len(text) >= SHORTEST}
        # Inside JSON a secret with quotes or line ends is spelled otherwise.
        texts |= {orjson.dumps(text).decode()[1:-1] for text in texts}
        words = [re.escape(text) for text in sorted(texts, key=len, reverse=True)]
        self._pattern = re.compile("|".join([*words, _SHAPES]))

    def clean(self, text: str) -> str:
        """Return a text without secrets."""
        return self._pattern.sub(MASK, text)

    def clean_value(self, value: Any) -> Any:
        """Return a JSON value without secrets in its texts."""
        if isinstance(value, str):
            return self._pattern.sub(MASK, value)
        if isinstance(value, dict):
            return {key: self.clean_value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.clean_value(item) for item in value]
        return value
