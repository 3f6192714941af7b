"""Chat completions and the older text completions, whole or as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import texts
from .calls import Answer, Call, Events, route
from .resources import modify, retrieve
from .state import Json, page

PATH = "/chat/completions"


@route("POST", PATH, "model", "messages")
def create(call: Call) -> Answer:
    """Answer a conversation: with a function call while tools are offered, else with words."""
    head = {"id": call.state.new_id("chatcmpl-"), "created": call.state.now(), "model": call.body["model"]}
    message = answer_to(call.body)
    usage = usage_of(call.body["messages"], message)
    if call.body.get("stream"):
        return Events(_chunks(head, message, usage, call.body), done=True)
    choices = [
        {"index": index, "message": message, "logprobs": None, "finish_reason": _finish(message, call.body)}
        for index in range(call.body.get("n") or 1)
    ]
    done = {
        **head,
        "object": "chat.completion",
        "choices": choices,
        "usage": usage,
        "service_tier": "default",
    }
    if call.body.get("store"):
        kept = {**done, "metadata": call.body.get("metadata") or {}, "request_id": call.state.new_id("req_")}
        call.state.add(PATH, kept)
        call.state.add(f"{PATH}/{head['id']}/messages", {"id": f"{head['id']}-0", "name": None, **message})
    return done


def answer_to(body: Json) -> Json:
    """Give the assistant's message for the body of a request."""
    last = body["messages"][-1] if body["messages"] else {}
    message: Json = {"role": "assistant", "content": None, "refusal": None, "annotations": []}
    if last.get("role") in ("tool", "function"):
        return {**message, "content": texts.reply_to_tool(texts.text_of(last.get("content")))}
    if function := texts.chosen_function(body.get("tools"), body.get("tool_choice")):
        called = {"name": function["name"], "arguments": texts.arguments_for(function)}
        # The id follows from what is called, so that a recorded conversation can be played again.
        return {
            **message,
            "tool_calls": [{"id": f"call_sim_{function['name']}", "type": "function", "function": called}],
        }
    question = texts.text_of(last.get("content"))
    content = texts.structured(body.get("response_format"), question) or texts.reply(question)
    return {**message, "content": _cut(content, body)}


def _cut(text: str, body: Json) -> str:
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    return "".join(texts.words(text)[: int(limit)]) if limit else text


def _finish(message: Json, body: Json) -> str:
    if message.get("tool_calls"):
        return "tool_calls"
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    return "length" if limit and texts.count(message["content"]) >= int(limit) else "stop"


def usage_of(asked: Any, answered: Any) -> Json:
    """Count words, in the names of the chat API."""
    prompt, completion = texts.count(asked), texts.count(answered)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _chunks(head: Json, message: Json, usage: Json, body: Json) -> Iterator[Json]:
    def chunk(delta: Json, finish: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**head, "object": "chat.completion.chunk", "choices": [choice]}

    yield chunk({"role": "assistant", "content": "" if message["content"] else None})
    for piece in texts.words(message["content"] or ""):
        yield chunk({"content": piece})
    for index, called in enumerate(message.get("tool_calls", [])):
        function = called["function"]
        yield chunk({"tool_calls": [{**called, "index": index, "function": {**function, "arguments": ""}}]})
        for piece in texts.words(function["arguments"]):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, _finish(message, body))
    if (body.get("stream_options") or {}).get("include_usage"):
        yield {**head, "object": "chat.completion.chunk", "choices": [], "usage": usage}


@route("GET", f"{PATH}/{{completion_id}}/messages")
def messages(call: Call) -> Answer:
    """List the messages of a stored completion."""
    call.state.require_parent(call.path)
    return page(call.state.all(call.path), call.query)


@route("DELETE", f"{PATH}/{{completion_id}}")
def delete(call: Call) -> Answer:
    """Forget a stored completion."""
    item = call.state.remove(PATH, call.ids["completion_id"])
    return {"id": item["id"], "object": "chat.completion.deleted", "deleted": True}


route("GET", PATH)(lambda call: page(call.state.all(PATH), call.query))
route("GET", f"{PATH}/{{completion_id}}")(retrieve)
route("POST", f"{PATH}/{{completion_id}}", "metadata")(modify)


@route("POST", "/completions", "model", "prompt")
def complete(call: Call) -> Answer:
    """Continue a text."""
    prompt = call.body["prompt"]
    text = _cut(texts.reply(prompt if isinstance(prompt, str) else str(prompt[0])), call.body)
    head = {"id": call.state.new_id("cmpl-"), "object": "text_completion", "created": call.state.now()}
    head["model"] = call.body["model"]

    def answer(piece: str, finish: str | None) -> Json:
        return {**head, "choices": [{"index": 0, "text": piece, "logprobs": None, "finish_reason": finish}]}

    if call.body.get("stream"):
        pieces = [answer(piece, None) for piece in texts.words(text)]
        return Events([*pieces, answer("", "stop")], done=True)
    return {**answer(text, "stop"), "usage": usage_of(prompt, text)}
