"""What a request is to the simulator, what may be answered, and which function answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .state import Json, Problem, State


@dataclass(frozen=True)
class Upload:
    """A file of a multipart request."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Content:
    """An answer that is not JSON."""

    body: bytes
    type: str = "application/octet-stream"


@dataclass(frozen=True)
class Events:
    """Server-sent events; each is its data, or (name, data)."""

    events: Iterable[Json | tuple[str, Json]]
    done: bool = False
    """Whether `[DONE]` ends them."""


Answer = Json | Content | Events | None


@dataclass
class Call:
    """One request: path parameters, query and body are told apart, the base path is gone."""

    state: State
    verb: str
    path: str
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def collection(self) -> str:
        """The path without its last part: where the resource of this path is kept."""
        return self.path.rpartition("/")[0]

    def need(self, *names: str) -> None:
        """Raise where a property of the body is missing."""
        for name in names:
            if self.body.get(name) is None:
                raise Problem(
                    400, f"Missing required parameter: '{name}'.", name, "missing_required_parameter"
                )


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """A verb and a path with `{names}`, the properties its body needs, and what answers."""

    verb: str
    path: str
    needs: tuple[str, ...]
    handler: Handler
    pattern: re.Pattern[str]


ROUTES: list[Route] = []


def add_route(verb: str, path: str, handler: Handler, needs: tuple[str, ...] = ()) -> None:
    """Let a function answer a path."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
    ROUTES.append(Route(verb, path, needs, handler, pattern))
    # /threads/runs before /threads/{thread_id}
    ROUTES.sort(key=lambda route: route.path.count("{"))


def route(verb: str, path: str, *needs: str) -> Callable[[Handler], Handler]:
    """Decorate the function that answers a path."""

    def register(handler: Handler) -> Handler:
        add_route(verb, path, handler, needs)
        return handler

    return register


def answer(call: Call) -> Answer:
    """Find the function for a call and let it answer; Problem where there is none."""
    found = list(_matching(call.path))
    for candidate, ids in found:
        if candidate.verb == call.verb:
            call.ids = ids
            call.need(*candidate.needs)
            try:
                return candidate.handler(call)
            except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                # Handlers take what the API describes; anything else is the client's mistake.
                raise Problem(
                    400, f"The request is not what {call.path} takes: {error}.", code="invalid_type"
                ) from None
    if found:
        raise Problem(405, f"Not allowed to {call.verb} on {call.path}.", code="method_not_supported")
    raise Problem(404, f"Unknown request URL: {call.verb} {call.path}.", code="unknown_url")


def _matching(path: str) -> Iterator[tuple[Route, dict[str, str]]]:
    for candidate in ROUTES:
        if match := candidate.pattern.fullmatch(path):
            yield candidate, match.groupdict()
