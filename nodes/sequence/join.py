"""The join node: puts sequences of messages together, by their ``parts`` or by count, time or ``msg.complete``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from flowengine.errors import ExpressionError, NodeError, PropertyPathError
from flowengine.fields import Kind, checkbox, number, select, show_if, starts, typed
from flowengine.javascript_values import js_number, js_string, js_typeof
from flowengine.messages import UNDEFINED, Msg, compile_path
from flowengine.node import DEFERRED, Node, NodeConfig

from .join_group import Group
from .reduction import Reduction, TooManyError
from .separators import byte_list, separator_bytes, unescape

MANUAL_GROUP = "_"
"""Id of the group of all messages that name none."""


class Join(Node):
    """Joins messages: ``auto`` what was split, ``custom`` by its own settings, ``reduce`` by an expression."""

    type = "join"
    category = "sequence"
    color = "#e2d96e"
    icon = "join"
    copy_on_write = True
    form = (
        "name",
        "mode",
        "build",
        "property",
        "key",
        "joiner",
        "count",
        "timeout",
        "useparts",
        "accumulate",
        "reduceExp",
        "reduceInit",
        "reduceFixup",
        "reduceRight",
    )

    class Config(NodeConfig):
        """``build``: what to make in mode custom; ``timeout`` in seconds."""

        mode: Literal["auto", "custom", "reduce"] = "auto"
        build: Annotated[
            str | None, select("string", "buffer", "array", "object", "merged"), show_if("mode=custom")
        ] = "object"
        property: Annotated[
            str | None,
            typed("msg", Kind("full"), type_field="propertyType"),
            show_if("mode=custom,build!=merged"),
        ] = "payload"
        property_type: str | None = Field("msg", alias="propertyType")
        key: Annotated[str | None, typed("msg"), show_if("mode=custom,build=object")] = "topic"
        joiner: Annotated[
            Any, typed("str", "bin", type_field="joinerType"), show_if("mode=custom,build=string|buffer")
        ] = "\\n"
        joiner_type: str | None = Field("str", alias="joinerType")
        useparts: Annotated[bool | None, show_if("mode=custom")] = False
        accumulate: Annotated[bool | str | None, checkbox(), show_if("mode=custom,build=object|merged")] = (
            False
        )
        timeout: Annotated[
            str | int | float | None, number(least=0, unit="seconds"), show_if("mode=custom")
        ] = ""
        count: Annotated[str | int | float | None, number(least=0, whole=True), show_if("mode=custom")] = ""
        reduce_right: Annotated[bool | None, show_if("mode=reduce")] = Field(False, alias="reduceRight")
        reduce_exp: Annotated[Any, typed("jsonata"), show_if("mode=reduce")] = Field(None, alias="reduceExp")
        reduce_init: Annotated[
            Any,
            typed(
                "flow",
                "global",
                "str",
                "num",
                "bool",
                "json",
                "bin",
                "date",
                "jsonata",
                "env",
                type_field="reduceInitType",
            ),
            show_if("mode=reduce"),
        ] = Field(None, alias="reduceInit")
        reduce_init_type: Annotated[str | None, starts("num")] = Field(None, alias="reduceInitType")
        reduce_fixup: Annotated[Any, typed("jsonata"), show_if("mode=reduce")] = Field(
            None, alias="reduceFixup"
        )

        @field_validator("mode", mode="before")
        @classmethod
        def _auto_by_default(cls, value: Any) -> Any:
            return value or "auto"

    def on_start(self) -> None:
        config = self.config
        named = config.model_fields_set
        self._mode = config.mode
        self._whole = config.property_type == "full"
        self._property = "payload" if self._whole else config.property or "payload"
        self._path = compile_path(self._property)
        self._value = self._path.reader
        self._key = config.key or "topic"
        self._key_path = compile_path(self._key)
        self._build = (config.build if "build" in named else None) or "array"
        self._seconds = 0.0 if self._mode == "auto" else _number(config.timeout)
        self._count = _number(config.count)
        self._strips_parts = self._mode == "custom" and "useparts" in named and not config.useparts
        self._count_from_parts = "count" in named and config.count == ""
        self._joiner = _joiner(config.joiner if "joiner" in named else "", config.joiner_type or "str")
        self._groups: dict[Any, Group] = {}
        self._reduction: Reduction | None = None
        if self._mode == "auto" and self._path.is_key:
            self.on_inputs = self._take_all
        if self._mode == "reduce":
            try:
                self._reduction = Reduction(self)
            except ExpressionError as error:
                self.error(self.words("errors.invalid_expression", error=error.message))

    def on_input(self, msg: Msg) -> Any:
        if self._mode == "reduce":
            return self._reduce(msg)
        if self._mode == "auto" and self._path.is_key and self._follows(msg):
            return DEFERRED
        value: Any = msg
        if not self._whole:
            try:
                value = self._value(msg)
            except PropertyPathError:
                self.warn(self.words("errors.no_property", property=self._property))
                return None
        parts = msg.get("parts")
        if self._mode == "auto":
            if not isinstance(parts, dict) or "id" not in parts:
                return self._without_parts(msg)
            value = compile_path(parts.get("property") or "payload").get(msg)
            key = parts.get("key", UNDEFINED)
            return self._join(msg, parts["id"], parts.get("type"), value, key, lambda: Group.of_parts(parts))
        if self._strips_parts and "parts" in msg:
            _strip(msg)
        return self._join_by_settings(msg, value)

    def on_close(self, removed: bool) -> None:
        for group in self._groups.values():
            self._release(group)
        self._groups.clear()
        if self._reduction is not None:
            self._reduction.release()

    # taking in messages

    def _take_all(self, msgs: list[Msg]) -> None:
        """Take in messages that wait together: the parts of one sequence, in order, at one go."""
        at = 0
        while at < len(msgs):
            if count := self._take_run(msgs, at):
                at += count
            else:
                self._receive(msgs[at])
                at += 1

    def _take_run(self, msgs: list[Msg], at: int) -> int:
        """Take in parts that follow a group's last one; returns how many there are."""
        parts = msgs[at].get("parts")
        group_id = parts.get("id") if isinstance(parts, dict) else None
        group = self._groups.get(group_id) if isinstance(group_id, str) else None
        count = 0 if group is None else group.take_run(group_id, msgs, at)
        if group is not None and self.complete_nodes is not None:
            group.pending += msgs[at : at + count]
        return count

    def _without_parts(self, msg: Msg) -> None:
        if "reset" in msg:
            self._groups.clear()
        else:
            self.warn(self.words("errors.no_parts"))

    def _follows(self, msg: Msg) -> bool:
        """Take in the next part of a sequence in order, which nearly all are; tells whether it was one."""
        parts = msg.get("parts")
        if not isinstance(parts, dict) or "reset" in msg or "complete" in msg or "restartTimeout" in msg:
            return False
        group = self._groups.get(parts.get("id"))
        if group is None or not group.follow(msg, parts):
            return False
        if self.complete_nodes is not None:
            group.pending.append(msg)
        if group.is_full:
            self._complete(parts["id"])
        return True

    def _join_by_settings(self, msg: Msg, value: Any) -> Any:
        group_id: Any = MANUAL_GROUP
        count: Any = self._count
        if self._count_from_parts and isinstance(parts := msg.get("parts"), dict):
            count = parts.get("count") or 0
            group_id = parts.get("id", MANUAL_GROUP)
        key = self._key_path.get(msg) if self._build == "object" else UNDEFINED
        return self._join(msg, group_id, self._build, value, key, lambda: self._manual_group(count))

    def _manual_group(self, count: Any) -> Group:
        return Group(self._build, count, ch=self._joiner, path=self._path)

    def _join(
        self, msg: Msg, group_id: Any, kind: Any, value: Any, key: Any, make_group: Callable[[], Group]
    ) -> Any:
        group = self._groups.get(group_id)
        if group is not None and "restartTimeout" in msg:
            self._start_timer(group_id, group)
        if "reset" in msg:
            self._drop(group_id)
            return None
        if kind == "object" and key in (UNDEFINED, None, ""):
            self._join_without_key(msg, group_id, group)
            return None
        if group is None:
            group = self._groups[group_id] = make_group()
            group.msg.update(msg)
            self._start_timer(group_id, group)
        self._put(group, msg, value, key)
        self._add(group, msg)
        if group.is_full or "complete" in msg:
            self._complete(group_id)
        return DEFERRED

    def _join_without_key(self, msg: Msg, group_id: Any, group: Group | None) -> None:
        if self._mode == "auto":
            self.warn(self.words("errors.no_parts_key"))
        elif "complete" not in msg:
            self.warn(self.words("errors.no_key", property=self._key))
        elif group is not None:
            group.msg["complete"] = msg["complete"]
            self._complete(group_id)

    def _put(self, group: Group, msg: Msg, value: Any, key: Any) -> None:
        if group.kind == "buffer" and not (
            value is UNDEFINED or isinstance(value, (bytes, bytearray, str, list))
        ):
            raise NodeError(self.words("errors.not_for_buffer", type=js_typeof(value)))
        if group.kind == "merged" and not (isinstance(value, dict) or value is None):
            if "complete" not in msg:
                self.warn(self.words("errors.not_for_merge"))
            return
        group.put(value, key, msg["parts"].get("index", UNDEFINED) if self._mode == "auto" else UNDEFINED)

    def _add(self, group: Group, msg: Msg) -> None:
        if self.complete_nodes is not None:
            group.pending.append(msg)
        group.add(msg, msg.get("parts"))

    # sending

    def _start_timer(self, group_id: Any, group: Group) -> None:
        if group.timer is not None:
            group.timer.cancel()
        if self._seconds > 0:
            group.timer = self.call_later(self._seconds, self._complete, group_id)

    def _complete(self, group_id: Any) -> None:
        group = self._groups[group_id]
        if group.timer is not None:
            group.timer.cancel()
        keeps = self._mode != "auto" and self.config.accumulate is True and "complete" not in group.msg
        if not keeps:
            del self._groups[group_id]
        self.send(group.result(keeps=keeps, apart=self._whole))
        self._end(group)

    def _drop(self, group_id: Any) -> None:
        if (group := self._groups.pop(group_id, None)) is not None:
            self._release(group)

    def _release(self, group: Group) -> None:
        if group.timer is not None:
            group.timer.cancel()
        self._end(group)

    def _end(self, group: Group) -> None:
        pending, group.pending = group.pending, []
        for msg in pending:
            self.done(msg)

    # reducing

    def _reduce(self, msg: Msg) -> Any:
        if self._reduction is None:
            return DEFERRED
        if "parts" not in msg:
            return msg
        try:
            done = self._reduction.take(msg)
        except TooManyError:
            raise NodeError(self.words("errors.too_many")) from None
        except ExpressionError as error:
            self.error(error.details or error, msg)
            return DEFERRED
        for finished in done:
            self.done(finished)
        return DEFERRED


def _number(value: Any) -> float:
    number = float(js_number(value or 0))
    return number if number == number else 0.0


def _joiner(text: Any, kind: str) -> Any:
    if kind == "str":
        return unescape(js_string(text or ""))
    return separator_bytes(byte_list(text or "[]")) if kind == "bin" else text


def _strip(msg: Msg) -> None:
    """Forget the sequence that the message is of, but not those around it."""
    parts = msg.pop("parts")
    if isinstance(parts, dict) and "parts" in parts:
        msg["parts"] = {"parts": parts["parts"]}
