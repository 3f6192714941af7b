"""The OpenAI API node: calls the method it is set to, with the payload of each message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from flowengine.errors import FlowError, NodeError
from flowengine.fields import PLACES, config_node, hidden, methods, required, section, show_if, typed, values
from flowengine.messages import Msg, generate_id
from flowengine.node import DEFERRED, Node, NodeConfig
from flowengine.typed_values import compile_value

from .advice import for_log
from .api_errors import ApiError, Problem
from .call import Call, total_tokens
from .client import Access
from .methods import close_to, find
from .pages import MOST_PAGES, pages
from .parameters import compile_fields
from .record import Method
from .service_host import Accessor, ServiceHost, failing
from .sockets import close_all
from .stream_messages import StreamMessages, copied
from .tool_flows import tool_flows
from .tool_rounds import MOST_ROUNDS, ToolRounds

REQUESTING = {"fill": "blue", "shape": "dot", "text": "OpenaiApi.status.requesting"}
STREAMING = {"fill": "green", "shape": "dot", "text": "OpenaiApi.status.streaming"}
FAILED = {"fill": "red", "shape": "ring", "text": "node-red:common.status.error"}
NO_HOST = "OpenAI service host is not configured"


class OpenaiApi(Node):
    """Calls a method of the API with each message, and sends the answer or its events on."""

    type = "OpenAI API"
    category = "AI"
    color = "#ABABAB"
    icon = "openai"
    copy_on_write = True
    form = (
        "name",
        "service",
        "method",
        section("input", "property"),
        section("pages", "autoPaginate", "maxPages"),
        section("tools", "tools", "maxRounds", "toolMessages"),
        section("more", "streamParts", "streamText", "details", "usageStatus", "cancelOnReset"),
    )
    label = ("{name}", "{method}")

    class Config(NodeConfig):
        service: Annotated[str | None, config_node("Service Host", test=True), required()] = ""
        method: Annotated[str | None, methods(), required()] = ""
        property: Annotated[str | None, typed(*PLACES, type_field="propertyType")] = "payload"
        property_type: str | None = Field("msg", alias="propertyType")
        defaults: Annotated[dict[str, Any], hidden()] = {}
        default_types: Annotated[dict[str, str], hidden()] = Field({}, alias="defaultTypes")
        auto_paginate: Literal["", "array", "messages"] = Field("", alias="autoPaginate")
        max_pages: Annotated[int, show_if("autoPaginate")] = Field(MOST_PAGES, ge=1, alias="maxPages")
        stream_parts: bool = Field(False, alias="streamParts")
        stream_text: bool = Field(False, alias="streamText")
        details: bool = False
        usage_status: bool = Field(False, alias="usageStatus")
        cancel_on_reset: bool = Field(False, alias="cancelOnReset")
        tools: Annotated[list[str], values()] = []
        max_rounds: Annotated[int, show_if("tools")] = Field(MOST_ROUNDS, ge=1, alias="maxRounds")
        tool_messages: Annotated[bool, show_if("tools")] = Field(False, alias="toolMessages")

        @field_validator("defaults", "default_types", mode="before")
        @classmethod
        def read_defaults(cls, value: Any) -> Any:
            """An object, or one kept as JSON text."""
            return json.loads(value) if isinstance(value, str) and value.strip() else value or {}

        @field_validator("tools", mode="before")
        @classmethod
        def read_tools(cls, value: Any) -> Any:
            """Names of tool flows, as a list or in one text; "all" for all of them."""
            return value.replace(",", " ").split() if isinstance(value, str) else value or []

    def on_start(self) -> None:
        self.sockets: dict[str, Any] = {}
        self._calls: dict[asyncio.Task[None], Msg] = {}
        self._tokens = 0.0
        self._method = find(self.config.method or "")
        self._host: ServiceHost | None = None
        self._accessor: Accessor | None = None
        self._fields = (
            compile_fields(self.config.defaults, self.config.default_types, self)
            if self.config.defaults or self.config.default_types
            else None
        )
        try:
            self._input = compile_value(
                self.config.property or "payload", self.config.property_type or "msg", self
            )
        except FlowError as error:
            self._input = failing(error)

    def on_input(self, msg: Msg) -> Any:
        if self.config.cancel_on_reset and "reset" in msg:
            return self._cancel(msg["reset"])
        try:
            call = self._prepared(msg)
        except Problem as problem:
            raise NodeError(self._worded(problem)) from None
        self.status(REQUESTING)
        task = self.spawn(self._perform(call, msg))
        self._calls[task] = msg
        task.add_done_callback(self._calls.pop)
        return DEFERRED

    async def on_close(self, removed: bool) -> None:
        await close_all(self.sockets)

    @classmethod
    def check(cls, config: Any, checker: Any) -> Iterable[tuple[str, str]]:
        from .checks import ApiCheck

        return ApiCheck(config, checker).findings()

    def _prepared(self, msg: Msg) -> Call:
        """Everything that a call needs. Raises FlowError for what is wrong before any server is asked."""
        host, access = self._access(msg)
        payload = self._input(msg)
        if self._fields is not None:
            # A timestamp or a text holds no fields: a plain inject node starts a call that is written here.
            payload = {**self._fields(msg), **(payload if isinstance(payload, dict) else {})}
        return Call(self._record(), payload, host.client, access, self, msg=msg, node=self, show=self._show)

    def _access(self, msg: Msg) -> tuple[ServiceHost, Access]:
        host = self.node(self.config.service)
        if not isinstance(host, ServiceHost):
            raise NodeError(NO_HOST, logged=f"{NO_HOST} ({self._missing_host()})")
        if (
            host is not self._host or self._accessor is None
        ):  # the host may be deployed anew without this node
            self._host, self._accessor = host, host.accessor(self)
        return host, self._accessor.access(msg)

    def _record(self) -> Method:
        if self._method is None:
            name = self.config.method
            if not name:
                raise Problem("no_method")
            if close := close_to(name):
                raise Problem("check_unknown_method", method=name, close=", ".join(close))
            raise Problem("unknown_method", method=name)
        return self._method

    def _missing_host(self) -> str:
        named = self.config.service
        return self.words("errors.check_lost_host" if named else "errors.check_no_host", id=named)

    async def _perform(self, call: Call, msg: Msg) -> None:
        try:
            source = self._with_tools(call, msg) if self.config.tools else call
            if call.streams:
                await self._send_events(call, source, msg)
            elif self.config.auto_paginate and call.method.page is not None and call.method.run is None:
                with call.watched():
                    await self._send_pages(call, msg)
            else:
                msg["payload"] = await source.result()
                self._send(call, msg)
            self._settle(call)
        except Exception as error:  # whatever went wrong in a call belongs to the catch nodes
            self._fail(error, msg, call.access)
            return
        self.done(msg)

    def _with_tools(self, call: Call, msg: Msg) -> Call | ToolRounds:
        """The call, with flows as its model's tools where the method knows of tools."""
        from .tool_dialects import dialect_of

        dialect = dialect_of(call.method)
        if dialect is None or not isinstance(call.payload, dict):
            return call

        def heard(number: int, calls: list[dict[str, Any]]) -> None:
            self._count(call)
            names = ", ".join(one["name"] for one in calls)
            self.status({**STREAMING, "text": self.words("statuses.round", round=number, names=names)})
            if self.config.tool_messages:
                out = copied(msg, {"round": number, "calls": calls})
                out["openai"] = {**(call.details if self.config.details else {}), "round": number}
                self.send(out)

        flows = tool_flows(self.host)
        return ToolRounds(call, dialect, flows, self.config.tools, self.config.max_rounds, heard)

    async def _send_events(self, call: Call, source: Call | ToolRounds, msg: Msg) -> None:
        call.stream = generate_id() if call.watchers else ""
        made = StreamMessages(
            msg, parts=self.config.stream_parts, text=self.config.stream_text, stream=call.stream
        )
        take = made.take
        send = partial(self._send, call) if self.config.details else self.send
        async with aclosing(source.batches()) as batches:
            async for batch in batches:
                for event in batch:
                    if (out := take(event)) is not None:
                        send(out)
        for out in made.finish():
            send(out)

    async def _send_pages(self, call: Call, msg: Msg) -> None:
        every: list[Any] = []
        parts_id, index = generate_id(), 0
        async with aclosing(pages(call, self.config.max_pages)) as found:
            async for items, last in found:
                if self.config.auto_paginate == "array":
                    every += items
                    continue
                out = copied(msg, items)
                # join strings lists of `len` items together; one that is 1 it would keep apart
                out["parts"] = {"id": parts_id, "type": "array", "index": index, "len": max(2, len(items))}
                index += 1
                if last:
                    out["parts"]["count"] = index
                self._send(call, out)
        if self.config.auto_paginate == "array":
            msg["payload"] = every
            self._send(call, msg)

    def _send(self, call: Call, msg: Msg) -> None:
        if self.config.details:
            msg["openai"] = self._details(call, msg["payload"])
        self.send(msg)

    def _details(self, call: Call, payload: Any) -> dict[str, Any]:
        prices = self.host.settings.prices
        if not prices or "usage" not in call.details:
            return dict(call.details)
        from .watching import cost_of

        model = call.fields(payload).get("model") or call.fields(call.payload).get("model")
        return call.details | cost_of(prices, str(model), call.details["usage"])

    def _settle(self, call: Call) -> None:
        """The status after a success: none, or on request the tokens used so far."""
        self._count(call)
        if not self.config.usage_status:
            self.status({})
            return
        self.status(
            {"fill": "grey", "shape": "dot", "text": self.words("statuses.usage", tokens=f"{self._tokens:g}")}
        )

    def _count(self, call: Call) -> None:
        self._tokens += total_tokens(call.details.pop("usage", None) or {})

    def _fail(self, error: Exception, msg: Msg, access: Access) -> None:
        self.status(FAILED)
        if isinstance(error, Problem):
            self.error(self._worded(error), msg)
        elif isinstance(error, ApiError):
            known = error.detailed() if self.config.details else NodeError(error.message)
            known.logged = for_log(error, self, self._host, access)
            self.error(known, msg)
        else:
            self.error(error, msg)

    def _worded(self, problem: Problem) -> str:
        return self.words(f"errors.{problem.key}", **problem.values)

    def _show(self, what: str) -> None:
        self.status(STREAMING if what == "streaming" else {})

    def _cancel(self, which: Any) -> None:
        """Cancel every call under way, or those of the message whose id is given."""
        for task, msg in list(self._calls.items()):
            if not isinstance(which, str) or msg.get("_msgid") == which:
                task.cancel()
        self.status({})
