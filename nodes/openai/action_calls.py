"""Runs actions for agents: arguments in, an envelope `{data, error, successful}` out, never an exception."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from flowengine.errors import FlowError
from flowengine.folders import folder
from flowengine.messages import UNDEFINED, Msg
from flowengine.words import fill, languages_of, lookup, sentence

from .actions import Action, actions, find_action
from .api_errors import ApiError, Problem
from .call import Call, decoded, items
from .service_host import Accessor, ServiceHost
from .sockets import close_all

Json = dict[str, Any]
Files = Path | Literal["all"] | None
"""Which files of this machine arguments may name: those below a folder, all, or none."""

# Methods with local paths in other fields than files.
PREPARE, PREPARE_FOLDER = (
    "beta.agents.environments.files.prepare",
    "beta.agents.environments.files.prepare_directory",
)


class ActionError(FlowError):
    """What keeps an action from being called at all."""


class ActionCalls:
    """Calls actions through a Service Host. It is a station: websockets that an action opens stay open for others."""

    id = "actions"

    def __init__(self, host: ServiceHost, *, files: Files = None) -> None:
        self._host = host
        self._files = files
        self._accessor: Accessor = host.accessor(host)
        self.sockets: dict[str, Any] = {}
        self._events: list[Any] = []

    async def close(self) -> None:
        """Close websockets."""
        await close_all(self.sockets)

    async def run(self, name: str, arguments: Any) -> Json:
        """Call an action. The envelope tells what came of it, whatever happens."""
        action = find_action(name)
        try:
            if action is None:
                raise ActionError(self._unknown(name))
            return await self._called(action, self._checked(action, arguments))
        except Problem as problem:
            error = sentence(
                self._language, f"{__package__}.openai_api", f"errors.{problem.key}", problem.values
            )
        except Exception as failure:  # an agent reads what went wrong; nothing else would
            error = str(failure) or failure.__class__.__name__
        return failed(action, error)

    # the station of the call

    def env(self, name: str) -> Any:
        """The environment of the Service Host."""
        return self._host.env(name)

    def send(self, msg: Any) -> None:
        """Keep what a websocket said for the next result."""
        self._events.append(msg.get("payload") if isinstance(msg, dict) else msg)

    def error(self, error: Any, msg: Any = None) -> None:
        """Keep what was wrong with a websocket's event for the next result."""
        self._events.append({"type": "error", "error": str(error)})

    # one call

    @property
    def _language(self) -> str:
        return self._host.host.language

    def _words(self, key: str, **values: Any) -> str:
        return action_words(self._language, key, **values)

    def _unknown(self, name: str) -> str:
        close = get_close_matches(name.upper(), actions(), cutoff=0.7)
        return self._words("unknown_close" if close else "unknown", name=name, close=", ".join(close))

    def _checked(self, action: Action, arguments: Any) -> Json:
        """The arguments, if everything needed is there and no file is named that may not be read."""
        if arguments is None or arguments is UNDEFINED:
            arguments = {}
        if not isinstance(arguments, dict):
            raise ActionError(self._words("no_object", name=action.name))
        needed = [param.name for param in action.params if param.required]
        if missing := [name for name in needed if arguments.get(name) in (None, "")]:
            raise ActionError(self._words("missing", name=action.name, fields=", ".join(missing)))
        for path in local_paths(action, arguments):
            self._allow(action, path)
        return dict(arguments)

    def _allow(self, action: Action, path: str) -> None:
        if self._files is None:
            raise ActionError(self._words("local_file", name=action.name, path=path))
        if self._files != "all" and not Path(path).resolve().is_relative_to(self._files.resolve()):
            raise ActionError(self._words("outside", name=action.name, path=path))

    async def _called(self, action: Action, arguments: Json) -> Json:
        access = self._accessor.access(Msg())
        call = Call(
            action.method, action.payload(arguments), self._host.client, access, self, node=self._host
        )
        try:
            return await self._answered(action, call)
        except Problem:
            raise
        except ApiError as error:  # some servers quote the key, which is not for an agent and its model
            raise ActionError(access.hidden(error.message)) from error

    async def _answered(self, action: Action, call: Call) -> Json:
        if action.is_list:
            with call.watched():
                page = decoded(call.method, await call.ask(call.method, call.payload))
            beside = {
                name: page[name] for name in action.page_fields if isinstance(page, dict) and name in page
            }
            return {"data": items(page), "object": "list", **beside, "error": None, "successful": True}
        if call.streams:
            data: Any = [event async for batch in call.batches() for event in batch]
        else:
            data = await call.result()
        if action.method.output == "connection":
            data, self._events = {**data, "events": self._events}, []
        return {"data": as_json(data), "error": None, "successful": True}


def action_words(language: str, key: str, **values: Any) -> str:
    """A sentence about what keeps actions from running."""
    files = [folder("locales") / name / "actions.json" for name in languages_of(language)]
    return fill(str(lookup(files, f"errors.{key}") or key), values)


def failed(action: Action | None, error: str) -> Json:
    """The envelope of a failure."""
    if action is not None and action.is_list:
        return {"data": [], "object": "list", "error": error, "successful": False}
    return {"data": None, "error": error, "successful": False}


def as_json(data: Any) -> Any:
    """A result that JSON can hold: bytes become base64."""
    if isinstance(data, bytes | bytearray):
        return {"base64": base64.b64encode(data).decode(), "size": len(data)}
    return None if data is UNDEFINED else data


def local_paths(action: Action, arguments: Json) -> Iterator[str]:
    """The files and folders of this machine that arguments name."""
    if action.method.name == PREPARE_FOLDER:
        yield str(arguments.get("root"))
    if action.method.name == PREPARE and isinstance(files := arguments.get("files"), dict):
        yield from paths_in(list(files.values()), text=False)
    for param in action.method.files.values():
        yield from paths_in(arguments.get(param.name), text=param.text)


def paths_in(value: Any, *, text: bool) -> Iterator[str]:
    """The paths in the value of a file field; where `text` may stand in its place, a plain text is none."""
    if isinstance(value, list):
        for one in value:
            yield from paths_in(one, text=text)
    elif isinstance(value, str) and not text and not value.startswith("data:"):
        yield value
    elif (
        isinstance(value, dict)
        and isinstance(path := value.get("path"), str)
        and not path.startswith("data:")
    ):
        yield path


def host_of(nodes: dict[str, Any], name: str = "", language: str = "en-US") -> ServiceHost:
    """The running Service Host of an id or name; without a name the first. Raises ActionError."""
    hosts = [node for node in nodes.values() if node.type_name == ServiceHost.type]
    if not hosts:
        raise ActionError(action_words(language, "no_hosts"))
    for host in hosts:
        if not name or name in (host.id, host.name):
            found: ServiceHost = host
            return found
    known = ", ".join(f'"{host.name or host.id}"' for host in hosts)
    raise ActionError(action_words(language, "no_host", name=name, known=known))
