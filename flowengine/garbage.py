"""Keeps the collector of reference cycles from looking at flows again and again.

What a deploy makes stays: a hundred thousand objects that the collector would walk many times while they are made,
and once more whenever messages have left enough behind.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 50_000
"""Objects that may be made before the collector looks at them, where Python says 700: one body of JSON holds more."""


def be_patient() -> None:
    """Let the collector look less often. What messages are made of holds no cycles, and goes without it."""
    gc.set_threshold(YOUNG, 20, 50)


@contextmanager
def unhindered() -> Iterator[None]:
    """Collect nothing for a while, and leave alone what there is at its end until the next time."""
    was_on = gc.isenabled()
    gc.disable()
    release()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
        gc.freeze()


def release() -> None:
    """Let the collector look at everything again: what was made by a deploy may be garbage now."""
    gc.unfreeze()
