"""How function calls are written in chat completions and in responses: offered, made by the model, answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from .record import Method
from .tool_flows import Tool

Json = dict[str, Any]
# What a server adds to a message and does not take back.
ONLY_ANSWERED = ("annotations", "parsed", "audio")


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A call that the model asks for. `arguments`: JSON as text, as the model wrote it."""

    id: str
    name: str
    arguments: str


class Dialect(Protocol):
    """The shape of one API."""

    def offer(self, tool: Tool) -> Json:
        """Describe a tool in a request."""

    def name_of(self, offered: Any) -> str | None:
        """The name of a tool that a request offers itself; None for what is no function."""

    def calls(self, answer: Any) -> list[FunctionCall]:
        """The calls in an answer."""

    def follow_up(self, payload: Json, answer: Any, texts: Iterable[tuple[FunctionCall, str]]) -> Json:
        """The next request: what was asked, what the model said, and the tools' answers."""

    def collect(self, events: Iterable[Any]) -> Any:
        """The answer that the events of a stream add up to, as far as `calls` and `follow_up` need it."""


class Chat:
    """Chat completions."""

    def offer(self, tool: Tool) -> Json:
        function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
        return {"type": "function", "function": function}

    def name_of(self, offered: Any) -> str | None:
        function = offered.get("function") if isinstance(offered, dict) else None
        return function.get("name") if isinstance(function, dict) else None

    def calls(self, answer: Any) -> list[FunctionCall]:
        made = chat_message(answer).get("tool_calls") or ()
        return [
            FunctionCall(str(call.get("id")), function.get("name") or "", function.get("arguments") or "")
            for call in made
            if isinstance(call, dict) and isinstance(function := call.get("function") or {}, dict)
        ]

    def follow_up(self, payload: Json, answer: Any, texts: Iterable[tuple[FunctionCall, str]]) -> Json:
        said = {
            key: value
            for key, value in chat_message(answer).items()
            if key not in ONLY_ANSWERED and (value is not None or key == "content")
        }
        said["tool_calls"] = [chat_call(call) for call in said.get("tool_calls") or ()]
        told = [{"role": "tool", "tool_call_id": call.id, "content": text} for call, text in texts]
        return {**payload, "messages": [*(payload.get("messages") or ()), said, *told]}

    def collect(self, events: Iterable[Any]) -> Any:
        texts: list[str] = []
        calls: dict[int, Json] = {}
        for event in events:
            if chat_message(event):  # a server that does not stream answers all at once
                return event
            delta = first_choice(event).get("delta")
            if isinstance(delta, dict):
                texts.append(delta.get("content") or "")
                for piece in delta.get("tool_calls") or ():
                    add_piece(calls, piece)
        made = [calls[index] for index in sorted(calls)]
        return {
            "choices": [
                {"message": {"role": "assistant", "content": "".join(texts) or None, "tool_calls": made}}
            ]
        }


class Responses:
    """Responses."""

    def offer(self, tool: Tool) -> Json:
        return {
            "type": "function",
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
            "strict": False,
        }

    def name_of(self, offered: Any) -> str | None:
        is_function = isinstance(offered, dict) and offered.get("type") == "function"
        return offered.get("name") if is_function else None

    def calls(self, answer: Any) -> list[FunctionCall]:
        return [
            FunctionCall(str(item.get("call_id")), item.get("name") or "", item.get("arguments") or "")
            for item in output_of(answer)
            if item.get("type") == "function_call"
        ]

    def follow_up(self, payload: Json, answer: Any, texts: Iterable[tuple[FunctionCall, str]]) -> Json:
        told = [{"type": "function_call_output", "call_id": call.id, "output": text} for call, text in texts]
        if payload.get("conversation"):  # it has kept what was asked and said
            return {**payload, "input": told}
        asked = payload.get("input")
        asked = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked or []
        return {**payload, "input": [*asked, *(plain_item(item) for item in output_of(answer)), *told]}

    def collect(self, events: Iterable[Any]) -> Any:
        items: list[Json] = []
        for event in events:
            if not isinstance(event, dict):
                continue
            if event.get("object") == "response":
                return event
            if event.get("type") == "response.output_item.done":
                items.append(event.get("item") or {})
        return {"output": items}


DIALECTS: dict[str, Dialect] = {"/chat/completions": Chat(), "/responses": Responses()}


def dialect_of(method: Method) -> Dialect | None:
    """How a method speaks of function calls; None where it does not."""
    return DIALECTS.get(method.path) if method.verb == "POST" else None


def first_choice(answer: Any) -> Json:
    """The first of a completion's choices; of several only it is gone on with."""
    choices = answer.get("choices") if isinstance(answer, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) and not first.get("index") else {}


def chat_message(answer: Any) -> Json:
    """The model's message."""
    message = first_choice(answer).get("message")
    return message if isinstance(message, dict) else {}


def chat_call(call: Json) -> Json:
    """A call as the model made it, without what was parsed for the flow."""
    function = {
        key: value for key, value in (call.get("function") or {}).items() if key != "parsed_arguments"
    }
    return {**call, "function": function}


def add_piece(calls: dict[int, Json], piece: Json) -> None:
    """Add a piece of a streamed call: the id and name come first, the arguments bit by bit."""
    call = calls.setdefault(
        piece.get("index") or 0, {"id": "", "type": "function", "function": {"name": "", "arguments": ""}}
    )
    call["id"] = piece.get("id") or call["id"]
    told = piece.get("function") or {}
    call["function"]["name"] = told.get("name") or call["function"]["name"]
    call["function"]["arguments"] += told.get("arguments") or ""


def output_of(answer: Any) -> list[Json]:
    """The items of a response."""
    output = answer.get("output") if isinstance(answer, dict) else None
    return [item for item in output if isinstance(item, dict)] if isinstance(output, list) else []


def plain_item(item: Json) -> Json:
    """An item of an output as the server sent it, without what was parsed for the flow."""
    plain = {key: value for key, value in item.items() if key != "parsed_arguments"}
    if isinstance(content := plain.get("content"), list):
        plain["content"] = [
            {key: value for key, value in part.items() if key != "parsed"} if isinstance(part, dict) else part
            for part in content
        ]
    return plain
