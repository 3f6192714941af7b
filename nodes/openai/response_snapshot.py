"""A response as it grows: the events of its stream applied one by one."""

from __future__ import annotations

from typing import Any

from flowengine.messages import clone

from .answers import parsed_response
from .api_errors import ApiError

Event = dict[str, Any]


class Snapshot:
    """Starts at `response.created`, with the very objects of the events; `detach` before those are sent."""

    def __init__(self) -> None:
        self._response: dict[str, Any] = {}
        self._attached = False

    def add(self, event: Any) -> None:
        """Apply an event. Raises ApiError where it refers to something that is not there."""
        if not isinstance(event, dict):
            raise ApiError(f"expected an event, got {event!r}")
        kind = event.get("type")
        if self._response:
            if (apply := _APPLY.get(str(kind))) is not None:
                apply(self, event)
        elif kind == "response.created":
            self._replace(event)
        else:
            shown = "undefined" if kind is None else kind
            raise ApiError(
                f"When snapshot hasn't been set yet, expected 'response.created' event, got {shown}"
            )

    def detach(self) -> None:
        """Go on with copies: who has got the events shall not see them change."""
        if self._attached:
            self._response = clone(self._response)
            self._attached = False

    def finish(self, request: dict[str, Any]) -> dict[str, Any]:
        """The response with its parsed parts. Raises ApiError where nothing came."""
        if not self._response:
            raise ApiError("request ended without sending any events")
        return parsed_response(self._response, request)

    def _replace(self, event: Event) -> None:
        self._response = event.get("response") or {}
        self._attached = True

    def _add_item(self, event: Event) -> None:
        self._response.setdefault("output", []).append(event.get("item"))
        self._attached = True

    def _add_part(self, event: Event) -> None:
        item, part = self._item(event), event.get("part") or {}
        reasoning = part.get("type") == "reasoning_text"
        if item.get("type") == ("reasoning" if reasoning else "message"):
            item["content"] = content = item.get("content") or []
            content.append(part)
            self._attached = True

    def _add_text(self, event: Event) -> None:
        self._append(event, "message", "output_text")

    def _add_reasoning(self, event: Event) -> None:
        self._append(event, "reasoning", "reasoning_text")

    def _add_arguments(self, event: Event) -> None:
        item = self._item(event)
        if item.get("type") == "function_call":
            item["arguments"] = item.get("arguments", "") + event.get("delta", "")

    def _append(self, event: Event, item_type: str, part_type: str) -> None:
        item = self._item(event)
        if item.get("type") != item_type:
            return
        part = _at(item.get("content"), event.get("content_index"), "content")
        if part.get("type") != part_type:
            raise ApiError(f"expected content to be '{part_type}', got {part.get('type')}")
        part["text"] = part.get("text", "") + event.get("delta", "")

    def _item(self, event: Event) -> dict[str, Any]:
        return _at(self._response.get("output"), event.get("output_index"), "output")


def _at(items: Any, index: Any, what: str) -> dict[str, Any]:
    """The object at a place of a list. Raises ApiError where there is none."""
    known = isinstance(items, list) and isinstance(index, int) and 0 <= index < len(items)
    if not known or not isinstance(items[index], dict):
        raise ApiError(f"missing {what} at index {index}")
    found: dict[str, Any] = items[index]
    return found


_APPLY = {
    "response.completed": Snapshot._replace,
    "response.output_item.added": Snapshot._add_item,
    "response.content_part.added": Snapshot._add_part,
    "response.output_text.delta": Snapshot._add_text,
    "response.reasoning_text.delta": Snapshot._add_reasoning,
    "response.function_call_arguments.delta": Snapshot._add_arguments,
}
