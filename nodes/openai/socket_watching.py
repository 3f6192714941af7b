"""Answers over a websocket as those who watch models see them: each response is a call of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowengine.streamed_text import DELTAS, SPOKEN

from .api_errors import ConnectionLost
from .watching import begun, learn

if TYPE_CHECKING:
    from flowengine.model_calls import ModelCall

    from .call import Call

BEGIN = "response.created"
ENDS = frozenset(("response.done", "response.completed", "response.failed", "response.incomplete"))
SESSIONS = frozenset(("session.created", "session.updated"))
TEXTS = DELTAS | SPOKEN
MOST_OPEN = 100
"""Responses that a server begins and never ends are given up beyond this."""


class SocketResponses:
    """Follows the events of one connection."""

    def __init__(self, call: Call, model: Any) -> None:
        assert call.node is not None
        self._node, self._method, self._base = call.node, call.method, call.access.base
        self._model = model if isinstance(model, str) else ""
        self._open: dict[str, ModelCall] = {}

    def hear(self, event: Any) -> None:
        """Take note of an event of the server."""
        if not isinstance(event, dict):
            return
        kind, response = event.get("type"), event.get("response")
        if kind in TEXTS:
            call = self._call_of(event.get("response_id"))
            if call is not None and isinstance(delta := event.get("delta"), str):
                call.say(delta)
        elif kind == BEGIN and isinstance(response, dict):
            self._begin(response)
        elif kind in ENDS and isinstance(response, dict):
            self._end(response)
        elif kind in SESSIONS and isinstance(session := event.get("session"), dict):
            self._model = session.get("model") or self._model

    def close(self) -> None:
        """The connection is gone, and what was under way with it."""
        for call in self._open.values():
            call.end(ConnectionLost("terminated"))
        self._open.clear()

    def _call_of(self, response_id: Any) -> ModelCall | None:
        """The response that a text belongs to; where none is named there is only one at a time."""
        if response_id is None and self._open:
            return next(reversed(self._open.values()))
        return self._open.get(response_id)

    def _begin(self, response: dict[str, Any]) -> None:
        request = {"model": response.get("model") or self._model}
        call = begun(self._node, self._method, self._base, request, streaming=True, operation="chat")
        learn(call, response)
        self._open[str(response.get("id"))] = call.__enter__()
        if len(self._open) > MOST_OPEN:
            self._open.pop(next(iter(self._open))).end(ConnectionLost("terminated"))

    def _end(self, response: dict[str, Any]) -> None:
        call = self._open.pop(str(response.get("id")), None)
        if call is not None:
            learn(call, response)
            call.end()
