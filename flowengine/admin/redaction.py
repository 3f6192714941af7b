"""Takes secrets out of what is shown: the log, errors, debug messages, last messages of wires."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import Any
from urllib.parse import quote, quote_plus

import orjson

SHORTEST = 6
"""Shorter secrets are left: taking every "a" out of a text would hide nothing and spoil everything."""
NO_WORD = 12
"""Secrets from this length on are no words that turn up by chance, as "ollama" does where it stands for a key."""
MASK = "••••••"
FARTHEST = 1000
"""Characters beyond a cut that are looked at for the end of what has the shape of a secret."""
_SHAPES = (
    r"\b(?:sk|sess)-[A-Za-z0-9_-]{16,}|(?<=Bearer )[A-Za-z0-9._~+/=-]{8,}|(?<=Basic )[A-Za-z0-9+/=]{8,}"
    r"|(?<=://)(?:[^\s/@:\"]+:[^\s/@\"]+|[^\s/@:\"]{16,})(?=@)"
    r"|\$argon2id?\$\S+|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}"
)


class Redactor:
    """Knows the secrets of the deployed flows and of the settings, and the shapes of some others."""

    def __init__(self, always: Iterable[str] = ()) -> None:
        self._always = tuple(always)
        self.learn(())

    def learn(self, secrets: Iterable[str]) -> None:
        """Know these secrets instead of those before."""
        texts = {text for text in (*self._always, *secrets) if len(text) >= SHORTEST}
        # A secret with quotes or line ends is spelled otherwise in JSON, again in JSON within JSON as editors are told
        # values, and in addresses and forms.
        in_json = {_in_json(text) for text in texts}
        in_addresses = {spell(text) for text in texts for spell in (partial(quote, safe=""), quote_plus)}
        texts |= in_json | in_addresses | {_in_json(text) for text in in_json}
        in_order = sorted(texts, key=len, reverse=True)
        words = [re.escape(text) for text in in_order]
        certain = [re.escape(text) for text in in_order if len(text) >= NO_WORD]
        self._known = re.compile("|".join(certain)) if certain else None
        self._pattern = re.compile("|".join([*words, _SHAPES]))
        self._farthest = max(FARTHEST, *map(len, texts)) if texts else FARTHEST

    def clean(self, text: str) -> str:
        """Return a text without secrets."""
        return self._pattern.sub(MASK, text)

    def clean_of_known(self, text: str) -> str:
        """Return a text that is data without the secrets that are known, save those that may be words of it.

        What only has the shape of a secret may be meant to be seen.
        """
        return text if self._known is None else self._known.sub(MASK, text)

    def cut(self, text: str, longest: int) -> int:
        """Tell where to cut a text that is longer than ``longest``: there, or behind the secret that lies across."""
        start, end = max(0, longest - self._farthest), longest + self._farthest
        for found in self._pattern.finditer(text, start, end):
            if found.end() >= longest:
                # One more: some are known by the character that follows.
                return found.end() + 1 if found.start() < longest else longest
        return longest

    def clean_value(self, value: Any) -> Any:
        """Return a JSON value without secrets in its texts."""
        if isinstance(value, str):
            return self._pattern.sub(MASK, value)
        if isinstance(value, dict):
            return {key: self.clean_value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.clean_value(item) for item in value]
        return value


def _in_json(text: str) -> str:
    return orjson.dumps(text).decode()[1:-1]
