"""Realtime: client secrets, what is done to calls, and a conversation over a websocket."""

from __future__ import annotations

from collections.abc import Iterator

from .calls import Answer, Call, Content, route
from .response_events import events_of
from .responses import make
from .state import Json, Problem, State

PATH = "/realtime"


@route("POST", f"{PATH}/client_secrets")
def client_secret(call: Call) -> Answer:
    """Give a secret for a browser."""
    session = {"type": "realtime", "object": "realtime.session", **(call.body.get("session") or {})}
    session |= {"id": call.state.new_id("sess_")}
    return {"value": "ek_simulated", "expires_at": call.state.now() + 600, "session": session}


@route("POST", f"{PATH}/calls")
def start_call(_: Call) -> Answer:
    """Answer the offer of a WebRTC client with a description that carries no media."""
    return Content(b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=simulated\r\nt=0 0\r\n", "application/sdp")


@route("POST", f"{PATH}/calls/{{call_id}}/accept", "type")
@route("POST", f"{PATH}/calls/{{call_id}}/reject")
@route("POST", f"{PATH}/calls/{{call_id}}/refer", "target_uri")
@route("POST", f"{PATH}/calls/{{call_id}}/hangup")
def act_on_call(_: Call) -> Answer:
    """Take note: calls are not kept, so any id will do."""
    return None


class RealtimeTalk:
    """One websocket at `/realtime`: text in, text out; audio is taken and not heard."""

    def __init__(self, state: State, query: Json) -> None:
        self.state = state
        self.items: list[Json] = []
        self.session: Json = {"type": "realtime", "object": "realtime.session", "id": state.new_id("sess_")}
        self.session |= {"model": query.get("model", "simulated"), "output_modalities": ["text"]}

    def greet(self) -> Iterator[Json]:
        """Say what a client hears first."""
        yield self._event("session.created", session=self.session)

    def hear(self, event: Json) -> Iterator[Json]:
        """Answer an event of the client."""
        match event.get("type"):
            case "session.update":
                self.session |= event.get("session") or {}
                yield self._event("session.updated", session=self.session)
            case "conversation.item.create":
                yield from self._add_item(event.get("item") or {})
            case "input_audio_buffer.append":
                pass
            case "input_audio_buffer.clear":
                yield self._event("input_audio_buffer.cleared")
            case "input_audio_buffer.commit":
                yield self._event(
                    "input_audio_buffer.committed", item_id=self.state.new_id("item_"), previous_item_id=None
                )
            case "response.create":
                yield from self._respond(event.get("response") or {})
            case other:
                raise Problem(400, f"Invalid value: '{other}'.", "type", "invalid_value")

    def _add_item(self, given: Json) -> Iterator[Json]:
        item = {"id": self.state.new_id("item_"), "object": "realtime.item", "status": "completed", **given}
        self.items.append(item)
        yield self._event("conversation.item.added", item=item, previous_item_id=None)
        yield self._event("conversation.item.done", item=item, previous_item_id=None)

    def _respond(self, wanted: Json) -> Iterator[Json]:
        asked = wanted.get("input") or self.items
        tools = wanted.get("tools") or self.session.get("tools")
        response = make(self.state, {"input": asked, "tools": tools, "store": False})
        short = {
            "id": response["id"],
            "object": "realtime.response",
            "conversation_id": None,
            "status_details": None,
        }
        self.items += response["output"]
        yield self._event("response.created", response={**short, "status": "in_progress", "output": []})
        for event in events_of(response):
            if event["type"] not in ("response.created", "response.in_progress", "response.completed"):
                yield {**event, "event_id": self.state.new_id("event_"), "response_id": response["id"]}
        done = {**short, "status": "completed", "output": response["output"], "usage": response["usage"]}
        yield self._event("response.done", response=done)

    def _event(self, kind: str, **more: object) -> Json:
        return {"type": kind, "event_id": self.state.new_id("event_"), **more}


class ResponsesTalk:
    """One websocket at `/responses`: every `response.create` is answered by its events."""

    def __init__(self, state: State, query: Json) -> None:
        self.state = state

    def greet(self) -> Iterator[Json]:
        """Say nothing: here the client speaks first."""
        return iter(())

    def hear(self, event: Json) -> Iterator[Json]:
        """Answer an event of the client."""
        if event.get("type") != "response.create":
            raise Problem(400, f"Invalid value: '{event.get('type')}'.", "type", "invalid_value")
        body = {name: value for name, value in event.items() if name != "type"}
        return events_of(make(self.state, body))


Talk = RealtimeTalk | ResponsesTalk
TALKS: dict[str, type[RealtimeTalk | ResponsesTalk]] = {PATH: RealtimeTalk, "/responses": ResponsesTalk}
