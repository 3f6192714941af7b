"""Prometheus' text format: families of samples, labels, histograms."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Any

PREFIX = "flowengine_"
TYPE = "text/plain; version=0.0.4; charset=utf-8"


def head(name: str, kind: str, text: str) -> Iterator[str]:
    """Yield what stands above the samples of a family."""
    yield f"# HELP {PREFIX}{name} {text}"
    yield f"# TYPE {PREFIX}{name} {kind}"


def family(name: str, kind: str, text: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield a family; the keys of ``values`` are made by ``labels``, or empty."""
    yield from head(name, kind, text)
    for said, value in values.items():
        yield f"{PREFIX}{name}{said} {value}"


def labels(**texts: str) -> str:
    """Spell labels."""
    escaped = {
        name: text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
        for name, text in texts.items()
    }
    return "{" + ",".join(f'{name}="{text}"' for name, text in escaped.items()) + "}"


class Histogram:
    """How many of something were how large, by label values."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts: dict[tuple[str, ...], list[int]] = {}
        self._sums: dict[tuple[str, ...], float] = {}

    def add(self, key: tuple[str, ...], value: float) -> None:
        """Count one."""
        counts = self._counts.get(key)
        if counts is None:
            counts = self._counts[key] = [0] * (len(self._bounds) + 1)
            self._sums[key] = 0.0
        counts[bisect_left(self._bounds, value)] += 1
        self._sums[key] += value

    def lines(self, name: str, text: str, label_names: tuple[str, ...]) -> Iterator[str]:
        """Yield it as a family."""
        yield from head(name, "histogram", text)
        for key, counts in self._counts.items():
            said, total = dict(zip(label_names, key, strict=True)), 0
            for bound, count in zip((*map(str, self._bounds), "+Inf"), counts, strict=True):
                total += count
                yield f"{PREFIX}{name}_bucket{labels(**said, le=bound)} {total}"
            yield f"{PREFIX}{name}_sum{labels(**said)} {self._sums[key]:.6f}"
            yield f"{PREFIX}{name}_count{labels(**said)} {total}"
