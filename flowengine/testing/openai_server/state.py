"""What the simulator remembers: resources by the path of their collection, contents of files, a clock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]
START = 1_700_000_000


class Problem(Exception):
    """An error answer in the shape of the API."""

    def __init__(self, status: int, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.param, self.code = status, message, param, code

    def as_json(self) -> Json:
        """Give the body of the answer."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}


class State:
    """One server's memory. Nothing in it depends on the machine, so the same calls give the same answers."""

    def __init__(self) -> None:
        self.collections: dict[str, dict[str, Json]] = {}
        self.contents: dict[str, bytes] = {}
        self._to_come: dict[tuple[str, str], list[str]] = {}
        self._count = 0

    def new_id(self, prefix: str) -> str:
        """Give the next id, such as `file-sim000007`."""
        self._count += 1
        return f"{prefix}sim{self._count:06d}"

    def now(self) -> int:
        """Give seconds since 1970: a clock that ticks with every id, not with time."""
        return START + self._count

    def add(self, collection: str, item: Json, statuses: Iterable[str] = ()) -> Json:
        """Keep a resource; each time it is looked at, its status becomes the next of `statuses`."""
        self.collections.setdefault(collection, {})[item["id"]] = item
        if to_come := list(statuses):
            item["status"] = to_come.pop(0)
            self._to_come[collection, item["id"]] = to_come
        return item

    def get(self, collection: str, item_id: str) -> Json:
        """Give a resource as it is; Problem 404 where there is none."""
        try:
            return self.collections[collection][item_id]
        except KeyError:
            kind = collection.rpartition("/")[2].replace("_", " ").removesuffix("s")
            raise Problem(404, f"No {kind} found with id '{item_id}'.", "id", "not_found") from None

    def look(self, collection: str, item_id: str) -> Json:
        """Give a resource after its status has gone one step on."""
        item = self.get(collection, item_id)
        if to_come := self._to_come.get((collection, item_id)):
            item["status"] = to_come.pop(0)
        return item

    def stop(self, collection: str, item_id: str, status: str) -> Json:
        """End what a resource is doing."""
        item = self.get(collection, item_id)
        self._to_come.pop((collection, item_id), None)
        item["status"] = status
        return item

    def remove(self, collection: str, item_id: str) -> Json:
        """Forget a resource and what lies below it."""
        item = self.get(collection, item_id)
        del self.collections[collection][item_id]
        below = f"{collection}/{item_id}/"
        for path in [path for path in self.collections if path.startswith(below)]:
            del self.collections[path]
        return item

    def all(self, collection: str) -> list[Json]:
        """Give the resources of a collection, oldest first."""
        return list(self.collections.get(collection, {}).values())

    def require_parent(self, collection: str) -> None:
        """Raise Problem 404 where `/threads/thread_1/messages` has no thread_1."""
        parent, _, parent_id = collection.rpartition("/")[0].rpartition("/")
        self.get(parent, parent_id)


def page(items: list[Json], query: dict[str, Any]) -> Json:
    """Give one page: newest first unless `order` says asc, with `after`, `before` and `limit`."""
    ordered = items if query.get("order") == "asc" else items[::-1]
    ids = [item["id"] for item in ordered]
    start = ids.index(query["after"]) + 1 if query.get("after") in ids else 0
    end = ids.index(query["before"]) if query.get("before") in ids else len(ids)
    limit = _limit(query.get("limit", 20))
    data = ordered[start:end][:limit]
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": end - start > limit,
    }


def _limit(value: Any) -> int:
    try:
        limit = int(value)
    except (TypeError, ValueError):
        raise Problem(
            400, f"Invalid 'limit': '{value}' is not an integer.", "limit", "invalid_type"
        ) from None
    if limit < 1:
        raise Problem(400, f"Invalid 'limit': {limit} is less than 1.", "limit", "integer_below_min_value")
    return limit
