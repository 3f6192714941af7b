"""The vocabulary in which API methods are declared: Family, Method, Param and their constructors.

A record is plain data. Forms, help, schema and the request are all read from it; nothing of it is checked
against a payload when a message is sent, save that the path gets its values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Where = Literal["path", "query", "body", "header"]
Answer = Literal["json", "bytes", "text", "none"]
Page = Literal["Page", "CursorPage", "ConversationCursorPage", "NextCursorPage", "TokenPage"]

# (call, payload) -> the new msg.payload. `call` is a `call.Call`; a function that speaks more than once
# returns an async iterator of `call.Part` instead.
Run = Callable[[Any, dict[str, Any]], Any]
# (answer) -> answer: what is added to, or taken from, the decoded body of a success.
Shape = Callable[[Any], Any]

NOTHING: Mapping[str, str] = MappingProxyType({})
REFERENCE = "https://developers.openai.com/api/reference/resources"
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Param:
    """One payload field. `where=None` means: path if the path names it, else what the verb says.

    `wire` is the server's name for it, where that is another than the payload's.
    """

    name: str
    type: Any = str
    required: bool = False
    where: Where | None = None
    ge: float | None = None
    le: float | None = None
    file: bool = False
    text: bool = False
    wire: str | None = None
    example: Any = None

    @property
    def sample(self) -> Any:
        """A value to show and to test with; ids need none of their own: `file_id` -> `"file_123"`."""
        return self.example if self.example is not None else f"{self.name.removesuffix('_id')}_123"


@dataclass(frozen=True)
class Method:
    """One thing the node can do. `path` is below the API base; `{name}` in it is a required field.

    - `result="data"`: that field of the answer is the payload, and it has to be there.
    - `page`: the answer is a page; the payload is its `data` (an empty list when there is none).
    - `answer`: how a body is handed on; `"json"` still gives text where the server says it sent text.
    - `streams`: a truthy `stream` field makes each event a message; `"data"` for events whose `data` is meant.
    - `run`: a function in place of one request. `shape`: a function over the answer of one request.
    - `multipart`: sent as a form even where no field is a file (files make it so by themselves).
    - `always`: fields that every request carries, whatever the payload says.
    - `sdk`: the official Python library's name of the call (a name with dots is its own);
      `aliases`: other names of the method; `retired`: the day from which the service refuses it.
    - `example`: what a runnable payload has besides the required fields.
    """

    name: str
    verb: str
    path: str
    params: tuple[Param, ...] = ()
    result: str | None = None
    answer: Answer = "json"
    streams: bool | Literal["data"] = False
    page: Page | None = None
    run: Run | None = None
    shape: Shape | None = None
    multipart: bool = False
    options: bool | None = None
    strict: bool = False
    empty_body: bool = False
    sdk: str | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    fixed_query: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    always: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    retired: str | None = None
    aliases: tuple[str, ...] = ()
    admin: bool = False
    example: Mapping[str, Any] = field(default_factory=lambda: NOTHING)

    def __post_init__(self) -> None:
        if self.sdk is None and "." in self.name:
            object.__setattr__(self, "sdk", self.name)

    @cached_property
    def all_params(self) -> tuple[Param, ...]:
        """Every field with its place settled: those of the path first, then the declared ones in order."""
        declared = {param.name: param for param in self.params}
        in_path = PLACEHOLDER.findall(self.path)
        first = [replace(declared.get(n, Param(n)), required=True, where="path") for n in in_path]
        rest = [p if p.where else replace(p, where=self.place) for p in self.params if p.name not in in_path]
        return (*first, *rest)

    @property
    def place(self) -> Where:
        """Where a field goes that says nothing itself."""
        return "query" if self.verb in ("GET", "DELETE") else "body"

    @cached_property
    def path_names(self) -> tuple[str, ...]:
        return tuple(PLACEHOLDER.findall(self.path))

    @cached_property
    def placed(self) -> dict[str, Where]:
        """Where the fields go that do not go where the verb says."""
        return {p.name: p.where for p in self.all_params if p.where and p.where not in ("path", self.place)}

    @cached_property
    def declared(self) -> frozenset[str]:
        return frozenset(param.name for param in self.all_params)

    @cached_property
    def wire_names(self) -> dict[str, str]:
        """The server's names of the fields that have another one in the payload."""
        return {param.name: param.wire for param in self.params if param.wire}

    @cached_property
    def files(self) -> dict[str, Param]:
        return {param.name: param for param in self.params if param.file}

    @cached_property
    def takes_options(self) -> bool:
        """Whether fields that nothing declares are request options."""
        if self.options is not None or self.strict:
            return self.strict or bool(self.options)
        return len(self.path_names) < 2 and not self.takes_fields

    @cached_property
    def takes_fields(self) -> bool:
        """Whether there is a query or a body to put fields into."""
        return self.multipart or any(param.where not in ("path", "header") for param in self.all_params)

    @property
    def output(self) -> str:
        """What `msg.payload` becomes: `list`, `object`, `bytes`, `text`, `connection` or `none`."""
        if self.verb == "WS":
            return "connection"
        if self.page or self.result:
            return "list"
        return "object" if self.answer == "json" else self.answer

    @property
    def example_payload(self) -> dict[str, Any]:
        """A whole payload that the schema accepts and a server could answer."""
        return {p.name: p.sample for p in self.all_params if p.required} | dict(self.example)

    @property
    def reference(self) -> str | None:
        """Where the service describes the call; of a helper, where it describes the resource."""
        if self.sdk is None:
            return None
        *resources, call = self.sdk.split(".")
        last = "" if self.run else f"/methods/{call}"
        return f"{REFERENCE}/{'/subresources/'.join(resources)}{last}"

    @cached_property
    def payload(self) -> TypeAdapter[Any]:
        """Checks a whole payload; unknown fields pass, since servers grow faster than records.

        Built on first use: ten milliseconds each, too dear for all methods at start.
        """
        from typing import Annotated, NotRequired, Required

        from pydantic import ConfigDict, Field, TypeAdapter, with_config
        from typing_extensions import TypedDict

        fields: dict[str, Any] = {}
        for param in self.all_params:
            kind: Any = Any if param.file else param.type
            if param.ge is not None or param.le is not None:
                kind = Annotated[kind, Field(ge=param.ge, le=param.le)]
            # Servers take null for a field that is not given.
            fields[param.name] = Required[kind] if param.required else NotRequired[kind | None]
        shape = TypedDict(self.name, fields)  # type: ignore[misc]
        return TypeAdapter(with_config(ConfigDict(extra="allow"))(shape))

    @cached_property
    def json_schema(self) -> dict[str, Any]:
        return self.payload.json_schema()


@dataclass(frozen=True)
class Family:
    """Methods that belong together.

    `headers` go with every request of theirs (a method's own win); `admin`: they all want an admin key.
    """

    name: str
    icon: str
    methods: tuple[Method, ...]
    headers: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    admin: bool = False

    def __post_init__(self) -> None:
        if not self.headers and not self.admin:
            return
        merged = (replace(m, headers={**self.headers, **m.headers}, admin=self.admin) for m in self.methods)
        object.__setattr__(self, "methods", tuple(merged))


def required(name: str, kind: Any = str, **more: Any) -> Param:
    """A field that a payload has to have."""
    return Param(name, kind, required=True, **more)


def optional(name: str, kind: Any = str, **more: Any) -> Param:
    """A field that a payload may have."""
    return Param(name, kind, **more)


def file(name: str, kind: Any = str, *, required: bool = True, **more: Any) -> Param:
    """A field that is sent as a file: a path, bytes, a description or a data URL (or a list of them)."""
    return Param(name, kind, required=required, file=True, **more)


def get(name: str, path: str, *params: Param, **more: Any) -> Method:
    """A method that reads."""
    return Method(name, "GET", path, params, **more)


def post(name: str, path: str, *params: Param, **more: Any) -> Method:
    """A method that makes or starts something."""
    return Method(name, "POST", path, params, **more)


def put(name: str, path: str, *params: Param, **more: Any) -> Method:
    """A method that puts something in the place of another."""
    return Method(name, "PUT", path, params, **more)


def patch(name: str, path: str, *params: Param, **more: Any) -> Method:
    """A method that changes parts of something."""
    return Method(name, "PATCH", path, params, **more)


def delete(name: str, path: str, *params: Param, **more: Any) -> Method:
    """A method that removes something."""
    return Method(name, "DELETE", path, params, **more)


def websocket(name: str, path: str, *params: Param, **more: Any) -> Method:
    """A method that opens a websocket at `path`; `run` says what is done with it."""
    return Method(name, "WS", path, params, **more)


def local(name: str, *params: Param, **more: Any) -> Method:
    """A method that asks no server: `run` does all of it."""
    return Method(name, "", "", params, **more)


AFTER = optional("after", where="query")
BEFORE = optional("before", where="query")
LIMIT = optional("limit", int, ge=1, where="query")
ORDER = optional("order", Literal["asc", "desc"], where="query")
PAGE = (AFTER, LIMIT, ORDER)
