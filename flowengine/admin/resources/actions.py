"""``/actions``: the methods of the API for agents, which read their schemas and call them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from ...nodes.openai.action_calls import ActionCalls, ActionError, failed, host_of
from ...nodes.openai.action_words import description, summary
from ...nodes.openai.actions import actions, find_action
from ..endpoint import Call, Endpoint
from ..errors import not_found

ARGUMENTS: Mapping[str, Any] = {
    "type": "object",
    "description": "The arguments, as the action's schema says.",
}
SERVICE_HOST = {
    "service_host": "name or id of the Service Host to ask through; the first one where it is not given"
}


class Stations:
    """Where actions are called from: one for each Service Host, so that its websockets outlive a request."""

    def __init__(self) -> None:
        self._made: dict[Any, ActionCalls] = {}

    async def of(self, host: Any) -> ActionCalls:
        """Return the station of a Service Host, and forget those of hosts that have been deployed anew."""
        for other in [other for other in self._made if other is not host and other.id == host.id]:
            await self._made.pop(other).close()
        if host not in self._made:
            self._made[host] = ActionCalls(host)
        return self._made[host]

    async def close(self) -> None:
        """Close all websockets."""
        for calls in self._made.values():
            await calls.close()


async def list_all(call: Call) -> Any:
    """Give every action with its schemas; ``schemas=false`` leaves those out, ``family`` takes those of one family."""
    family, tell = call.query("family"), summary if call.query("schemas") == "false" else description
    wanted = [action for action in actions().values() if family in ("", action.family)]
    # The schemas of all are a second's work when they are asked for the first time.
    return await asyncio.to_thread(
        lambda: {"data": [tell(action, call.language) for action in wanted], "object": "list"}
    )


async def show(call: Call) -> Any:
    """Give one action."""
    action = find_action(call.param("name"))
    if action is None:
        raise not_found()
    return description(action, call.language)


async def run(call: Call) -> Any:
    """Call an action. The envelope tells what came of it, whatever it was: agents need to look at nothing else."""
    name, engine, arguments = call.param("name"), call.runtime.engine, await call.fields()
    try:
        host = host_of(engine.nodes, call.query("service_host"), call.language)
    except ActionError as error:
        return failed(find_action(name), str(error))
    stations: Stations = engine.service("action_stations", lambda _: Stations())
    call.runtime.log.audit("action.run", user=call.username, action=name)
    return await (await stations.of(host)).run(name, arguments)


ENDPOINTS = (
    Endpoint(
        "GET",
        "/actions",
        "actions.read",
        list_all,
        "The actions for agents",
        {200: "name, description and schemas of each"},
        query={"family": "only those of this family", "schemas": "false for names and descriptions only"},
    ),
    Endpoint(
        "GET",
        "/actions/{name}",
        "actions.read",
        show,
        "One action",
        {200: "its schemas", 404: "no such action"},
    ),
    Endpoint(
        "POST",
        "/actions/{name}",
        "actions.write",
        run,
        "Call an action",
        {200: "the envelope, also of a call that failed", 400: "the arguments are no object"},
        ARGUMENTS,
        SERVICE_HOST,
    ),
)
