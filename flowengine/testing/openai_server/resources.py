"""Collections of resources declared as data: create, list, retrieve, modify, delete, cancel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .calls import Answer, Call, Upload, add_route
from .state import Json, page

Fill = Callable[[Call], Json]


def nothing(_: Call) -> Json:
    """Fill nothing in."""
    return {}


@dataclass(frozen=True)
class Collection:
    """A path such as `/threads/{thread_id}/messages` and what its resources look like.

    `verbs` is what the API offers of create, list, get, modify, delete, cancel. A new resource holds
    `defaults`, then the body of the request, then what `fill` gives. `statuses` are passed one a look.
    """

    path: str
    object: str
    prefix: str
    verbs: str = "create list get modify delete"
    needs: tuple[str, ...] = ()
    defaults: Json = field(default_factory=dict)
    fill: Fill = nothing
    statuses: tuple[str, ...] = ()
    cancelled: str = "cancelled"
    deleted: str = ".deleted"

    def install(self) -> None:
        """Let the simulator answer these paths."""
        one = f"{self.path}/{{{self.prefix.rstrip('-_')}_}}"
        routes = {
            "create": ("POST", self.path, self.create, self.needs),
            "list": ("GET", self.path, self.list, ()),
            "get": ("GET", one, retrieve, ()),
            "modify": ("POST", one, modify, ()),
            "delete": ("DELETE", one, self.delete, ()),
            "cancel": ("POST", f"{one}/cancel", self.cancel, ()),
        }
        for verb in self.verbs.split():
            add_route(*routes[verb])

    def create(self, call: Call) -> Json:
        """Make a resource of the body of a request."""
        self._require_parent(call)
        body = {key: value for key, value in call.body.items() if not _is_upload(value)}
        head = {"id": call.state.new_id(self.prefix), "object": self.object, "created_at": call.state.now()}
        item = {**head, **_copy(self.defaults), **body, **self.fill(call)}
        return call.state.add(call.path, item, self.statuses)

    def list(self, call: Call) -> Json:
        """Give a page of the collection."""
        self._require_parent(call)
        return page(call.state.all(call.path), call.query)

    def delete(self, call: Call) -> Json:
        """Forget a resource and say so."""
        item = call.state.remove(call.collection, call.path.rpartition("/")[2])
        return {"id": item["id"], "object": f"{self.object}{self.deleted}", "deleted": True}

    def cancel(self, call: Call) -> Json:
        """Stop a resource."""
        collection, _, item_id = call.collection.rpartition("/")
        return call.state.stop(collection, item_id, self.cancelled)

    def _require_parent(self, call: Call) -> None:
        if "{" in self.path:
            call.state.require_parent(call.path)


def retrieve(call: Call) -> Answer:
    """Give the resource of this path."""
    return call.state.look(call.collection, call.path.rpartition("/")[2])


def modify(call: Call) -> Answer:
    """Change what the body names; identity stays."""
    item = call.state.get(call.collection, call.path.rpartition("/")[2])
    item.update({key: value for key, value in call.body.items() if key not in ("id", "object", "created_at")})
    return item


def _is_upload(value: Any) -> bool:
    return isinstance(value, Upload) or (
        isinstance(value, list) and any(isinstance(v, Upload) for v in value)
    )


def _copy(value: Json) -> Json:
    return {key: dict(inner) if isinstance(inner, dict) else inner for key, inner in value.items()}
