"""Server-sent events: bytes in, decoded events out, a whole network block at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

import orjson

from flowengine.javascript_values import js_parse
from flowengine.messages import UNDEFINED

from .api_errors import ApiError, Problem, event_error
from .response_snapshot import Snapshot

if TYPE_CHECKING:
    from .call import Call
    from .replies import Stream

DONE = b"[DONE]"


class EventSplitter:
    """Splits a byte stream into events. Line ends may be LF, CRLF or CR, and blocks may end anywhere."""

    def __init__(self) -> None:
        self._kept: list[bytes] = []
        self._tail = b""

    def feed(self, block: bytes) -> list[bytes]:
        """Return the events that are complete now, each without its blank line."""
        if b"\n" not in block and b"\r" not in block and not self._tail:
            self._kept.append(block)  # the middle of a long event: join it once, at its end
            return []
        self._kept.append(self._tail + block)
        text = b"".join(self._kept)
        self._tail = b""
        if b"\r" in text:
            if text.endswith(b"\r"):  # the LF of a CRLF may come with the next block
                text, self._tail = text[:-1], b"\r"
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *events, rest = text.split(b"\n\n")
        self._kept = [rest]
        return events

    def finish(self) -> list[bytes]:
        """Return what the end of the stream completes; an event without its blank line is dropped."""
        return self.feed(b"\n") if self._tail else []


def read_event(raw: bytes) -> tuple[str | None, bytes | None]:
    """The name and the data of an event; no data where it is a comment or has none."""
    if raw.startswith(b"data: ") and b"\n" not in raw:
        return None, raw[6:]
    name: str | None = None
    data: list[bytes] = []
    for line in raw.split(b"\n"):
        key, _, value = line.partition(b":")
        if key == b"data":
            data.append(value.removeprefix(b" "))
        elif key == b"event":
            name = value.removeprefix(b" ").decode("utf-8", "replace")
    return name, b"\n".join(data) if data else None


async def read_events(stream: Stream) -> AsyncGenerator[list[Any], None]:
    """Yield lists of decoded events, one list for each block that completes any.

    Raises ApiError for an event that reports an error, after the events before it were yielded.
    """
    splitter = EventSplitter()
    block = b"."
    while block:
        block = await stream.block()
        batch: list[Any] = []
        try:
            for raw in splitter.feed(block) if block else splitter.finish():
                if raw.startswith(b"data: {") and b"\n" not in raw:  # nearly all are like this: no detours
                    value = _loaded(raw[6:])
                    batch.append(_checked(None, value) if "error" in value else value)
                    continue
                name, data = read_event(raw)
                if data is None:
                    continue
                if data.startswith(DONE):
                    block = b""
                    break
                batch.append(decode(name, data))
        except ApiError:
            if batch:
                yield batch
            raise
        if batch:
            yield batch


def decode(name: str | None, data: bytes) -> Any:
    """The value of an event; raises ApiError where the event reports an error, or is no JSON."""
    return _checked(name, _loaded(data))


def _loaded(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return parse_json(data.decode("utf-8", "replace"))


def _checked(name: str | None, value: Any) -> Any:
    """The value of an event of this name; raises ApiError where it reports an error."""
    if name is not None and name.startswith("thread."):
        return value  # a run that failed is news, not a failure of the call
    error = value.get("error") if isinstance(value, dict) else None
    if name == "error":
        message = value.get("message") if isinstance(value, dict) else None
        raise event_error(error, message)
    if error:
        raise event_error(error)
    return value


def parse_json(text: str) -> Any:
    """JSON that orjson will not take; raises ApiError with JavaScript's words where it is none."""
    try:
        return js_parse(text)
    except Exception as error:
        raise ApiError(getattr(error, "message", None) or str(error)) from None


async def stream_model_response(call: Call, payload: Any) -> AsyncGenerator[list[Any], None]:
    """Each event of a response, new or stored, and at the end the response as it has become."""
    call.show("streaming")
    if payload is None or payload is UNDEFINED:
        raise Problem("no_object", method=call.method.name)
    fields = call.fields(payload)
    snapshot = Snapshot()
    after = fields.get("starting_after") if "response_id" in fields else None
    async for batch in call.events(*_asked(fields)):
        seen: list[Any] = []
        try:
            for event in batch:
                snapshot.add(event)
                if after is None or event.get("sequence_number", after) > after:
                    seen.append(event)
        finally:
            snapshot.detach()
            if seen:
                yield seen
    final = snapshot.finish(fields)
    call.show("idle")
    yield [final]


def _asked(fields: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Which call streams it: a new response, or one that exists. The whole of it, or no snapshot could be made."""
    from .methods import find

    if "response_id" in fields:
        return find("getModelResponse"), {"response_id": fields["response_id"], "stream": True}
    return find("createModelResponse"), {**fields, "stream": True}
