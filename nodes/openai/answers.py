"""What is added to an answer, or decoded in it: the `shape` of a record, or a `run` around one request."""

from __future__ import annotations

import base64
from array import array
from sys import byteorder
from typing import TYPE_CHECKING, Any

from flowengine.messages import UNDEFINED

from .api_errors import Problem

if TYPE_CHECKING:
    from .call import Call


def with_output_text(answer: Any) -> Any:
    """A response with `output_text`: all its text in one string."""
    if (
        isinstance(answer, dict)
        and answer.get("object") == "response"
        and isinstance(answer.get("output"), list)
    ):
        answer["output_text"] = "".join(output_texts(answer["output"]))
    return answer


def output_texts(output: list[Any]) -> list[str]:
    """The texts of the messages of an output."""
    messages = (item for item in output if isinstance(item, dict) and item.get("type") == "message")
    parts = (part for message in messages for part in message.get("content") or ())
    return [
        part.get("text", "") for part in parts if isinstance(part, dict) and part.get("type") == "output_text"
    ]


async def create_embedding(call: Call, payload: Any) -> Any:
    """Embeddings, asked for in base64 (a quarter of the bytes) unless the payload names an encoding."""
    if payload is None or payload is UNDEFINED:
        raise Problem("no_object", method=call.method.name)
    fields = call.fields(payload)
    if fields.get("encoding_format"):
        return await call.answer(call.method, fields)
    data = await call.answer(call.method, {**fields, "encoding_format": "base64"})
    for item in data if isinstance(data, list) else ():
        if isinstance(item, dict) and isinstance(item.get("embedding"), str):
            item["embedding"] = floats(item["embedding"])
    return data


def floats(text: str) -> list[float]:
    """Decode base64 of 32-bit floats, little end first."""
    numbers = array("f", base64.b64decode(text))
    if byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()


async def parse_model_response(call: Call, payload: Any) -> Any:
    """A response with `parsed` beside each text, `parsed_arguments` at calls, and `output_parsed`."""
    if payload is None or payload is UNDEFINED:
        raise Problem("no_object", method=call.method.name)
    answer = with_output_text(await call.answer(call.method, payload))
    if not isinstance(answer, dict) or not isinstance(answer.get("output"), list):
        return answer
    return parsed_response(answer, call.fields(payload), always=True)


def parsed_response(answer: dict[str, Any], request: dict[str, Any], always: bool = False) -> dict[str, Any]:
    """A copy of a response with its texts and arguments parsed, as far as the request asked for JSON.

    `always`: only texts get `parsed`, even where nothing asks for it; else every part of a message does.
    """
    parsing = always or wants_parsing(request)
    output = [_parsed_item(item, request, parsing) for item in answer.get("output") or ()]
    parsed = {**answer, "output": output}
    if parsing:
        parsed.setdefault("output_text", "".join(output_texts(output)))
    parsed["output_parsed"] = _first_parsed(output) if parsing else None
    return parsed


def wants_parsing(request: dict[str, Any]) -> bool:
    """Whether a request asks for JSON, in texts or in arguments."""
    if text_format(request).get("type") == "json_schema":
        return True
    tools = request.get("tools")
    return isinstance(tools, list) and any(is_strict(tool) for tool in tools)


def text_format(request: dict[str, Any]) -> dict[str, Any]:
    """The format that a request asks texts to have."""
    text = request.get("text")
    form = text.get("format") if isinstance(text, dict) else None
    return form if isinstance(form, dict) else {}


def is_strict(tool: Any) -> bool:
    """Whether a tool promises arguments that are valid JSON."""
    return isinstance(tool, dict) and tool.get("type") == "function" and tool.get("strict") is True


def _parsed_item(item: Any, request: dict[str, Any], parsing: bool) -> Any:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind == "function_call":
        # Flows know the whole call, once more and parsed, as its own `parsed_arguments`.
        return {
            **item,
            "parsed_arguments": {**item, "parsed_arguments": _arguments(item, request)} if parsing else None,
        }
    if kind == "message":
        return {
            **item,
            "content": [_parsed_part(part, request, parsing) for part in item.get("content") or ()],
        }
    return item


def _parsed_part(part: Any, request: dict[str, Any], parsing: bool) -> Any:
    if not isinstance(part, dict) or (parsing and part.get("type") != "output_text"):
        return part
    wanted = parsing and text_format(request).get("type") == "json_schema"
    return {**part, "parsed": _json(part.get("text", "")) if wanted else None}


def _arguments(item: dict[str, Any], request: dict[str, Any]) -> Any:
    tools = request.get("tools") or ()
    strict = any(is_strict(tool) and tool.get("name") == item.get("name") for tool in tools)
    return _json(item.get("arguments", "")) if strict else None


def _json(text: str) -> Any:
    from .streams import parse_json

    return parse_json(text)


def _first_parsed(output: list[Any]) -> Any:
    messages = (item for item in output if isinstance(item, dict) and item.get("type") == "message")
    parts = (part for message in messages for part in message["content"] if isinstance(part, dict))
    return next((part["parsed"] for part in parts if part.get("parsed") is not None), None)


async def parse_chat_completion(call: Call, payload: Any) -> Any:
    """A chat completion with `parsed` at each message and `parsed_arguments` at its strict calls."""
    answer = await call.answer(call.method, payload)
    request = call.fields(payload)
    form = request.get("response_format")
    wanted = isinstance(form, dict) and form.get("type") == "json_schema"
    for choice in answer.get("choices") or () if isinstance(answer, dict) else ():
        message = choice.get("message") or {}
        content = message.get("content")
        message["parsed"] = _json(content) if wanted and content and not message.get("refusal") else None
        for made in message.get("tool_calls") or ():
            function = made.get("function") or {}
            function["parsed_arguments"] = _chat_arguments(function, request)
    return answer


def _chat_arguments(function: dict[str, Any], request: dict[str, Any]) -> Any:
    declared = (tool.get("function") or {} for tool in request.get("tools") or () if isinstance(tool, dict))
    strict = any(tool.get("name") == function.get("name") and tool.get("strict") is True for tool in declared)
    return _json(function.get("arguments", "")) if strict else None
