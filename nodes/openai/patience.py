"""Bounds of time for waits that are all equally long, kept by one timer: one for each would cost more than a call."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any


class Patience:
    """How long somebody waits for a server. Each ``with patience.wait()`` may take so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._deadlines: dict[Wait, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def wait(self) -> Wait:
        """Bound what happens within. Raises TimeoutError where it takes longer."""
        return Wait(self)

    def begin(self, wait: Wait) -> None:
        """Note a wait; it is the last to run out."""
        loop = asyncio.get_running_loop()
        self._deadlines[wait] = deadline = loop.time() + self.seconds
        if self._timer is None:
            self._timer = loop.call_at(deadline, self._look)

    def end(self, wait: Wait) -> None:
        """Forget a wait."""
        self._deadlines.pop(wait, None)
        if not self._deadlines and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """End what has run out, and come again for the next."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._timer = None
        for wait, deadline in list(self._deadlines.items()):
            if deadline > now:
                self._timer = loop.call_at(deadline, self._look)
                return
            del self._deadlines[wait]
            wait.run_out()


class Wait:
    """One wait; ends its task's waiting as ``asyncio.timeout`` does."""

    __slots__ = ("_cancelling", "_has_run_out", "_patience", "_task")

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._task: asyncio.Task[Any] | None = None
        self._cancelling = 0
        self._has_run_out = False

    def __enter__(self) -> None:
        self._task = task = asyncio.current_task()
        assert task is not None
        self._cancelling = task.cancelling()
        self._patience.begin(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._patience.end(self)
        if not self._has_run_out or self._task is None:
            return
        # Somebody else may have cancelled the task as well: then it stays cancelled.
        if self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def run_out(self) -> None:
        """Wake the task up."""
        self._has_run_out = True
        if self._task is not None:
            self._task.cancel()
