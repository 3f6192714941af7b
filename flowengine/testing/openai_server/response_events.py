"""The events that tell of a response as it comes about."""

from __future__ import annotations

from collections.abc import Iterator

from . import texts
from .state import Json


def events_of(response: Json) -> Iterator[Json]:
    """Give the events of a response in the order of the real API, numbered."""
    begun = {**response, "status": "in_progress", "output": [], "usage": None}
    bodies: list[Json] = [
        {"type": f"response.{name}", "response": begun} for name in ("created", "in_progress")
    ]
    for index, item in enumerate(response["output"]):
        place = {"output_index": index, "item_id": item["id"]}
        empty = {
            **item,
            "status": "in_progress",
            **({"content": []} if "content" in item else {"arguments": ""}),
        }
        bodies.append({"type": "response.output_item.added", "output_index": index, "item": empty})
        bodies += _text_events(item, place) if "content" in item else _call_events(item, place)
        bodies.append({"type": "response.output_item.done", "output_index": index, "item": item})
    bodies.append({"type": "response.completed", "response": response})
    for number, body in enumerate(bodies):
        yield {**body, "sequence_number": number}


def _text_events(item: Json, place: Json) -> Iterator[Json]:
    part = item["content"][0]
    place = {**place, "content_index": 0}
    yield {"type": "response.content_part.added", **place, "part": {**part, "text": ""}}
    for piece in texts.words(part["text"]):
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
    yield {"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}


def _call_events(item: Json, place: Json) -> Iterator[Json]:
    for piece in texts.words(item["arguments"]):
        yield {"type": "response.function_call_arguments.delta", **place, "delta": piece}
    done = {"name": item["name"], "arguments": item["arguments"]}
    yield {"type": "response.function_call_arguments.done", **place, **done}
