"""What tokens cost: the ``prices`` setting, models found by name, and sums.

There is no list of prices here: it would be wrong before long. Without a price a cost is None, never zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

MILLION = 1_000_000
# What may follow a price's name in a model's: the day of a snapshot, and of a fine-tuned model its owner.
SNAPSHOT = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|latest)$")
TUNED = "ft:"


class Price(BaseModel):
    """What a million tokens of a model cost; ``cached_input`` of those the service had read before."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, alias_generator=to_camel, frozen=True)

    input: float = Field(0.0, ge=0)
    cached_input: float | None = Field(None, ge=0)
    output: float = Field(0.0, ge=0)
    currency: str = "USD"

    def cost(self, asked: int, answered: int, cached: int = 0) -> float:
        """Sum up tokens; ``cached`` are a part of ``asked``."""
        cached = min(cached, asked)
        known = self.input if self.cached_input is None else self.cached_input
        return ((asked - cached) * self.input + cached * known + answered * self.output) / MILLION


def price_of(prices: Mapping[str, Price], model: str) -> Price | None:
    """Find the price of a model: of its exact name, else of the longest name that only a snapshot's day follows."""
    if model in prices:
        return prices[model]
    names = (name for name in prices if _is_snapshot(model, name))
    longest = max(names, key=len, default=None)
    return None if longest is None else prices[longest]


def _is_snapshot(model: str, name: str) -> bool:
    if not model.startswith(name):
        return False
    rest = model[len(name) :]
    if name.startswith(TUNED):  # ft:gpt-5-mini-2025-08-07:organization:name:id
        rest = rest.partition(":")[0]
    return not rest or SNAPSHOT.fullmatch(rest) is not None
