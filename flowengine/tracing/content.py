"""What was asked of a model and what it answered, in the shape of OpenTelemetry's conventions: JSON of messages.

Only used where the setting ``recordContent`` says so. Pictures, sounds and files are named, never quoted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from ..model_calls import ModelCall

LONGEST_CONTENT = 32_000
"""Characters of one attribute; of longer content only the length is told (of a longer stream, how much was kept)."""
Clean = Callable[[str], str]
Message = dict[str, Any]


def input_content(request: dict[str, Any], clean: Clean) -> Iterator[tuple[str, str]]:
    """Yield the attributes of what is asked: ``messages`` or ``input``, with ``instructions`` or ``prompt``."""
    asked = request.get("messages", request.get("input", request.get("prompt")))
    if isinstance(asked, str):
        asked = [{"role": "user", "content": asked}]
    if isinstance(asked, list):
        messages = [_message(one) for one in asked if isinstance(one, dict | str)]
        yield "gen_ai.input.messages", _json(messages, clean)
    if isinstance(instructions := request.get("instructions"), str):
        yield "gen_ai.system_instructions", _json(_parts(instructions), clean)


def output_content(call: ModelCall, text: str, clean: Clean) -> Iterator[tuple[str, str]]:
    """Yield the attribute of what was answered; ``text`` is that of a stream."""
    if text:
        reason = call.finish_reasons[0] if call.finish_reasons else ""
        messages = [{"role": "assistant", "parts": _parts(text), "finish_reason": reason}]
    else:
        messages = _answers(call)
    if messages:
        yield "gen_ai.output.messages", _json(messages, clean)


def _answers(call: ModelCall) -> list[Message]:
    answer = call.answer if isinstance(call.answer, dict) else {}
    found = []
    for choice in _dicts(answer.get("choices")):
        said = choice.get("message") or {"content": choice.get("text")}
        found.append(
            {**_message({"role": "assistant", **said}), "finish_reason": choice.get("finish_reason") or ""}
        )
    items = _dicts(answer.get("output"))
    if parts := [part for item in items for part in _item_parts(item)]:
        reason = call.finish_reasons[0] if call.finish_reasons else ""
        found.append({"role": "assistant", "parts": parts, "finish_reason": reason})
    return found


def _message(message: Any) -> Message:
    if isinstance(message, str):
        return {"role": "user", "parts": _parts(message)}
    parts = _item_parts(message)
    return {"role": str(message.get("role") or "user"), "parts": parts}


def _item_parts(item: dict[str, Any]) -> list[Message]:
    """Read a chat message, or an item of a response."""
    kind = item.get("type")
    if kind == "function_call":
        return [_call(item, item.get("call_id"))]
    if kind == "function_call_output" or item.get("role") == "tool":
        response = item.get("output", item.get("content"))
        return [
            {
                "type": "tool_call_response",
                "id": item.get("call_id", item.get("tool_call_id")),
                "response": response,
            }
        ]
    calls = [
        _call(call["function"], call.get("id"))
        for call in _dicts(item.get("tool_calls"))
        if isinstance(call.get("function"), dict)
    ]
    return [*_parts(item.get("content")), *calls]


def _call(function: dict[str, Any], call_id: Any) -> Message:
    return {
        "type": "tool_call",
        "id": call_id,
        "name": function.get("name"),
        "arguments": function.get("arguments"),
    }


def _parts(content: Any) -> list[Message]:
    if isinstance(content, str):
        return [{"type": "text", "content": content}]
    found = []
    for part in _dicts(content):
        text = part.get("text", part.get("refusal"))
        if isinstance(text, str):
            found.append({"type": "text", "content": text})
        else:
            found.append({"type": str(part.get("type"))})
    return found


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _json(value: list[Message], clean: Clean) -> str:
    text = clean(orjson.dumps(value, default=str).decode("utf-8", "replace"))
    if len(text) <= LONGEST_CONTENT:
        return text
    return orjson.dumps([{"type": "omitted", "characters": len(text)}]).decode()
