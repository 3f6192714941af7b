"""The events that tell of a run of an assistant."""

from __future__ import annotations

from collections.abc import Iterator

from . import texts
from .state import Json

Event = tuple[str, Json]


def events_of(run: Json, step: Json, message: Json | None, thread: Json | None) -> Iterator[Event]:
    """Give (name, data) for a run that made a message, or asks for a tool where there is none."""
    end = run["status"]
    if thread:
        yield "thread.created", thread
    for status in ("created", "queued", "in_progress"):
        yield (
            f"thread.run.{status}",
            {**run, "status": "queued" if status == "created" else status, "usage": None},
        )
    for status in ("created", "in_progress"):
        yield f"thread.run.step.{status}", {**step, "status": "in_progress", "usage": None}
    yield from _message_events(message) if message else _tool_events(step)
    if message:
        yield "thread.run.step.completed", step
    yield f"thread.run.{end}", run


def _message_events(message: Json) -> Iterator[Event]:
    for status in ("created", "in_progress"):
        yield f"thread.message.{status}", {**message, "status": "in_progress", "content": []}
    for piece in texts.words(message["content"][0]["text"]["value"]):
        delta = {"content": [{"index": 0, "type": "text", "text": {"value": piece, "annotations": []}}]}
        yield "thread.message.delta", {"id": message["id"], "object": "thread.message.delta", "delta": delta}
    yield "thread.message.completed", message


def _tool_events(step: Json) -> Iterator[Event]:
    (call,) = step["step_details"]["tool_calls"]
    for piece in texts.words(call["function"]["arguments"]):
        function = {"name": call["function"]["name"], "arguments": piece, "output": None}
        tool = {"index": 0, "id": call["id"], "type": "function", "function": function}
        delta = {"step_details": {"type": "tool_calls", "tool_calls": [tool]}}
        yield "thread.run.step.delta", {"id": step["id"], "object": "thread.run.step.delta", "delta": delta}
