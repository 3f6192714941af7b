"""The csv node: CSV text to objects, objects and arrays to CSV text.

Two dialects: RFC 4180 for nodes that say so, and the older one of nodes that do not.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from pydantic import field_validator

from flowengine.fields import checkbox, line, number, section, select, starts
from flowengine.javascript_values import js_parse_int
from flowengine.messages import UNDEFINED, Msg, own
from flowengine.node import DEFERRED, Node, NodeConfig

from .csv_dialect import Dialect, Layout, Parsed
from .csv_legacy import LegacyDialect
from .csv_rfc import RfcDialect

LONG = 1_000_000
"""Characters after which a text is read beside the event loop, so that other flows go on meanwhile."""


class Csv(Node):
    """Reads text and writes objects; ``msg.columns`` names the columns."""

    type = "csv"
    category = "parser"
    color = "#DEBD5C"
    icon = "parser-csv"
    copy_on_write = True
    form = (
        "name",
        "temp",
        "sep",
        "spec",
        section(
            "reading", "skip", "hdrin", "strings", "include_empty_strings", "include_null_values", "multi"
        ),
        section("writing", "hdrout", "ret"),
    )

    class Config(NodeConfig):
        """``spec``: "rfc", or "" for the older dialect. ``multi``: a message per row (one) or an array (mult)."""

        spec: Annotated[str, select("rfc", ""), starts("rfc")] = ""
        temp: Annotated[str, line(placeholder="a,b,c")] = ""
        sep: Annotated[str, line(placeholder=",")] = ","
        ret: Annotated[str, select(r"\n", r"\r\n", r"\r"), starts(r"\r\n")] = ""
        multi: Annotated[str, select("one", "mult")] = "one"
        hdrin: Annotated[bool | str, checkbox()] = False
        hdrout: Annotated[str | bool, select("none", "all", "once")] = "none"
        skip: Annotated[int, number(least=0, whole=True)] = 0
        strings: Annotated[bool | str, checkbox()] = True
        include_empty_strings: Annotated[bool | str, checkbox()] = False
        include_null_values: Annotated[bool | str, checkbox()] = False

        @field_validator("spec", "temp", "ret", mode="before")
        @classmethod
        def _none(cls, value: Any) -> Any:
            return value or ""

        @field_validator("sep", "multi", mode="before")
        @classmethod
        def _default(cls, value: Any, info: Any) -> Any:
            return value or cls.model_fields[info.field_name].default

        @field_validator("hdrout", mode="before")
        @classmethod
        def _old_flag(cls, value: Any) -> Any:
            return {True: "all", False: "none", None: "none", "": "none"}.get(value, value)

        @field_validator("skip", mode="before")
        @classmethod
        def _number(cls, value: Any) -> Any:
            number = js_parse_int(value or 0)
            return 0 if number != number else int(number)

    def on_start(self) -> None:
        self.status({})
        config = self.config
        kind = RfcDialect if config.spec == "rfc" else LegacyDialect
        layout = Layout(
            separator=_unescaped(config.sep),
            line_end=_unescaped(config.ret or kind.default_line_end),
            columns=config.temp,
            header_in=config.hdrin is True,
            header_out=str(config.hdrout),
            skip=config.skip,
            numbers=config.strings is True or config.strings == "true",
            empty_strings=bool(config.include_empty_strings),
            null_values=bool(config.include_null_values),
            whole=config.multi != "one",
        )
        self._store: list[Any] = []
        self._dialect: Dialect = kind(layout, self)
        self._is_broken = not self._dialect.start()

    def on_input(self, msg: Msg) -> Any:
        if self._is_broken:
            return DEFERRED
        self._dialect.begin()
        if "reset" in msg:
            self._dialect.header_sent = False
        payload = msg.get("payload", UNDEFINED)
        if "payload" not in msg:
            return None if "reset" in msg else msg
        if isinstance(payload, str):
            if len(payload) > LONG:
                return self._read_beside(msg, payload)
            return self._results(msg, self._dialect.read(payload, _parts(msg)))
        if payload is None or isinstance(payload, (dict, list, bytes)):
            return self._write(msg, payload)
        self._dialect.refuse()
        return None

    async def _read_beside(self, msg: Msg, payload: str) -> Any:
        loop = asyncio.get_running_loop()
        parsed = await loop.run_in_executor(None, self._dialect.read, payload, _parts(msg))
        return self._results(msg, parsed)

    def _write(self, msg: Msg, payload: Any) -> Msg:
        text, columns = self._dialect.write(payload, msg)
        msg["payload"], msg["columns"] = text, columns
        return msg

    # what leaves the node

    def _results(self, msg: Msg, parsed: Parsed | None) -> Any:
        if parsed is None:
            return DEFERRED
        if self.config.multi != "one":
            return self._whole(msg, parsed)
        return [self._rows(msg, parsed)]

    def _whole(self, msg: Msg, parsed: Parsed) -> Msg | None:
        """Return all rows in one message; rows that came in parts are kept until the last part."""
        parts = _parts(msg)
        if parts is None or parsed.line_breaks > 1:
            msg["payload"], msg["columns"] = parsed.rows, parsed.columns
            return msg
        self._store.extend(parsed.rows)
        if _number(parts, "index") + 1 != _number(parts, "count"):
            return None
        msg["payload"], msg["columns"] = self._store, parsed.columns
        del msg["parts"]
        self._store = []
        return msg

    def _rows(self, msg: Msg, parsed: Parsed) -> list[Msg]:
        parts = _parts(msg)
        removed = self.config.skip + (1 if self.config.hdrin else 0)
        messages = []
        own(msg)
        for index, row in enumerate(parsed.rows):
            message = Msg(msg)
            message.entry = msg.entry
            message["columns"], message["payload"] = parsed.columns, row
            if parts is None:
                message["parts"] = {"id": msg["_msgid"], "index": index, "count": len(parsed.rows)}
            else:
                count = _number(parts, "count") - removed
                message["parts"] = {**parts, "index": _number(parts, "index") - removed, "count": count}
            if parsed.is_last:
                message["complete"] = True
            message.shared = True  # what stands beside the payload is the same in all of them
            messages.append(message)
        if parts is not None and parsed.is_last and not messages:
            messages.append(Msg(complete=True))
        return messages


def _parts(msg: Msg) -> dict[str, Any] | None:
    parts = msg.get("parts")
    return parts if isinstance(parts, dict) else None


def _number(parts: dict[str, Any], key: str) -> Any:
    value = parts.get(key)
    return value if isinstance(value, (int, float)) else float("nan")


def _unescaped(text: str) -> str:
    return text.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r")
