"""The sort node: orders the items of an array, or the messages of a sequence."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from flowengine.errors import ExpressionError, NodeError
from flowengine.fields import Kind, select, show_if, typed
from flowengine.messages import Msg, compile_path
from flowengine.node import DEFERRED, Node, NodeConfig

from .sorting import sort_by

OPAQUE = "[object Object]"
"""What JavaScript's text of an error of JSONata is."""


class Group:
    """The messages of a sequence that have come."""

    def __init__(self) -> None:
        self.count: Any = None
        self.msgs: list[Msg] = []


class Sort(Node):
    """Sorts by value, by a property, or by a JSONata expression."""

    type = "sort"
    category = "sequence"
    color = "#e2d96e"
    icon = "sort"
    copy_on_write = True
    form = ("name", "target", "msgKey", "seqKey", "order", "as_num")

    class Config(NodeConfig):
        """``targetType``: msg sorts the array in ``target``, seq the messages of a sequence."""

        order: Annotated[str | None, select("ascending", "descending")] = "ascending"
        as_num: bool | None = False
        target: Annotated[str | None, typed("msg", Kind("seq"), type_field="targetType")] = "payload"
        target_type: str | None = Field("msg", alias="targetType")
        msg_key: Annotated[
            str | None, typed(Kind("elem"), "jsonata", type_field="msgKeyType"), show_if("targetType=msg")
        ] = Field("payload", alias="msgKey")
        msg_key_type: str | None = Field("elem", alias="msgKeyType")
        seq_key: Annotated[
            str | None, typed("msg", "jsonata", type_field="seqKeyType"), show_if("targetType=seq")
        ] = Field("payload", alias="seqKey")
        seq_key_type: str | None = Field("msg", alias="seqKeyType")

    def on_start(self) -> None:
        config = self.config
        self._sorts_array = config.target_type == "msg"
        self._path = compile_path(config.target or "payload")
        self._expression: Any = None
        self._limit = self.host.settings.node_message_buffer_max_length
        self._groups: dict[Any, Group] = {}
        self._waiting = 0
        self._is_broken = False
        key, kind = (
            (config.msg_key, config.msg_key_type)
            if self._sorts_array
            else (config.seq_key, config.seq_key_type)
        )
        if kind == "jsonata":
            self._compile(key or "")
        elif not self._sorts_array:
            self._key = compile_path(key or "payload").get

    def _compile(self, text: str) -> None:
        from flowengine.expressions import compile_jsonata

        try:
            self._expression = compile_jsonata(text, self)
        except ExpressionError:
            self.error(self.words("errors.invalid_expression", message=OPAQUE))
            self._is_broken = True

    def on_input(self, msg: Msg) -> Any:
        if self._is_broken:
            return DEFERRED
        if self._sorts_array:
            return self._sort_array(msg)
        parts = msg.get("parts")
        if not isinstance(parts, dict) or "id" not in parts or "index" not in parts:
            return None
        return self._collect(msg, parts)

    def on_close(self, removed: bool) -> None:
        groups, self._groups = self._groups, {}
        for group in groups.values():
            self.log(self.words("errors.clear"))
            for msg in group.msgs:
                self.done(msg)

    # an array

    def _sort_array(self, msg: Msg) -> Msg | None:
        items = self._path.get(msg)
        if not isinstance(items, list):
            return None
        key = self._expression or (lambda item: item)
        self._path.set(msg, self._sorted(items, key))
        return msg

    def _sorted(self, items: list[Any], key: Any) -> list[Any]:
        descending = self.config.order not in (None, "", "ascending")
        try:
            return sort_by(items, key, as_numbers=bool(self.config.as_num), descending=descending)
        except ExpressionError as error:
            raise NodeError(self.words("errors.invalid_expression", message=OPAQUE)) from error

    # a sequence

    def _collect(self, msg: Msg, parts: dict[str, Any]) -> Any:
        group = self._groups.setdefault(parts["id"], Group())
        group.msgs.append(msg)
        group.count = parts.get("count", group.count)
        self._waiting += 1
        if group.count == len(group.msgs):
            self._complete(self._groups.pop(parts["id"]))
        elif 0 < self._limit < self._waiting:
            self._drop_oldest()
        return DEFERRED

    def _complete(self, group: Group) -> None:
        self._waiting -= len(group.msgs)
        try:
            ordered = self._sorted(group.msgs, self._expression or self._key)
        except Exception as error:  # one error for the sequence, about its last message
            self.done(group.msgs[-1], error)
            for msg in group.msgs[:-1]:
                self.done(msg)
            return
        for index, msg in enumerate(ordered):
            msg["parts"] = {**msg["parts"], "index": index}
            self.send(msg)
            self.done(msg)

    def _drop_oldest(self) -> None:
        group = self._groups.pop(next(iter(self._groups)))
        self._waiting -= len(group.msgs)
        self.done(group.msgs[-1], self.words("errors.too_many"))
        for msg in group.msgs[:-1]:
            self.done(msg)
