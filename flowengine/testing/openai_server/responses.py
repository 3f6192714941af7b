"""The responses API: whole, as a stream of events, in the background, and over a websocket."""

from __future__ import annotations

import json
from typing import Any

from . import texts
from .calls import Answer, Call, Events, route
from .response_events import events_of
from .state import Json, Problem, State, page

PATH = "/responses"
ECHOED: Json = {
    "instructions": None, "metadata": {}, "parallel_tool_calls": True, "temperature": 1.0, "top_p": 1.0,
    "tool_choice": "auto", "tools": [], "max_output_tokens": None, "previous_response_id": None,
    "text": {"format": {"type": "text"}}, "truncation": "disabled", "background": False, "store": True,
    "reasoning": {"effort": None, "summary": None},
}  # fmt: skip


@route("POST", PATH)
def create(call: Call) -> Answer:
    """Answer; in the background, with status "queued", where that is asked for."""
    response = make(call.state, call.body)
    if call.body.get("stream"):
        return Events((event["type"], event) for event in events_of(response))
    if call.body.get("background"):
        return call.state.add(PATH, response, ("queued", "in_progress", "completed"))
    return response


def make(state: State, body: Json) -> Json:
    """Make the finished response for the body of a request, and keep it."""
    response: Json = {"id": state.new_id("resp_"), "object": "response", "created_at": state.now()}
    response |= {
        name: body.get(name) if body.get(name) is not None else usual for name, usual in ECHOED.items()
    }
    asked = input_items(state, body.get("input"))
    output = [answer_to(body, _earlier(state, body) + asked, state)]
    response |= {"status": "completed", "error": None, "incomplete_details": None, "service_tier": "default"}
    response |= {"model": body.get("model", "simulated"), "output": output, "usage": usage_of(asked, output)}
    if body.get("store") is not False:
        state.add(PATH, response)
        for item in asked:
            state.add(f"{PATH}/{response['id']}/input_items", item)
    if conversation := body.get("conversation"):
        _continue(
            state, conversation if isinstance(conversation, str) else conversation["id"], asked + output
        )
    return response


def _continue(state: State, conversation_id: str, items: list[Json]) -> None:
    state.get("/conversations", conversation_id)
    for item in items:
        state.add(f"/conversations/{conversation_id}/items", item)


def _earlier(state: State, body: Json) -> list[Json]:
    """Give the items that came before, as far as the answer may refer to them."""
    if not (previous := body.get("previous_response_id")):
        return []
    output: list[Json] = state.get(PATH, previous)["output"]
    return output


def input_items(state: State, given: Any) -> list[Json]:
    """Give what was asked as items with ids; a plain text is one user message."""
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    items = []
    for item in given or []:
        if item.get("role"):
            item = {
                "type": "message",
                "status": "completed",
                **item,
                "content": _content(item.get("content")),
            }
        items.append({"id": state.new_id("msg_" if item.get("role") else "item_"), **item})
    return items


def _content(content: Any) -> Any:
    return [{"type": "input_text", "text": content}] if isinstance(content, str) else content


def answer_to(body: Json, items: list[Json], state: State) -> Json:
    """Give the output item: a function call while tools are offered, else a message."""
    last = items[-1] if items else {}
    if last.get("type") == "function_call_output":
        return message(state, texts.reply_to_tool(last.get("output")))
    if function := texts.chosen_function(body.get("tools"), body.get("tool_choice")):
        called = {"name": function["name"], "arguments": texts.arguments_for(function), "status": "completed"}
        return {
            "id": state.new_id("fc_"),
            "type": "function_call",
            "call_id": state.new_id("call_"),
            **called,
        }
    question = texts.text_of(last.get("content"))
    text = texts.structured((body.get("text") or {}).get("format"), question) or texts.reply(question)
    limit = body.get("max_output_tokens")
    return message(state, "".join(texts.words(text)[: int(limit)]) if limit else text)


def message(state: State, text: str) -> Json:
    """Make the assistant's message."""
    content = [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]
    head = {"id": state.new_id("msg_"), "type": "message", "role": "assistant", "status": "completed"}
    return {**head, "content": content}


def usage_of(asked: Any, answered: Any) -> Json:
    """Count words, in the names of this API."""
    given, made = texts.count(asked), texts.count(answered)
    return {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": made,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": given + made,
    }


@route("GET", f"{PATH}/{{response_id}}")
def retrieve(call: Call) -> Answer:
    """Give a kept response; with `stream` its events again, after number `starting_after`."""
    response = call.state.look(PATH, call.ids["response_id"])
    if call.query.get("stream") in (True, "true"):
        after = int(call.query.get("starting_after", -1))
        return Events((e["type"], e) for e in events_of(response) if e["sequence_number"] > after)
    return response


@route("DELETE", f"{PATH}/{{response_id}}")
def delete(call: Call) -> Answer:
    """Forget a response."""
    call.state.remove(PATH, call.ids["response_id"])
    return {"id": call.ids["response_id"], "object": "response.deleted", "deleted": True}


@route("POST", f"{PATH}/{{response_id}}/cancel")
def cancel(call: Call) -> Answer:
    """Stop a response that runs in the background."""
    if not call.state.get(PATH, call.ids["response_id"])["background"]:
        raise Problem(400, "Cannot cancel a synchronous response.", "response_id")
    return call.state.stop(PATH, call.ids["response_id"], "cancelled")


@route("GET", f"{PATH}/{{response_id}}/input_items")
def list_input(call: Call) -> Answer:
    """List what a response was asked."""
    call.state.require_parent(call.path)
    return page(call.state.all(call.path), call.query)


@route("POST", f"{PATH}/input_tokens")
def count_input(call: Call) -> Answer:
    """Count the words of a question."""
    asked = [call.body.get("input"), call.body.get("instructions")]
    return {"object": "response.input_tokens", "input_tokens": texts.count(asked)}


@route("POST", f"{PATH}/compact", "model")
def compact(call: Call) -> Answer:
    """Give a conversation back as one opaque item."""
    asked = input_items(call.state, call.body.get("input"))
    content = f"{texts.MARK} {json.dumps(asked)}"
    item = {"id": call.state.new_id("cmp_"), "type": "compaction", "encrypted_content": content}
    head = {"id": call.state.new_id("resp_"), "object": "response.compaction", "created_at": call.state.now()}
    return {**head, "output": [item], "usage": usage_of(asked, content)}
