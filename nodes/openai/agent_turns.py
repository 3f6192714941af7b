"""One turn of an agent session: input in, events out until the turn has ended; and what the turn has made."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from .api_errors import Problem
from .polls import known
from .request import build, insist
from .streams import read_events

if TYPE_CHECKING:
    from .call import Call

TURN_ENDS = frozenset(f"agent.session.turn.{end}" for end in ("completed", "failed", "cancelled"))


class Turn:
    """Follows the events of a session from its input on, and tells when the turn that began with it has ended."""

    def __init__(self, session_id: Any) -> None:
        self._session_id = session_id
        self._turn_id: Any = None
        self._ended = False

    def is_last(self, event: Any) -> bool:
        """Whether nothing of this turn follows the event."""
        if not isinstance(event, dict):
            return False
        kind = event.get("type")
        if kind == "agent.session.turn.created" and self._turn_id is None and not subagent_of(event):
            self._turn_id = event.get("turn_id")
        if kind in TURN_ENDS and self._turn_id is not None and event.get("turn_id") == self._turn_id:
            self._ended = True
        return kind == "agent.session.failed" or self._is_rest(event)

    def _is_rest(self, event: dict[str, Any]) -> bool:
        if event.get("type") == "agent.session.budget_reached":
            session = event.get("session") or {}
            return session.get("id") == self._session_id and (self._turn_id is None or self._ended)
        return event.get("type") == "agent.session.idle" and self._ended


def subagent_of(event: dict[str, Any]) -> Any:
    """The id of the helper whose turn it is, None for the agent's own."""
    return (event.get("turn") or {}).get("subagent_id")


async def follow_session(call: Call, payload: Any) -> AsyncIterator[list[Any]]:
    """Yield the events of a session as they come."""
    async for batch in call.events(call.method, payload):
        yield batch


async def run_turn(call: Call, payload: Any) -> AsyncIterator[list[Any]]:
    """Send input to an idle session and yield its events until the turn has ended.

    The stream is opened before the input is sent, so that no event is missed.
    """
    fields = call.fields(payload)
    insist(call.method, fields)
    ids = {"session_id": fields["session_id"]}
    session = await call.answer(known("beta.agents.sessions.retrieve"), ids)
    if not isinstance(session, dict) or session.get("status") != "idle":
        raise Problem("session_busy", session=fields["session_id"])
    request = await build(known("beta.agents.sessions.events.stream"), ids)
    stream = await call.client.open(request, call.access)
    turn = Turn(fields["session_id"])
    try:
        await call.ask(known("beta.agents.sessions.events.create"), ids | said(fields))
        call.show("streaming")
        async for batch in read_events(stream):
            ends = [place for place, event in enumerate(batch, 1) if turn.is_last(event)]
            yield batch[: ends[0]] if ends else batch
            if ends:
                return
        raise Problem("turn_cut_off", session=fields["session_id"])
    finally:
        stream.close()


def said(fields: dict[str, Any]) -> dict[str, Any]:
    """The input as an event, with a key of its own so that a retry is not a second input."""
    given = fields.get("input")
    text = {"role": "user", "content": [{"type": "input_text", "text": given}]}
    event = {"type": "agent.session.input.message", "input": [text] if isinstance(given, str) else given}
    return {"events": [event], "idempotency_key": fields.get("idempotency_key") or str(uuid.uuid4())}


async def artifacts_of_turn(call: Call, payload: Any) -> Any:
    """The artifacts of the turn in `result`, or the content of the one at `path`."""
    fields = call.fields(payload)
    turn = (fields.get("result") or {}).get("turn") or {}
    ids = {"session_id": turn["session_id"]} if "session_id" in turn else {}
    made = [
        artifact for artifact in await all_artifacts(call, ids) if artifact.get("turn_id") == turn.get("id")
    ]
    if "path" not in fields:
        return made
    wanted = [artifact for artifact in made if artifact.get("path") == fields["path"]]
    if len(wanted) != 1:
        raise Problem("no_artifact", path=fields["path"])
    content = known("beta.agents.sessions.artifacts.content")
    return await call.answer(content, ids | {"artifact_id": wanted[0].get("id")})


async def all_artifacts(call: Call, ids: dict[str, Any]) -> list[dict[str, Any]]:
    """Every page of a session's artifacts."""
    from .call import Call
    from .pages import pages

    listing = Call(known("beta.agents.sessions.artifacts.list"), ids, call.client, call.access, call.station)
    return [artifact async for batch, _ in pages(listing) for artifact in batch]
