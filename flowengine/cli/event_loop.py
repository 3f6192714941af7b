"""The event loop of a command: uvloop where there is one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from ..garbage import be_patient


def run_to_end(work: Coroutine[Any, Any, int]) -> int:
    """Run a command's work; returns its exit status."""
    be_patient()
    try:
        import uvloop
    except ImportError:  # not on Windows
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
