"""Assistants, threads, messages and runs."""

from __future__ import annotations

from typing import Any

from . import texts
from .calls import Answer, Call, Events, route
from .chat import usage_of
from .resources import Collection
from .run_events import events_of
from .state import Json, Problem, State

PATH = "/threads"
WORKING = ("queued", "in_progress")
ASSISTANT: Json = {"name": None, "description": None, "instructions": None, "tools": [], "metadata": {}}

Collection("/assistants", "assistant", "asst_", needs=("model",), defaults=ASSISTANT).install()


class Threads(Collection):
    """A new thread may be given its messages at once."""

    def create(self, call: Call) -> Json:
        """Make a thread."""
        messages = call.body.pop("messages", None) or []
        thread = super().create(call)
        for message in messages:
            add_message(call.state, thread["id"], message)
        return thread


class Messages(Collection):
    """The messages of a thread."""

    def create(self, call: Call) -> Json:
        """Add a message."""
        call.state.require_parent(call.path)
        return add_message(call.state, call.path.split("/")[2], call.body)


def add_message(state: State, thread_id: str, body: Json) -> Json:
    """Keep a message; a plain text becomes one part."""
    head = {"id": state.new_id("msg_"), "object": "thread.message", "created_at": state.now()}
    content = body.get("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": {"value": content, "annotations": []}}]
    usual: Json = {
        "status": "completed",
        "assistant_id": None,
        "run_id": None,
        "attachments": [],
        "metadata": {},
    }
    item = {**head, "thread_id": thread_id, **usual, **body, "content": content}
    return state.add(f"{PATH}/{thread_id}/messages", item)


THREADS = Threads(
    PATH, "thread", "thread_", "create get modify delete", defaults={"metadata": {}, "tool_resources": {}}
)
THREADS.install()
Messages(f"{PATH}/{{thread_id}}/messages", "thread.message", "msg_", needs=("role", "content")).install()
Collection(f"{PATH}/{{thread_id}}/runs", "thread.run", "run_", "list get modify cancel").install()
Collection(f"{PATH}/{{thread_id}}/runs/{{run_id}}/steps", "thread.run.step", "step_", "list get").install()


@route("POST", f"{PATH}/{{thread_id}}/runs", "assistant_id")
def create_run(call: Call) -> Answer:
    """Let an assistant answer a thread."""
    thread_id = call.ids["thread_id"]
    call.state.get(PATH, thread_id)
    for message in call.body.get("additional_messages") or []:
        add_message(call.state, thread_id, message)
    return _played(call, _new_run(call.state, thread_id, call.body))


@route("POST", f"{PATH}/runs", "assistant_id")
def create_thread_and_run(call: Call) -> Answer:
    """Make a thread and let an assistant answer it."""
    thread = THREADS.create(Call(call.state, "POST", PATH, body=call.body.get("thread") or {}))
    run = _new_run(
        call.state, thread["id"], {key: value for key, value in call.body.items() if key != "thread"}
    )
    return _played(call, run, thread)


def _new_run(state: State, thread_id: str, body: Json) -> Json:
    assistant = state.get("/assistants", body["assistant_id"])
    head = {
        "id": state.new_id("run_"),
        "object": "thread.run",
        "created_at": state.now(),
        "thread_id": thread_id,
    }
    taken = {name: body.get(name) or assistant.get(name) for name in ("model", "instructions", "tools")}
    choices = {
        "tool_choice": body.get("tool_choice") or "auto",
        "parallel_tool_calls": True,
        "response_format": "auto",
    }
    run = {
        **head,
        "assistant_id": assistant["id"],
        **taken,
        **choices,
        "metadata": body.get("metadata") or {},
    }
    run |= {
        "instructions": taken["instructions"] or "",
        "tools": taken["tools"] or [],
        "required_action": None,
    }
    return run | {
        "last_error": None,
        "incomplete_details": None,
        "truncation_strategy": {"type": "auto"},
        "usage": None,
    }


def _played(call: Call, run: Json, thread: Json | None = None) -> Answer:
    """Do the work of a run; its status tells of it later, its events at once."""
    asked = call.state.all(f"{PATH}/{run['thread_id']}/messages")
    function = texts.chosen_function(run["tools"], run["tool_choice"])
    if function:
        step, message = _call_tool(call.state, run, function), None
        end = "requires_action"
    else:
        question = texts.text_of(asked[-1]["content"]) if asked else ""
        step, message = _answer(call.state, run, texts.reply(question), asked)
        end = "completed"
    return _shown(call, run, step, message, end, thread)


def _shown(
    call: Call, run: Json, step: Json, message: Json | None, end: str, thread: Json | None = None
) -> Answer:
    collection = f"{PATH}/{run['thread_id']}/runs"
    if call.body.get("stream"):
        call.state.add(collection, run, (end,))
        return Events(events_of(run, step, message, thread), done=True)
    return call.state.add(collection, run, (*WORKING, end))


def _answer(state: State, run: Json, text: str, asked: Any) -> tuple[Json, Json]:
    content = [{"type": "text", "text": {"value": text, "annotations": []}}]
    said = {"role": "assistant", "content": content, "assistant_id": run["assistant_id"], "run_id": run["id"]}
    message = add_message(state, run["thread_id"], said)
    run["usage"] = usage_of(asked, text)
    details = {"type": "message_creation", "message_creation": {"message_id": message["id"]}}
    return _add_step(state, run, "message_creation", details), message


def _call_tool(state: State, run: Json, function: Json) -> Json:
    called = {"name": function["name"], "arguments": texts.arguments_for(function)}
    tool_call = {"id": state.new_id("call_"), "type": "function", "function": called}
    run["required_action"] = {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {"tool_calls": [tool_call]},
    }
    shown = {**tool_call, "function": {**called, "output": None}}
    return _add_step(state, run, "tool_calls", {"type": "tool_calls", "tool_calls": [shown]})


def _add_step(state: State, run: Json, kind: str, details: Json) -> Json:
    head = {"id": state.new_id("step_"), "object": "thread.run.step", "created_at": state.now()}
    place = {"run_id": run["id"], "thread_id": run["thread_id"], "assistant_id": run["assistant_id"]}
    item = {
        **head,
        **place,
        "type": kind,
        "status": "completed",
        "step_details": details,
        "usage": run["usage"],
    }
    return state.add(f"{PATH}/{run['thread_id']}/runs/{run['id']}/steps", item)


@route("POST", f"{PATH}/{{thread_id}}/runs/{{run_id}}/submit_tool_outputs", "tool_outputs")
def submit(call: Call) -> Answer:
    """Go on with a run that waits for the results of its tools."""
    run = call.state.get(f"{PATH}/{call.ids['thread_id']}/runs", call.ids["run_id"])
    if not run["required_action"]:
        raise Problem(400, f"Runs in status '{run['status']}' do not accept tool outputs.")
    run["required_action"] = None
    outputs = [result.get("output") for result in call.body["tool_outputs"]]
    step, message = _answer(call.state, run, texts.reply_to_tool(" ".join(map(str, outputs))), outputs)
    return _shown(call, run, step, message, "completed")
